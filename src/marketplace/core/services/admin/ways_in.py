"""How people sign in, as staff see it."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.core.domain.identities import Identity
from marketplace.core.domain.passkeys import Passkey
from marketplace.core.domain.second_factors import SecondFactorState
from marketplace.core.ports.identities import IdentityDirectory
from marketplace.core.ports.passkeys import PasskeyDirectory
from marketplace.core.ports.second_factors import SecondFactorDirectory
from marketplace.core.ports.users import UserDirectory


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountWaysIn:
    """What a person signs in with."""

    has_password: bool
    second_factor: SecondFactorState
    passkeys: tuple[Passkey, ...]
    identities: tuple[Identity, ...]


class WaysInAdminService:
    """Reads how other people sign in. Only they change it; `SecondFactorAdminService` is for lost devices."""

    def __init__(
        self,
        *,
        users: UserDirectory,
        second_factors: SecondFactorDirectory,
        passkeys: PasskeyDirectory,
        identities: IdentityDirectory,
    ) -> None:
        self._users = users
        self._second_factors = second_factors
        self._passkeys = passkeys
        self._identities = identities

    async def get(self, user_id: UUID) -> AccountWaysIn:
        """Return what an account is signed in to with, oldest first. Raises `NotFound`."""
        account = await self._users.get(user_id)
        return AccountWaysIn(
            has_password=account.has_password,
            second_factor=await self._second_factors.state(user_id),
            passkeys=await self._passkeys.of_user(user_id),
            identities=await self._identities.of_user(user_id),
        )
