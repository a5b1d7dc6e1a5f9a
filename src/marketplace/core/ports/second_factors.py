"""Second factors, their codes and what keeps them secret."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.second_factors import SecondFactorState, SignInChallenge, TotpFactor


class SecondFactorDirectory(Protocol):
    """Reads of second factors, one statement each, outside a transaction."""

    async def state(self, user_id: UUID) -> SecondFactorState:
        """Return whether a person has a second factor, since when, and how many recovery codes are left."""
        ...


class SecondFactors(Protocol):
    """Second factors within a transaction that has acquired their account."""

    async def find(self, user_id: UUID) -> TotpFactor | None:
        """Return the person's factor, confirmed or not."""
        ...

    async def begin(self, factor: TotpFactor) -> bool:
        """Save an unconfirmed factor, in place of another such one. Return whether there is no confirmed one."""
        ...

    async def confirm(self, user_id: UUID, step: int, now: datetime) -> bool:
        """Confirm a factor with the code of a step. Return whether there was one that was not confirmed."""
        ...

    async def use_step(self, user_id: UUID, step: int, sealed_secret: bytes) -> bool:
        """Use the code of a step of a confirmed factor, and save its secret as sealed now.

        Return whether no code of it or of a later one was used: of concurrent uses, one is.
        """
        ...

    async def replace_recovery_codes(self, user_id: UUID, hashes: Collection[bytes], now: datetime) -> None:
        """Save these codes in place of all earlier ones."""
        ...

    async def use_recovery_code(self, user_id: UUID, code_hash: bytes, now: datetime) -> int | None:
        """Use a recovery code of a person with a confirmed factor.

        Return how many are left, or `None` if it is unknown or used: of concurrent uses, one gets a number.
        """
        ...

    async def remove(self, user_id: UUID) -> bool:
        """Delete the factor and the recovery codes. Return whether the factor was confirmed."""
        ...


class Totp(Protocol):
    """Time-based one-time passwords (RFC 6238)."""

    def new_secret(self) -> str:
        """Return 160 random bits in base 32."""
        ...

    def step_of(self, secret: str, code: str, now: datetime) -> int | None:
        """Return the newest step, of those within `DRIFT` of now, that has this code of `CODE_DIGITS` digits."""
        ...

    def address(self, secret: str, account: str) -> str:
        """Return the `otpauth:` address that apps read, for an account with this name."""
        ...

    def picture(self, address: str) -> str:
        """Return the address as a QR code (ISO/IEC 18004), an SVG document."""
        ...


class SecretBox(Protocol):
    """Keeps secrets unreadable to those who read the database."""

    def seal(self, secret: str, owner: UUID) -> bytes:
        """Encrypt a secret, so that it opens for its owner only."""
        ...

    def open(self, sealed: bytes, owner: UUID) -> str | None:
        """Return the secret, or `None` if it was altered, is another's, or its key is not known anymore."""
        ...


class Challenges(Protocol):
    """Signed challenges."""

    def issue(self, challenge: SignInChallenge) -> str:
        """Return a challenge as text."""
        ...

    def read(self, text: str, now: datetime) -> SignInChallenge:
        """Return the challenge. Raises `BadChallenge` if it is forged or expired."""
        ...
