"""The installation's secret keys: the first one signs and all verify, so that a key can be replaced without a break."""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Self


@dataclass(frozen=True, slots=True)
class SecretKeys:
    """At least one key, the newest first."""

    all: tuple[str, ...] = field(repr=False)

    @classmethod
    def of(cls, text: str) -> Self:
        """Read keys that white space separates."""
        return cls(tuple(text.split()))

    @property
    def first(self) -> str:
        """The key that signs."""
        return self.all[0]


def key_id(key: str) -> str:
    """Return a short public name of a key, such as the `kid` of RFC 7515, 4.1.4."""
    return sha256(b"key id:" + key.encode()).hexdigest()[:12]
