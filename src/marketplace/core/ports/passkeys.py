"""Passkeys, the challenges that they sign, and the verification of signatures."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.passkeys import (
    Assertion,
    NewCredential,
    OwnedPasskey,
    Passkey,
    PasskeyChallenge,
    RelyingParty,
    VerifiedAssertion,
    VerifiedCredential,
)

PURGE_BATCH = 10_000
"""Challenges that one purge deletes at most."""


class PasskeyVerifier(Protocol):
    """Verifies what authenticators say: type, challenge, origin, RP ID, presence and verification of the user.

    Every method raises `PasskeyRefused`.
    """

    def challenge_of(self, client_data: bytes) -> bytes:
        """Return the challenge that client data name, before anything is verified."""
        ...

    async def verify_registration(
        self, credential: NewCredential, challenge: bytes, relying_party: RelyingParty
    ) -> VerifiedCredential:
        """Verify a new credential (7.1). Its attestation is not asked for, and says nothing."""
        ...

    async def verify_assertion(
        self, assertion: Assertion, challenge: bytes, relying_party: RelyingParty, public_key: bytes
    ) -> VerifiedAssertion:
        """Verify a signature (7.2), except its counter, which is compared where it is stored."""
        ...


class PasskeyDirectory(Protocol):
    """Reads of passkeys, one statement each, outside a transaction."""

    async def of_user(self, user_id: UUID) -> tuple[Passkey, ...]:
        """Return a person's passkeys, oldest first."""
        ...

    async def find(self, credential_id: bytes) -> OwnedPasskey | None:
        """Return the passkey with this credential ID."""
        ...


class Passkeys(Protocol):
    """Passkeys and challenges within a transaction. Acquire the account first, where it is known."""

    async def handle_of(self, user_id: UUID, fresh: bytes) -> bytes:
        """Return the user handle of an account; the first time, `fresh` becomes it. The account is acquired."""
        ...

    async def of_user(self, user_id: UUID) -> tuple[Passkey, ...]:
        """Return a person's passkeys, oldest first. The account is acquired."""
        ...

    async def count(self, user_id: UUID) -> int:
        """Return the number of a person's passkeys. The account is acquired."""
        ...

    async def add(self, passkey: Passkey) -> None:
        """Insert a passkey. Raises `PasskeyRefused` if its credential ID is registered, to whomever."""
        ...

    async def use(self, passkey: Passkey) -> bool:
        """Save counter, backup state and last use of a passkey, if the stored counter still allows that one.

        Return whether it did, see `Passkey.accepts`; `False` also if the passkey is gone.
        """
        ...

    async def rename(self, user_id: UUID, passkey_id: UUID, name: str) -> Passkey | None:
        """Rename a passkey of this person and return it, or `None`."""
        ...

    async def remove(self, user_id: UUID, passkey_id: UUID) -> Passkey | None:
        """Delete a passkey of this person and return it, or `None`."""
        ...

    async def add_challenge(self, challenge: PasskeyChallenge) -> None:
        """Insert a challenge."""
        ...

    async def consume(self, challenge_hash: bytes) -> PasskeyChallenge | None:
        """Delete a challenge and return it, expired or not. Of two concurrent calls, one returns it."""
        ...

    async def purge_challenges(self, now: datetime) -> int:
        """Delete challenges that have expired, at most `PURGE_BATCH`. Return their number."""
        ...
