"""Step-up with a passkey."""

from marketplace.core.domain.audit import AuditAction, Change, Target
from marketplace.core.domain.passkeys import Assertion, AssertionOptions, OwnedPasskey, VerifiedAssertion
from marketplace.core.domain.principals import Principal
from marketplace.core.errors.passkeys import PasskeyRefused
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import UnitOfWork
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.passkey_assertions import REFUSED, PasskeyAssertions
from marketplace.core.services.reauthentication import ReauthenticationService
from marketplace.core.services.retries import with_retries
from marketplace.core.services.tokens import PrincipalCache


class PasskeyProofs:
    """Renews the proof of a login with a passkey of its person."""

    def __init__(
        self,
        *,
        unit_of_work: UnitOfWork,
        assertions: PasskeyAssertions,
        reauthentication: ReauthenticationService,
        principal_cache: PrincipalCache,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._assertions = assertions
        self._reauthentication = reauthentication
        self._principal_cache = principal_cache
        self._audit = AuditWriter(unit_of_work, clock, ids)

    async def options(self, principal: Principal) -> AssertionOptions:
        """Return what a browser needs to ask for one of the person's passkeys. Raises `PasskeysUnavailable`."""
        return await self._assertions.options("prove", principal)

    async def prove(self, principal: Principal, assertion: Assertion) -> None:
        """Renew the proof of the login.

        Raises `PasskeyRefused`, which the audit log records, `PasskeysUnavailable` and `NotSignedIn`.
        """
        owned = await self._assertions.find(assertion)
        try:
            verified = await self._assertions.verify(assertion, owned, "prove", principal)
        except PasskeyRefused:
            change: Change = ({}, REFUSED)
            target: Target = ("user", principal.user_id)
            await self._audit.write_alone(principal, "reauthentication_refused", target, change)
            raise
        if owned is None or not await self._renew(principal, owned, verified):
            raise PasskeyRefused
        self._principal_cache.forget(principal.user_id)

    async def _renew(self, principal: Principal, owned: OwnedPasskey, verified: VerifiedAssertion) -> bool:
        """Renew the proof, or record in the same transaction that it was refused."""

        async def operation() -> bool:
            async with self._unit_of_work() as tx:
                account = await tx.users.acquire(principal.user_id)
                account.current(principal)
                refusal = await self._assertions.use(tx, account, owned, verified)
                if refusal is not None:
                    refused: AuditAction = "reauthentication_refused"
                    await self._audit.write(tx, principal, refused, ("user", account.id), refusal)
                    return False
                await self._reauthentication.renew(tx, principal, "passkey")
                return True

        return await with_retries(operation)
