"""Devices that have signed in to an account, as their browsers remember it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from marketplace.core.domain.address_digests import address_digest

KNOWN_FOR = timedelta(days=365)
"""Since the last sign-in."""
MAX_ACCOUNTS = 5
"""Accounts that one browser is known for: those that signed in last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDevice:
    """That a device has signed in to an account. It proves nothing else: what it may do is be counted on its own."""

    account: str
    """Digest of the account's e-mail address."""
    id: str
    """Random, and another one for each account, so that it does not connect them."""
    until: datetime

    def is_for(self, email: str, now: datetime) -> bool:
        return now < self.until and self.account == _account_of(email)


def with_sign_in(known: Sequence[KnownDevice], email: str, new_id: str, now: datetime) -> tuple[KnownDevice, ...]:
    """Return what a browser is known for after a sign-in. A device that is known for the account keeps its id."""
    before = next((each for each in known if each.is_for(email, now)), None)
    others = [each for each in known if each.until > now and each.account != _account_of(email)]
    latest = KnownDevice(account=_account_of(email), id=before.id if before else new_id, until=now + KNOWN_FOR)
    return (latest, *others[: MAX_ACCOUNTS - 1])


def _account_of(email: str) -> str:
    return address_digest(email).hex()[:32]
