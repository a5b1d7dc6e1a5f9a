"""Step-up: a fresh proof of who is behind a login, before what a borrowed device must not do."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Literal
from uuid import UUID

from marketplace.core.domain.audit import Change
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.second_factors import ProofMethod
from marketplace.core.errors import BadCredentials, Invalid, NotSignedIn
from marketplace.core.errors.second_factors import BadSecondFactor, ReauthenticationRequired
from marketplace.core.ports.identities import IdentityDirectory
from marketplace.core.ports.passkeys import PasskeyDirectory
from marketplace.core.ports.second_factors import SecondFactorDirectory
from marketplace.core.ports.security import Passwords
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.ports.users import UserDirectory
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.retries import with_retries
from marketplace.core.services.second_factor_codes import SecondFactorCodes
from marketplace.core.services.tokens import PrincipalCache

MISSING_CODE = "Enter a code from your authenticator app, or a recovery code."
MISSING_PASSWORD = "Enter your password."  # noqa: S105 - a sentence


class ReauthenticationService:
    """Requires and renews the proof of a login. `reauthenticating` are the issuers that ask a person again if told to.

    A password alone proves nothing for an account with a second factor: it could be taken off with a stolen password.
    """

    def __init__(  # noqa: PLR0913 - one argument per port or service
        self,
        *,
        unit_of_work: UnitOfWork,
        users: UserDirectory,
        second_factors: SecondFactorDirectory,
        passkeys: PasskeyDirectory,
        has_passkeys: bool,
        identities: IdentityDirectory,
        reauthenticating: Collection[str],
        passwords: Passwords,
        codes: SecondFactorCodes,
        principal_cache: PrincipalCache,
        clock: Clock,
        ids: Ids,
        within: timedelta,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._users = users
        self._second_factors = second_factors
        self._passkeys = passkeys
        self._has_passkeys = has_passkeys
        self._identities = identities
        self._reauthenticating = frozenset(reauthenticating)
        self._passwords = passwords
        self._codes = codes
        self._principal_cache = principal_cache
        self._audit = AuditWriter(unit_of_work, clock, ids)
        self._clock = clock
        self._within = within

    def may_ask(self, issuer: str) -> bool:
        """Return whether this issuer asks a person again if told to."""
        return issuer in self._reauthenticating

    async def require(self, principal: Principal, *, only_second_factor: bool = False) -> None:
        """Check that the login was proved recently; `only_second_factor` exempts accounts without a second factor.

        In a login in which the rights of staff rest, only their passkey is a proof: with a stolen password, another
        second factor could be set up.

        Raises `ReauthenticationRequired` with what can prove it, and `ImpersonatedReadOnly` during impersonation.
        """
        if principal.lacks_second_factor and await self._has_passkey(principal.user_id):
            raise ReauthenticationRequired(("passkey",))
        try:
            principal.require_recent_proof(self._clock.now(), self._within)
        except ReauthenticationRequired:
            methods = await self.methods(principal.user_id)
            if only_second_factor and "totp" not in methods:
                return
            raise ReauthenticationRequired(methods) from None

    async def methods(self, user_id: UUID) -> Sequence[ProofMethod]:
        """Return what can prove that a login is still with this person; nothing if only another sign-in can."""
        known = await self._known_methods(user_id)
        return (*known, "passkey") if await self._has_passkey(user_id) else known

    async def _has_passkey(self, user_id: UUID) -> bool:
        return self._has_passkeys and bool(await self._passkeys.of_user(user_id))

    async def _known_methods(self, user_id: UUID) -> tuple[ProofMethod, ...]:
        state = await self._second_factors.state(user_id)
        if state.since is not None:
            return "totp", "recovery_code"
        if (await self._users.get(user_id)).has_password:
            return ("password",)
        issuers = {each.issuer for each in await self._identities.of_user(user_id)}
        return ("provider",) if issuers & self._reauthenticating else ()

    async def prove(self, principal: Principal, *, password: str | None, code: str | None) -> None:
        """Renew the proof of the login, with a code if the account has a second factor, otherwise with the password.

        Raises `Invalid` without the one that is needed, `BadSecondFactor`, `BadCredentials`, `NotSignedIn`.
        """
        if "totp" in await self.methods(principal.user_id):
            if code is None:
                raise Invalid({"code": [MISSING_CODE]})
            await self._prove_by_code(principal, code)
        else:
            if password is None:
                raise Invalid({"password": [MISSING_PASSWORD]})
            await self._prove_by_password(principal, password)
        self._principal_cache.forget(principal.user_id)

    async def renew(
        self, tx: Transaction, principal: Principal, method: Literal["password", "code", "passkey", "provider"]
    ) -> None:
        """Renew the proof of the login, whose account the transaction has acquired, after a proof of any kind.

        The caller must remove the user from the principal cache after the commit. Raises `NotSignedIn`.
        """
        if not await tx.tokens.prove(principal.family_id, self._clock.now(), by_passkey=method == "passkey"):
            raise NotSignedIn
        change: Change = ({}, {"method": method})
        await self._audit.write(tx, principal, "reauthenticated", ("user", principal.user_id), change)

    async def _prove_by_code(self, principal: Principal, code: str) -> None:
        async def operation() -> bool:
            async with self._unit_of_work() as tx:
                account = await tx.users.acquire(principal.user_id)
                account.current(principal)
                is_right = await self._codes.use(tx, account, code, principal)
                if is_right:
                    await self.renew(tx, principal, "code")
                return is_right

        if not await with_retries(operation):
            await self._note_refusal(principal, BadSecondFactor.code)
            raise BadSecondFactor

    async def _prove_by_password(self, principal: Principal, password: str) -> None:
        seen = await self._users.get(principal.user_id)
        is_right = await self._passwords.verify(password, seen.verifiable_hash)

        async def operation() -> bool:
            async with self._unit_of_work() as tx:
                account = await tx.users.acquire(principal.user_id)
                account.current(principal)
                factor = await tx.second_factors.find(principal.user_id)
                if account.password_hash != seen.password_hash or (factor is not None and factor.is_on):
                    return False
                await self.renew(tx, principal, "password")
                return True

        if not (is_right and await with_retries(operation)):
            await self._note_refusal(principal, BadCredentials.code)
            raise BadCredentials("Incorrect password.")

    async def _note_refusal(self, principal: Principal, code: str) -> None:
        change: Change = ({}, {"code": code})
        await self._audit.write_alone(principal, "reauthentication_refused", ("user", principal.user_id), change)
