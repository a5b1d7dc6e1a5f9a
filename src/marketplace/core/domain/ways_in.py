"""The ways to sign in to an account, of which one must stay."""

from dataclasses import dataclass, replace
from typing import Self

from marketplace.core.errors.identities import LastWayIn


@dataclass(frozen=True, slots=True, kw_only=True)
class WaysIn:
    """What a person can sign in with. Of `identities`, those count whose provider is configured."""

    has_password: bool
    passkeys: int = 0
    identities: int = 0

    @property
    def number(self) -> int:
        return self.has_password + self.passkeys + self.identities

    def without_passkey(self) -> Self:
        """Return what is left without one of the passkeys. Raises `LastWayIn`."""
        return self._require_any(replace(self, passkeys=max(self.passkeys - 1, 0)))

    def without_identity(self) -> Self:
        """Return what is left without one of the identities. Raises `LastWayIn`."""
        return self._require_any(replace(self, identities=self.identities - 1))

    def _require_any(self, left: Self) -> Self:
        if left.number < 1:
            raise LastWayIn
        return left
