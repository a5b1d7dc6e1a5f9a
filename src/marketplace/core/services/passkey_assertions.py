"""What a sign-in and a proof with a passkey have in common: verifying the signature, and using the passkey."""

from marketplace.core.domain.audit import Change
from marketplace.core.domain.messages import MessageKind, Topic
from marketplace.core.domain.passkeys import (
    Assertion,
    AssertionOptions,
    ChallengePurpose,
    OwnedPasskey,
    VerifiedAssertion,
)
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.security_changes import SecurityChange
from marketplace.core.domain.users import User
from marketplace.core.errors.passkeys import PasskeyRefused
from marketplace.core.ports.passkeys import PasskeyDirectory, PasskeyVerifier
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.new_messages import NewMessages
from marketplace.core.services.passkey_challenges import PasskeyChallenges
from marketplace.core.services.retries import with_retries

REFUSED = {"code": PasskeyRefused.code}
COPIED: SecurityChange = "passkey_copied"


class PasskeyAssertions:
    """Verifies assertions for a purpose. Without a principal, the passkey says whose it is."""

    def __init__(
        self,
        *,
        unit_of_work: UnitOfWork,
        directory: PasskeyDirectory,
        verifier: PasskeyVerifier,
        challenges: PasskeyChallenges,
        new_messages: NewMessages,
        clock: Clock,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._directory = directory
        self._verifier = verifier
        self._challenges = challenges
        self._new_messages = new_messages
        self._clock = clock

    async def options(self, purpose: ChallengePurpose, principal: Principal | None = None) -> AssertionOptions:
        """Return what a browser needs to ask for a signature. Raises `PasskeysUnavailable`."""
        relying_party = self._challenges.relying_party

        async def operation() -> bytes:
            async with self._unit_of_work() as tx:
                return await self._challenges.issue(tx, purpose, principal)

        allowed = await self._directory.of_user(principal.user_id) if principal else ()
        challenge = await with_retries(operation)
        return AssertionOptions(relying_party=relying_party, challenge=challenge, allowed=allowed)

    async def find(self, assertion: Assertion) -> OwnedPasskey | None:
        """Return the passkey that an assertion names. Nothing is verified."""
        return await self._directory.find(assertion.credential_id)

    async def verify(
        self,
        assertion: Assertion,
        owned: OwnedPasskey | None,
        purpose: ChallengePurpose,
        principal: Principal | None = None,
    ) -> VerifiedAssertion:
        """Use up the challenge, and verify the signature of the passkey. Raises `PasskeyRefused`."""
        relying_party = self._challenges.relying_party
        challenge = await self._challenges.consume(assertion.client_data, purpose, principal)
        if owned is None or not _is_owner(assertion, owned, principal):
            raise PasskeyRefused
        verified = await self._verifier.verify_assertion(assertion, challenge, relying_party, owned.passkey.public_key)
        if verified.is_backup_eligible != owned.passkey.is_backup_eligible:  # it never changes (7.2, step 20)
            raise PasskeyRefused
        return verified

    async def use(
        self, tx: Transaction, account: User, owned: OwnedPasskey, verified: VerifiedAssertion
    ) -> Change | None:
        """Note the use of a passkey of an acquired account. Return what to record if it is refused, else `None`.

        A counter that has not risen is refused, and its owner is told once by mail (6.1.1): a copy may exist.
        """
        passkey, now = owned.passkey, self._clock.now()
        if not account.is_active:
            return {}, REFUSED
        if await tx.passkeys.use(passkey.used(verified, now)):
            return None
        stored = [each for each in await tx.passkeys.of_user(account.id) if each.id == passkey.id]
        if not stored:
            return {}, REFUSED
        if account.is_email_verified:
            topic = Topic(subject=f"{COPIED}:{passkey.id}")
            await tx.messages.add([self._new_messages.decide(MessageKind.SECURITY_CHANGED, account.id, topic, now)])
        return {"sign_count": stored[0].sign_count}, {"sign_count": verified.sign_count, **REFUSED}


def _is_owner(assertion: Assertion, owned: OwnedPasskey, principal: Principal | None) -> bool:
    """Return whether the user handle is that of the owner, and the owner who they should be (7.2, step 6)."""
    if principal is None:
        return assertion.user_handle == owned.handle
    return owned.passkey.user_id == principal.user_id and assertion.user_handle in {None, owned.handle}
