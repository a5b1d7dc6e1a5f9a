"""Idempotency keys, which make it safe to repeat a request."""

import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

KEY_PATTERN = r"^[ -~]{1,255}$"
"""1 to 255 printable ASCII characters."""
TTL = timedelta(hours=24)
"""How long a key is kept; an expired key counts as unused."""


def is_valid_key(text: str) -> bool:
    return re.fullmatch(KEY_PATTERN.strip("^$"), text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyKey:
    """A key, scoped to its user and route: the same text from another user or for another route is another key.

    `route` is the operation and its target; `body_hash` is the SHA-256 of the canonical body.
    """

    user_id: UUID
    route: str
    key: str
    body_hash: bytes
