"""Rate limits."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """At most `maximum` attempts within a window that starts with the first of them."""

    name: str
    maximum: int
    span: timedelta
    is_told: bool = True
    """Whether clients are told what is left. Not if others use it up, too: that would tell what they do."""
    is_concurrent: bool = False
    """Whether it counts what is open at one time; `span` is then how long a client is told to wait."""


QUARTER = timedelta(minutes=15)
SIGN_IN_TO_ACCOUNT = RateLimit(name="sign_in_to_account", maximum=10, span=QUARTER)
"""Per client network and e-mail address, so that no one else can lock a user out. Successes do not count."""
SIGN_IN = RateLimit(name="sign_in", maximum=300, span=QUARTER)
"""Per client network, which a school or office may share. Successes do not count."""
SIGN_INS_TO_ACCOUNT = RateLimit(name="sign_ins_to_account", maximum=30, span=QUARTER)
"""Per client network and e-mail address. Successes count, too: each costs a hash, a login and a line of the log."""
SIGN_INS = RateLimit(name="sign_ins", maximum=1_000, span=QUARTER)
"""Per client network. Successes count, too."""
DEVICE_ATTEMPTS = RateLimit(name="device_attempts", maximum=20, span=QUARTER)
"""Ways to passkeys and identity providers from devices that have signed in before, per account, in place of those per
client network. Low, since who has many accounts has many of these."""
PROVIDER_SIGN_IN = RateLimit(name="provider_sign_in", maximum=300, span=QUARTER)
"""Ways to an identity provider that are started, per client address."""
PROVIDER_FLOW = RateLimit(name="provider_flow", maximum=1, span=QUARTER)
"""Per way to an identity provider and back, which is used once. Longer than its cookie lives."""
REGISTRATION = RateLimit(name="registration", maximum=300, span=timedelta(hours=1))
"""Per client address."""
UNPROVEN_MAILS = RateLimit(name="unproven_mails", maximum=60, span=timedelta(hours=1))
"""Per client address: mails to addresses that may be strangers', so of registrations, verifications and changes.

Registrations beyond it are accepted, and get no mail until their owner asks for one.
"""
PASSWORD_CHANGE = RateLimit(name="password_change", maximum=10, span=QUARTER)
"""Per user: guesses at the current password or a second factor of an account. Successes do not count."""
GUESSES_PER_DAY = RateLimit(name="guesses_per_day", maximum=50, span=timedelta(days=1))
"""Per user, the same guesses: one in 7,000 accounts whose password is known loses a day to guessed codes."""
FORGOTTEN_PASSWORD = RateLimit(name="forgotten_password", maximum=60, span=timedelta(hours=1))
"""Per client address."""
FORGOTTEN_PASSWORD_OF = RateLimit(name="forgotten_password_of", maximum=5, span=timedelta(hours=1))
"""Per client address and e-mail address, whether or not an account has it."""
FORGOTTEN_PASSWORD_TO = RateLimit(name="forgotten_password_to", maximum=3, span=timedelta(hours=1))
"""Per account, over all client addresses. Further requests send nothing; a link that was sent works as long."""
VERIFICATION = RateLimit(name="verification", maximum=3, span=timedelta(days=1))
"""Per user."""
EMAIL_CHANGE = RateLimit(name="email_change", maximum=10, span=timedelta(days=1))
"""Per user."""
EMAIL_CHANGE_TO = RateLimit(name="email_change_to", maximum=3, span=timedelta(days=1), is_told=False)
"""Per new e-mail address, over all users, so that its owner gets few mails that they did not want."""
DATA_EXPORT = RateLimit(name="data_export", maximum=5, span=timedelta(hours=1))
"""Per user."""
API_KEYS = RateLimit(name="api_keys", maximum=30, span=timedelta(days=1))
"""New keys, per user."""
PASSKEY_CHALLENGES = RateLimit(name="passkey_challenges", maximum=300, span=QUARTER)
"""Per client address. Each is a row until it is answered, or for 5 minutes."""
REFRESH = RateLimit(name="refresh", maximum=1_000, span=timedelta(minutes=5))
"""Per client address."""
PICTURE_UPLOADS = RateLimit(name="picture_uploads", maximum=60, span=timedelta(hours=1))
"""Per user. Refused uploads count too, since decoding is what costs."""
BOOKING_MESSAGES = RateLimit(name="booking_messages", maximum=60, span=QUARTER)
"""Per user."""
SLOT_MESSAGES = RateLimit(name="slot_messages", maximum=20, span=timedelta(hours=1))
"""Messages to everyone of a slot, per user."""
PAYMENT_LOOK_UPS = RateLimit(name="payment_look_ups", maximum=60, span=QUARTER)
"""Per user: look-ups of opened pages at the payment provider, which has limits of its own."""
LOGGED_REFUSALS = RateLimit(name="refusals_kept", maximum=100, span=timedelta(hours=1))
"""Audit log entries of refusals, per user, or per client address if not signed in.

Requests above the limit are still refused, but not logged.
"""


WIDER_FACTOR = 4
"""How many times the limit of an IPv6 /64 its /48 has, which is what a customer may get (RFC 6177)."""


def of_wider_network(limit: RateLimit) -> RateLimit:
    """Return the limit of the /48 around an IPv6 /64."""
    return replace(limit, name=f"{limit.name}_48", maximum=WIDER_FACTOR * limit.maximum)


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowingDelay:
    """After `free` wrong guesses, each next one has to wait, twice as long as the one before."""

    name: str
    free: int
    first: timedelta
    longest: timedelta
    span: timedelta
    """How long guesses are remembered, from the first one."""

    @property
    def guesses(self) -> RateLimit:
        """What counts the guesses. Nothing is refused because of the number alone."""
        return RateLimit(name=f"{self.name}_guesses", maximum=self.free, span=self.span, is_told=False)

    def turn(self, guesses: int) -> RateLimit:
        """Return the limit that lets one guess pass, and then none until the delay is over."""
        doublings = min(guesses - self.free - 1, 30)
        span = min(self.longest, self.first * 2**doublings)
        return RateLimit(name=f"{self.name}_turn", maximum=1, span=span, is_told=False)


GUESSES_AT_ACCOUNT = GrowingDelay(
    name="account",
    free=20,
    first=timedelta(seconds=2),
    longest=QUARTER,
    span=timedelta(days=1),
)
"""Per e-mail address, over all networks, for guesses at a password from devices that have not signed in before:
at most about 120 a day. Devices that have are not concerned, so that strangers lock no one out."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at a limited operation. `subject` is the counted user or address."""

    limit: RateLimit
    subject: str

    @property
    def key(self) -> bytes:
        """Storage key: a hash, so that it has a fixed length and reveals no address."""
        return hashlib.sha256(f"{self.limit.name} {self.subject}".encode()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """The current number of attempts, and the end of the window."""

    attempts: int
    ends_at: datetime

    def is_over(self, limit: RateLimit) -> bool:
        return self.attempts > limit.maximum


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """What is left of a limit to a client, and after which time all of it will be there again."""

    limit: RateLimit
    remaining: int
    resets_in: timedelta

    @classmethod
    def of(cls, limit: RateLimit, count: Count, now: datetime) -> Self:
        """Return the quota of a count. A window that another process started never lasts longer than one of ours."""
        remaining = max(0, limit.maximum - count.attempts)
        return cls(limit=limit, remaining=remaining, resets_in=min(count.ends_at - now, limit.span))
