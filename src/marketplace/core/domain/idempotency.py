"""The keys by which a client may send a request again without doing it twice."""

import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

KEY_PATTERN = r"^[ -~]{1,255}$"
"""1 to 255 printable ASCII characters."""
TTL = timedelta(hours=24)
"""How long a key is kept; after that it counts as unused."""


def is_good_key(text: str) -> bool:
    """Whether this can be a key."""
    return re.fullmatch(KEY_PATTERN.strip("^$"), text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyKey:
    """A key as it was given, by whom, for what. The same key of another person or for another route is another one.

    `route` is the operation and the thing that it acts upon; `body_hash` is the SHA-256 of the body in canonical form.
    """

    user_id: UUID
    route: str
    key: str
    body_hash: bytes
