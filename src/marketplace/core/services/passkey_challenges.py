"""Challenges that passkeys sign: made by the server, for one purpose, and used once."""

from uuid import UUID

from marketplace.core.domain.passkeys import (
    CHALLENGE_TTL,
    ChallengePurpose,
    PasskeyChallenge,
    RelyingParty,
    challenge_hash,
    new_challenge,
)
from marketplace.core.domain.principals import Principal
from marketplace.core.errors.passkeys import PasskeyRefused, PasskeysUnavailable
from marketplace.core.ports.passkeys import PasskeyVerifier
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.purging import purge_hourly
from marketplace.core.services.retries import with_retries


class PasskeyChallenges:
    """Issues and consumes challenges. Those of a person are bound to the login that asked for them."""

    def __init__(
        self,
        *,
        unit_of_work: UnitOfWork,
        verifier: PasskeyVerifier,
        relying_party: RelyingParty | None,
        clock: Clock,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._verifier = verifier
        self._relying_party = relying_party
        self._clock = clock

    @property
    def relying_party(self) -> RelyingParty:
        """Raises `PasskeysUnavailable`."""
        if self._relying_party is None:
            raise PasskeysUnavailable
        return self._relying_party

    async def issue(self, tx: Transaction, purpose: ChallengePurpose, principal: Principal | None = None) -> bytes:
        """Return a new challenge, within the caller's transaction."""
        challenge = new_challenge()
        user_id, login_id = _owner(principal)
        made = PasskeyChallenge(
            challenge_hash=challenge_hash(challenge),
            purpose=purpose,
            expires_at=self._clock.now() + CHALLENGE_TTL,
            user_id=user_id,
            login_id=login_id,
        )
        await tx.passkeys.add_challenge(made)
        return challenge

    async def consume(self, client_data: bytes, purpose: ChallengePurpose, principal: Principal | None = None) -> bytes:
        """Use up the challenge that client data name, in a transaction of its own, and return it.

        It is gone whatever follows. Raises `PasskeyRefused` if it was used, has expired or was made for something else.
        """
        challenge = self._verifier.challenge_of(client_data)

        async def operation() -> PasskeyChallenge | None:
            async with self._unit_of_work() as tx:
                return await tx.passkeys.consume(challenge_hash(challenge))

        made = await with_retries(operation)
        if made is None or not made.is_for(purpose, *_owner(principal), self._clock.now()):
            raise PasskeyRefused
        return challenge

    async def purge(self, _: UUID | None = None) -> None:
        """Delete expired challenges, and enqueue the next purge at the next full hour."""
        now = self._clock.now()
        await purge_hourly(self._unit_of_work, "sweep_passkey_challenges", now, self._purge_batch)

    async def _purge_batch(self) -> int:
        async with self._unit_of_work() as tx:
            return await tx.passkeys.purge_challenges(self._clock.now())


def _owner(principal: Principal | None) -> tuple[UUID | None, UUID | None]:
    return (None, None) if principal is None else (principal.user_id, principal.family_id)
