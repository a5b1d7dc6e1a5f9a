"""Terms of a booking: what was sold, whatever happens to the session later."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Self

from marketplace.core.domain.fields import OrNone
from marketplace.core.domain.money import Money, keep_places
from marketplace.core.domain.refund_policies import FULL_REFUND, CancellationPolicy
from marketplace.core.domain.sessions import (
    PRICE_DIGITS,
    CancellationNotice,
    Duration,
    PaymentMethod,
    Price,
    Session,
    Title,
)

ExpectedPrice = Annotated[
    Decimal | None,
    OrNone(
        Money(PRICE_DIGITS),
        is_empty_none=False,
        example="49.99",
        description="The price per seat that the buyer saw. If it has changed since, nothing is booked.",
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Title, duration (minutes), price per seat, cancellation notice (hours), and how it is paid and returned, as sold.

    Bookings of releases that took no payments were sold with the defaults.
    """

    title: Title
    duration: Duration
    price: Price
    cancellation_notice: CancellationNotice
    cancellation_policy: CancellationPolicy = FULL_REFUND
    payment_method: PaymentMethod = "at_session"

    def __post_init__(self) -> None:
        keep_places(self, "price")

    @classmethod
    def of(cls, session: Session) -> Self:
        """Return the terms on which the session is sold now."""
        return cls(
            title=session.title,
            duration=session.duration,
            price=session.price,
            cancellation_notice=session.cancellation_notice,
            cancellation_policy=session.cancellation_policy,
            payment_method=session.payment_method,
        )
