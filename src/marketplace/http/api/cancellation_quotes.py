"""What cancelling a booking would return."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, get
from litestar.params import FromPath

from marketplace.core.domain.money import Amount
from marketplace.core.domain.refund_policies import RefundPercent
from marketplace.core.errors import IllegalTransition, NotFound, TooLate
from marketplace.core.services.cancellation_quotes import CancellationQuotes
from marketplace.http.conversions import converted
from marketplace.http.security.authorization import Access, opt, principal_of


class CancellationQuoteOut(msgspec.Struct):
    """What is returned to the learner if the caller cancels now: `refund`, of `paid`, which is `percent` of each seat.

    `paid` leaves out what is returned already. `until` is the last instant at which this share is returned, and
    `next_percent` the share after it; both are `null` if the share stays as long as the caller can cancel.
    """

    paid: Amount
    refund: Amount
    percent: RefundPercent
    until: datetime | None
    next_percent: RefundPercent | None


class CancellationQuoteController(Controller):
    """Quotes of cancellations."""

    path = "/api/bookings/{booking_id:uuid}"
    tags = ["bookings"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/cancellation-quote",
        operation_id="get_cancellation_quote",
        summary="Get what cancelling a booking would return",
        opt=opt(Access.SIGNED_IN, scope="read", errors=(NotFound, IllegalTransition, TooLate)),
    )
    async def quote(
        self, request: Request[Any, Any, Any], booking_id: FromPath[UUID], quotes: FromDishka[CancellationQuotes]
    ) -> CancellationQuoteOut:
        """By the `cancellation_policy` in the booking's `terms`; what the creator cancels is returned in full.

        If the caller can't cancel, this has the error that cancelling has.
        """
        quote = await quotes.quote(principal_of(request), booking_id)
        amounts = {name: quote.currency.of_minor(getattr(quote, name)) for name in ("paid", "refund")}
        return converted(quote, CancellationQuoteOut, amounts)
