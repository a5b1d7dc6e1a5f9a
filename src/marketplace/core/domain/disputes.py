"""Disputes: a cardholder asks their bank for a payment, and the bank decides. Amounts in minor units."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class DisputeState(StrEnum):
    """Who has the disputed amount. Stored: never rename one."""

    OPEN = "open"
    """The bank has not decided; the provider keeps the amount meanwhile."""
    WON = "won"
    """The marketplace keeps it."""
    LOST = "lost"
    """The bank has returned it to the cardholder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderDispute:
    """A dispute as the provider has it now. `fee` is what it costs besides, if the provider says so."""

    ref: str
    amount: int
    state: DisputeState
    fee: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentDispute:
    """A dispute of a payment, as we have recorded it. `ref` is the provider's ID."""

    payment_id: UUID
    ref: str
    amount: int
    currency: str
    state: DisputeState
    opened_at: datetime
    closed_at: datetime | None = None

    @property
    def is_closed(self) -> bool:
        return self.state is not DisputeState.OPEN
