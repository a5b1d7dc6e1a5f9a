"""The search of payments by staff."""

from contextlib import suppress
from typing import NamedTuple, Self
from uuid import UUID

from marketplace.core.domain.payments import Payment

MAX_NUMBER_DIGITS = 18


class PaymentSearch(NamedTuple):
    """What a text can name: a payment or a booking, a payment of a provider, a receipt."""

    id: UUID | None
    provider_id: str
    receipt_number: int | None

    @classmethod
    def of(cls, text: str) -> Self | None:
        """Return what the text names; `None` if it is blank, and names all."""
        wanted = text.strip()
        return cls(_id_from(wanted), wanted, _number_from(wanted)) if wanted else None

    def matches(self, payment: Payment) -> bool:
        """Tell whether the payment is named."""
        return (
            self.id in {payment.id, payment.booking_id}
            or self.provider_id == payment.provider_id
            or (self.receipt_number is not None and self.receipt_number == payment.receipt_number)
        )


def _id_from(text: str) -> UUID | None:
    with suppress(ValueError):
        return UUID(text)
    return None


def _number_from(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_NUMBER_DIGITS else None
