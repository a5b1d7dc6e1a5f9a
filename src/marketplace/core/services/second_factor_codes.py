"""Checking codes of authenticator apps, and recovery codes. Each works once."""

from marketplace.core.domain.audit import Change
from marketplace.core.domain.principals import Origin, Principal
from marketplace.core.domain.second_factors import recovery_code_hash, totp_code
from marketplace.core.domain.security_changes import SecurityChange
from marketplace.core.domain.users import User
from marketplace.core.ports.second_factors import SecretBox, Totp
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.new_messages import NewMessages


class SecondFactorCodes:
    """Uses codes of an account, which the transaction has acquired."""

    def __init__(
        self,
        *,
        unit_of_work: UnitOfWork,
        totp: Totp,
        secret_box: SecretBox,
        new_messages: NewMessages,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._totp = totp
        self._secret_box = secret_box
        self._new_messages = new_messages
        self._audit = AuditWriter(unit_of_work, clock, ids)
        self._clock = clock

    async def use(self, tx: Transaction, account: User, code: str, actor: Principal | Origin) -> bool:
        """Use a code of either kind. Return whether it was right, and not used before."""
        digits = totp_code(code)
        if digits is not None:
            return await self._use_totp(tx, account, digits)
        left = await tx.second_factors.use_recovery_code(account.id, recovery_code_hash(code), self._clock.now())
        if left is None:
            return False
        change: Change = ({}, {"recovery_codes_left": left})
        await self._audit.write(tx, actor, "recovery_code_used", ("user", account.id), change)
        await self.tell(tx, account, "recovery_code_used")
        return True

    async def tell(self, tx: Transaction, account: User, change: SecurityChange) -> None:
        """Tell the person by mail, if it is certain that they read mail at their address."""
        if account.is_email_verified:
            await tx.messages.add([self._new_messages.security_change(account.id, change, self._clock.now())])

    async def _use_totp(self, tx: Transaction, account: User, digits: str) -> bool:
        factor = await tx.second_factors.find(account.id)
        secret = None if factor is None else self._secret_box.open(factor.sealed_secret, account.id)
        if secret is None:
            return False
        step = self._totp.step_of(secret, digits, self._clock.now())
        # sealed again, so that it comes to be with the newest key
        sealed = self._secret_box.seal(secret, account.id)
        return step is not None and await tx.second_factors.use_step(account.id, step, sealed)
