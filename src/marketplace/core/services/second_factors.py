"""A person's own second factor: setting it up, its recovery codes, and turning it off."""

from dataclasses import dataclass, field

from marketplace.core.domain.principals import Principal
from marketplace.core.domain.second_factors import (
    SecondFactorState,
    StaffSecondFactor,
    TotpFactor,
    new_recovery_codes,
    recovery_code_hash,
    totp_code,
)
from marketplace.core.domain.users import User
from marketplace.core.errors import Invalid
from marketplace.core.errors.second_factors import SecondFactorOff, SecondFactorOn
from marketplace.core.ports.second_factors import SecondFactorDirectory, SecretBox, Totp
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.retries import with_retries
from marketplace.core.services.rights import acquire_own
from marketplace.core.services.second_factor_codes import SecondFactorCodes
from marketplace.core.services.tokens import PrincipalCache

WRONG_CODE = "This code isn't right. Check that the time of your device is correct, and enter the code it shows now."


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorSetup:
    """What an authenticator app needs: the secret in base 32, the same as an address, and as a QR code (SVG)."""

    secret: str = field(repr=False)
    address: str = field(repr=False)
    picture: str = field(repr=False)


class SecondFactorService:
    """The principal's own second factor. The routes require a recent proof."""

    def __init__(  # noqa: PLR0913 - one argument per port or service
        self,
        *,
        unit_of_work: UnitOfWork,
        second_factors: SecondFactorDirectory,
        totp: Totp,
        secret_box: SecretBox,
        codes: SecondFactorCodes,
        principal_cache: PrincipalCache,
        clock: Clock,
        ids: Ids,
        staff_second_factor: StaffSecondFactor,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._staff_second_factor = staff_second_factor
        self._second_factors = second_factors
        self._totp = totp
        self._secret_box = secret_box
        self._codes = codes
        self._principal_cache = principal_cache
        self._audit = AuditWriter(unit_of_work, clock, ids)
        self._clock = clock

    async def state(self, principal: Principal) -> SecondFactorState:
        """Return whether it is on, since when, and how many recovery codes are left."""
        return await self._second_factors.state(principal.user_id)

    def is_required(self, principal: Principal) -> bool:
        """Return whether the installation requires it of this person."""
        return self._staff_second_factor == "required" and (principal.is_staff or principal.lacks_second_factor)

    async def begin(self, principal: Principal) -> SecondFactorSetup:
        """Start to set it up, again if that was started before. Raises `SecondFactorOn`, `NotSignedIn`."""
        secret = self._totp.new_secret()
        factor = TotpFactor(
            user_id=principal.user_id,
            sealed_secret=self._secret_box.seal(secret, principal.user_id),
            created_at=self._clock.now(),
        )

        async def operation() -> User:
            async with self._unit_of_work() as tx:
                account = await acquire_own(tx, principal)
                if not await tx.second_factors.begin(factor):
                    raise SecondFactorOn
                return account

        account = await with_retries(operation)
        address = self._totp.address(secret, account.email)
        return SecondFactorSetup(secret=secret, address=address, picture=self._totp.picture(address))

    async def confirm(self, principal: Principal, code: str) -> tuple[str, ...]:
        """Turn it on, once a code shows that the app has the secret. Return the recovery codes. Ends all other logins.

        Raises `Invalid` if the code is wrong, `SecondFactorOn`, `SecondFactorOff` if the setup was not started,
        `NotSignedIn`.
        """
        recovery_codes = new_recovery_codes()

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                account, now = await acquire_own(tx, principal), self._clock.now()
                step = await self._confirmed_step(tx, account, code)
                await tx.second_factors.confirm(account.id, step, now)
                await tx.second_factors.replace_recovery_codes(account.id, _hashes(recovery_codes), now)
                await tx.tokens.revoke_all(account.id, now, except_id=principal.family_id)
                await self._audit.write(tx, principal, "second_factor_enabled", ("user", account.id))
                await self._codes.tell(tx, account, "second_factor_enabled")

        await with_retries(operation)
        self._principal_cache.forget(principal.user_id)
        return recovery_codes

    async def renew_recovery_codes(self, principal: Principal) -> tuple[str, ...]:
        """Make new recovery codes in place of all earlier ones. Raises `SecondFactorOff`, `NotSignedIn`."""
        recovery_codes = new_recovery_codes()

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                account = await acquire_own(tx, principal)
                factor = await tx.second_factors.find(account.id)
                if factor is None or not factor.is_on:
                    raise SecondFactorOff
                await tx.second_factors.replace_recovery_codes(account.id, _hashes(recovery_codes), self._clock.now())
                await self._audit.write(tx, principal, "recovery_codes_renewed", ("user", account.id))
                await self._codes.tell(tx, account, "recovery_codes_renewed")

        await with_retries(operation)
        return recovery_codes

    async def disable(self, principal: Principal) -> None:
        """Turn it off. Raises `SecondFactorOff`, `NotSignedIn`."""

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                account = await acquire_own(tx, principal)
                if not await tx.second_factors.remove(account.id):
                    raise SecondFactorOff
                await self._audit.write(tx, principal, "second_factor_disabled", ("user", account.id))
                await self._codes.tell(tx, account, "second_factor_disabled")

        await with_retries(operation)
        self._principal_cache.forget(principal.user_id)

    async def _confirmed_step(self, tx: Transaction, account: User, code: str) -> int:
        factor = await tx.second_factors.find(account.id)
        if factor is None:
            raise SecondFactorOff
        if factor.is_on:
            raise SecondFactorOn
        secret, digits = self._secret_box.open(factor.sealed_secret, account.id), totp_code(code)
        step = self._totp.step_of(secret, digits, self._clock.now()) if secret and digits else None
        if step is None:
            raise Invalid({"code": [WRONG_CODE]})
        return step


def _hashes(codes: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(map(recovery_code_hash, codes))
