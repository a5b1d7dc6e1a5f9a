"""Signing in with a passkey."""

from marketplace.core.domain.audit import Target
from marketplace.core.domain.passkeys import Assertion, AssertionOptions, OwnedPasskey, VerifiedAssertion
from marketplace.core.domain.principals import UNKNOWN_ORIGIN, Origin
from marketplace.core.domain.tokens import SignedIn
from marketplace.core.errors.passkeys import PasskeyRefused
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import UnitOfWork
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.passkey_assertions import REFUSED, PasskeyAssertions
from marketplace.core.services.retries import with_retries
from marketplace.core.services.sign_ins import SignIns


class PasskeySignIns:
    """Opens logins for people who prove with a passkey who they are."""

    def __init__(
        self, *, unit_of_work: UnitOfWork, assertions: PasskeyAssertions, sign_ins: SignIns, clock: Clock, ids: Ids
    ) -> None:
        self._unit_of_work = unit_of_work
        self._assertions = assertions
        self._sign_ins = sign_ins
        self._audit = AuditWriter(unit_of_work, clock, ids)

    async def options(self) -> AssertionOptions:
        """Return what a browser needs to ask for a passkey: the same for everyone. Raises `PasskeysUnavailable`."""
        return await self._assertions.options("sign_in")

    async def sign_in(self, assertion: Assertion, origin: Origin = UNKNOWN_ORIGIN) -> SignedIn:
        """Sign in. Raises `PasskeyRefused`, which the audit log records, and `PasskeysUnavailable`."""
        owned = await self._assertions.find(assertion)
        try:
            verified = await self._assertions.verify(assertion, owned, "sign_in")
        except PasskeyRefused:
            target: Target | None = ("user", owned.passkey.user_id) if owned else None
            await self._audit.write_alone(origin, "sign_in_refused", target, ({}, REFUSED))
            raise
        login = await self._open(owned, verified, origin) if owned else None
        if login is None:
            raise PasskeyRefused
        return login

    async def _open(self, owned: OwnedPasskey, verified: VerifiedAssertion, origin: Origin) -> SignedIn | None:
        """Open a login, or record in the same transaction that it was refused."""

        async def operation() -> SignedIn | None:
            async with self._unit_of_work() as tx:
                account = await tx.users.acquire(owned.passkey.user_id)
                refusal = await self._assertions.use(tx, account, owned, verified)
                if refusal is not None:
                    await self._audit.write(tx, origin, "sign_in_refused", ("user", account.id), refusal)
                    return None
                return await self._sign_ins.open_by_passkey(tx, account, origin)

        return await with_retries(operation)
