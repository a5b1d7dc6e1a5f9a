"""The ledger: double entries in minor units. Nothing in it is ever changed; a correction is a new transaction.

A positive entry credits the account. Each transaction sums to zero per currency.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from marketplace.core.domain.fields import Rule

BASIS_POINTS = 10_000
MAX_COMMISSION = 5_000
"""Basis points."""


class Purpose(StrEnum):
    """What an account is for. Stored: never rename one."""

    PAID_IN = "paid_in"
    """Of a learner: what they paid, as a debit."""
    RETURNED = "returned"
    """Of a learner: what was returned to them."""
    HELD = "held"
    """Of a creator: what is paid for sessions that have not taken place."""
    EARNED = "earned"
    """Of a creator."""
    COMMISSION = "commission"
    """Of the marketplace."""
    FEE = "fee"
    """Of the provider; paid out of the commission."""


OWNED = frozenset({Purpose.PAID_IN, Purpose.RETURNED, Purpose.HELD, Purpose.EARNED})
"""Purposes whose accounts belong to a person."""


class Account(NamedTuple):
    """An account. `owner_id` is `None` for those of the marketplace."""

    purpose: Purpose
    owner_id: UUID | None = None


class Entry(NamedTuple):
    """A credit to an account, or a debit if the amount is negative."""

    account: Account
    amount: int


class TransactionKind(StrEnum):
    """What happened. Stored: never rename one."""

    PAYMENT = "payment"
    EARNING = "earning"
    """What is held becomes the creator's, less the commission."""
    REFUND = "refund"
    FEE = "fee"


PERCENT = r"^[0-9]{1,2}(\.[0-9]{1,2})?$"


@dataclass(frozen=True, eq=False)
class CommissionRate(Rule):
    """A commission: a percentage from 0 to 50 with at most two decimals, read as basis points."""

    def read(self, value: Any) -> Any:
        expected = f"Enter a percentage from 0 to {MAX_COMMISSION // 100} with at most two decimals, such as 12.5."
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise ValueError(expected)  # noqa: TRY004 - rules raise one type
        shown = str(value).strip(" ")
        if not re.fullmatch(PERCENT, shown) or int(Decimal(shown) * 100) > MAX_COMMISSION:
            raise ValueError(expected)
        return int(Decimal(shown) * 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerTransaction:
    """Entries that belong together. `once` is unique: the same event is posted once."""

    id: UUID
    kind: TransactionKind
    once: str
    at: datetime
    currency: str
    booking_id: UUID
    payment_id: UUID
    creator_id: UUID
    reverses: UUID | None = None
    """The transaction that this one reverses, whole or in part."""
    entries: tuple[Entry, ...]

    def __post_init__(self) -> None:
        if sum(entry.amount for entry in self.entries) != 0 or not self.entries:
            raise ValueError("the entries of a transaction must sum to zero")


class Balance(NamedTuple):
    """What a creator has: `held` for sessions to come, and `earned`."""

    held: int
    earned: int


def commission_of(amount: int, basis_points: int) -> int:
    """Return the commission on an amount, rounded down; the creator gets the rest."""
    return amount * basis_points // BASIS_POINTS


def share_of(part: int, whole: int, of: int) -> int:
    """Return the part of `of` that corresponds to `part` of `whole`, rounded down. Exact for the whole."""
    return of if part == whole else of * part // whole


def payment_entries(learner_id: UUID, creator_id: UUID, amount: int) -> tuple[Entry, ...]:
    """Return the entries of a captured payment: what the learner paid is held for the creator."""
    return Entry(Account(Purpose.PAID_IN, learner_id), -amount), Entry(Account(Purpose.HELD, creator_id), amount)


def earning_entries(creator_id: UUID, amount: int, commission: int) -> tuple[Entry, ...]:
    """Return the entries of an earning: one share is rounded, the other is the rest."""
    entries = (
        Entry(Account(Purpose.HELD, creator_id), -amount),
        Entry(Account(Purpose.EARNED, creator_id), amount - commission),
        Entry(Account(Purpose.COMMISSION), commission),
    )
    return tuple(entry for entry in entries if entry.amount)


def refund_entries(learner_id: UUID, creator_id: UUID, held: int, earned: int, commission: int) -> tuple[Entry, ...]:
    """Return the entries of a refund, by what it takes from what is held, earned and kept as commission."""
    entries = (
        Entry(Account(Purpose.HELD, creator_id), -held),
        Entry(Account(Purpose.EARNED, creator_id), -earned),
        Entry(Account(Purpose.COMMISSION), -commission),
        Entry(Account(Purpose.RETURNED, learner_id), held + earned + commission),
    )
    return tuple(entry for entry in entries if entry.amount)


def fee_entries(amount: int) -> tuple[Entry, ...]:
    """Return the entries of a provider's fee."""
    return Entry(Account(Purpose.COMMISSION), -amount), Entry(Account(Purpose.FEE), amount)
