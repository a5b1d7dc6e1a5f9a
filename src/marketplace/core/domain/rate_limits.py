"""Rate limits: how often something may be tried, and by whom."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """At most `most` attempts within a span that begins with the first of them."""

    name: str
    maximum: int
    span: timedelta


QUARTER = timedelta(minutes=15)
SIGN_IN_TO_ACCOUNT = RateLimit(name="sign_in_to_account", maximum=10, span=QUARTER)
"""Per address and e-mail address together, so that nobody can lock somebody else out. Good ones do not count."""
SIGN_IN = RateLimit(name="sign_in", maximum=300, span=QUARTER)
"""Per address, which a school or an office may share. Good ones do not count."""
REGISTRATION = RateLimit(name="registration", maximum=300, span=timedelta(hours=1))
"""Per address."""
PASSWORD_CHANGE = RateLimit(name="password_change", maximum=10, span=QUARTER)
"""Per person. Good ones do not count."""
REFRESH = RateLimit(name="refresh", maximum=1_000, span=timedelta(minutes=5))
"""Per address."""
REFUSAL_TTL = RateLimit(name="refusals_kept", maximum=100, span=timedelta(hours=1))
"""Per person: how many refusals the audit log has of them; of who is not signed in, per address.

What is over is refused all the same.
"""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at something limited. `subject` is who or what is counted."""

    limit: RateLimit
    subject: str

    @property
    def key(self) -> bytes:
        """Under what it is counted: of one length, and readable by nobody."""
        return hashlib.sha256(f"{self.limit.name} {self.subject}".encode()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What attempts have come to, and when their span ends."""

    attempts: int
    ends_at: datetime

    def is_over(self, limit: RateLimit) -> bool:
        """Whether the last of them was one too many."""
        return self.attempts > limit.maximum
