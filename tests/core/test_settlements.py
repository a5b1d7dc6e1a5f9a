"""What a booking returns: the quote is the refund, and no order of steps returns more than it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import a_booking, a_history, a_principal, a_session, a_user
from fakes import NOW
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.booking_steps import BookingAction, BookingStep
from marketplace.core.domain.money import Currency, use_currency
from marketplace.core.domain.payments import Payment, PaymentStatus
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.refund_policies import FULL_REFUND, PRESETS, RefundPolicy, RefundTier
from marketplace.core.domain.seat_changes import with_seats
from marketplace.core.domain.settlements import CancellationQuote, cancellation_quote, kept_now, refund_due
from marketplace.core.errors import NotFound, TooLate

pytestmark = pytest.mark.thorough

HOUR, DAY, INSTANT = timedelta(hours=1), timedelta(days=1), timedelta(microseconds=1)
START = NOW + 10 * DAY


@contextmanager
def in_currency(code: str) -> Iterator[Currency]:
    use_currency(code)
    try:
        yield Currency.of(code)
    finally:
        use_currency("EUR")


@dataclass(frozen=True, slots=True)
class Sale:
    """A booking with its payments."""

    booking: BookingHistory
    payments: tuple[Payment, ...]

    @property
    def learner(self) -> Principal:
        return a_principal(self.booking.user_id)

    @property
    def creator(self) -> Principal:
        return a_principal(self.booking.creator_id)

    def stepped(self, step: tuple[BookingHistory, BookingStep]) -> "Sale":
        return replace(self, booking=replace(step[0], history=(*self.booking.history, step[1])))

    def after(self, action: BookingAction, actor: Principal | None, at: datetime) -> "Sale":
        return self.stepped(self.booking.after(action, actor, at))

    def moved(self, starts_at: datetime, actor: Principal, at: datetime) -> "Sale":
        return self.stepped(self.booking.rescheduled(starts_at, actor, at, requires_confirmation=False))

    def with_seats(self, seats: int, at: datetime) -> "Sale":
        return self.stepped(with_seats(self.booking, seats, self.learner, at))

    def quote(self, at: datetime, viewer: Principal | None = None) -> CancellationQuote:
        return cancellation_quote(self.booking, self.payments, viewer or self.learner, at)

    @property
    def due(self) -> int:
        return refund_due(self.payments, kept_now(self.booking, self.payments))

    def refunded(self) -> "Sale":
        """Claim the refund that is due."""
        (payment,) = self.payments
        return replace(self, payments=(replace(payment, refund_claimed=payment.refund_claimed + self.due),))

    @property
    def returned(self) -> int:
        return sum(each.refund_claimed for each in self.payments)


def a_sale(
    price: int = 1_999,
    seats: int = 1,
    policy: RefundPolicy = PRESETS["flexible"],
    code: str = "EUR",
    *,
    requires_confirmation: bool = False,
    **changes: Any,
) -> Sale:
    """Return a booking that is paid; `price` is in minor units."""
    creator, learner = a_user(role="creator"), a_user()
    each = Currency.of(code).of_minor(price)
    session = a_session(creator_id=creator.id, price=each, cancellation_policy=policy, payment_method="online")
    booking = a_booking(
        session, learner.id, starts_at=START, seats=seats, status="pending", pay_by=NOW + HOUR, **changes
    )
    held = a_history(booking, session, creator, learner)
    payment = Payment(
        id=uuid4(),
        booking_id=booking.id,
        creator_id=creator.id,
        user_id=learner.id,
        amount=price * seats,
        currency=code,
        status=PaymentStatus.PAID,
        provider="simulator",
        expires_at=NOW + HOUR,
        created_at=NOW,
        captured=price * seats,
    )
    sale = Sale(held, (payment,))
    return sale.stepped(held.paid(NOW, requires_confirmation=requires_confirmation))


@st.composite
def policies(draw: st.DrawFn) -> RefundPolicy:
    hours = sorted(draw(st.sets(st.integers(0, 300), min_size=1, max_size=5)), reverse=True)
    percents = sorted(draw(st.sets(st.integers(0, 100), min_size=len(hours), max_size=len(hours))), reverse=True)
    return tuple(RefundTier(*tier) for tier in zip(hours, percents, strict=True))


HOURS = st.integers(0, 239)
"""After the sale; the session starts 240 hours after it."""
TIMES = st.lists(HOURS, min_size=1, max_size=5).map(sorted)
PRICES = st.integers(1, 10**7)
CODES = st.sampled_from(("EUR", "JPY", "KWD"))


@pytest.mark.parametrize(
    ("before", "percent", "until", "following"),
    [
        (100 * HOUR, 100, START - 72 * HOUR, 50),
        (72 * HOUR, 100, START - 72 * HOUR, 50),
        (72 * HOUR - INSTANT, 50, START - 24 * HOUR, 0),
        (24 * HOUR, 50, START - 24 * HOUR, 0),
        (24 * HOUR - INSTANT, 0, None, None),
    ],
)
def test_share_falls_at_the_hours_of_its_tiers(
    before: timedelta, percent: int, until: datetime | None, following: int | None
) -> None:
    quote = a_sale(10_001, policy=PRESETS["moderate"]).quote(START - before)
    assert (quote.percent, quote.until, quote.next_percent) == (percent, until, following)
    assert (quote.paid, quote.refund) == (10_001, 10_001 * percent // 100)


def test_share_that_stays_until_the_learner_can_no_longer_cancel_has_no_end() -> None:
    assert a_sale(policy=FULL_REFUND).quote(NOW).until is None
    sale = a_sale(policy=PRESETS["moderate"])
    for notice, until in ((71, START - 72 * HOUR), (72, None), (100, None)):
        terms = replace(sale.booking.terms, cancellation_notice=notice)
        booking = replace(sale.booking, terms=terms)
        assert replace(sale, booking=booking).quote(NOW).until == until
        with pytest.raises(TooLate):
            replace(sale, booking=booking).quote(START - notice * HOUR)


def test_creator_staff_and_marketplace_return_all_and_so_does_what_is_not_confirmed() -> None:
    sale, late = a_sale(policy=((RefundTier(239, 1),))), START - HOUR
    assert sale.quote(late).refund == 0
    staff = a_principal(is_staff=True)
    for viewer in (sale.creator, staff):
        quote = sale.quote(late, viewer)
        assert (quote.percent, quote.refund, quote.until) == (100, 1_999, None)
        assert sale.after("cancel", viewer, late).due == 1_999
    with pytest.raises(NotFound):
        sale.quote(late, a_principal())

    asked = a_sale(policy=((RefundTier(239, 1),)), requires_confirmation=True)
    deadline = asked.booking.respond_by or late
    assert asked.quote(NOW + DAY).refund == 1_999
    assert asked.after("decline", asked.creator, NOW).due == 1_999
    assert asked.after("expire", None, deadline).due == 1_999


@given(PRICES, st.integers(1, 4), policies(), CODES, HOURS)
def test_quote_is_the_refund_of_the_cancellation(
    price: int, seats: int, policy: RefundPolicy, code: str, hour: int
) -> None:
    with in_currency(code):
        sale, at = a_sale(price, seats, policy, code), NOW + hour * HOUR
        assert sale.due == 0

        quote, cancelled = sale.quote(at), sale.after("cancel", sale.learner, at)

        assert quote.refund == cancelled.due == price * seats * quote.percent // 100
        assert 0 <= quote.refund <= quote.paid == price * seats
        assert kept_now(cancelled.booking, cancelled.payments) + quote.refund == quote.paid
        assert cancelled.refunded().due == 0


@given(PRICES, st.integers(2, 6), policies(), CODES, TIMES)
def test_seats_given_back_one_by_one_return_no_more_than_all_at_once(
    price: int, seats: int, policy: RefundPolicy, code: str, hours: list[int]
) -> None:
    with in_currency(code):
        sale = a_sale(price, seats, policy, code)
        times = [NOW + hour * HOUR for hour in hours]
        at_once = sale.quote(times[0]).refund
        for at in times[: seats - 1]:
            sale = sale.with_seats(sale.booking.seats - 1, at).refunded()
        assert sale.quote(times[-1]).refund + sale.returned <= at_once

        ended = sale.after("cancel", sale.learner, times[-1]).refunded()

        assert ended.returned <= at_once
        assert ended.returned + kept_now(ended.booking, ended.payments) == price * seats


@given(policies(), TIMES, st.lists(st.integers(1, 900), min_size=5, max_size=5), HOURS)
def test_moves_of_the_learner_never_raise_the_share(
    policy: RefundPolicy, hours: list[int], starts: list[int], hour: int
) -> None:
    still = moved = a_sale(policy=policy)
    at = NOW
    for time, start in zip(hours, starts, strict=False):
        at, starts_at = NOW + time * HOUR, NOW + (time + start) * HOUR
        if at < moved.booking.starts_at and starts_at != moved.booking.starts_at:
            moved = moved.moved(starts_at, moved.learner, at)
    at = max(at, NOW + hour * HOUR)
    if at < min(moved.booking.starts_at, START):
        assert moved.quote(at).percent <= still.quote(at).percent


def test_learner_who_moved_keeps_the_earlier_clock_and_one_who_was_moved_does_not() -> None:
    sale, later, soon = a_sale(policy=PRESETS["moderate"]), START + 20 * DAY, START - 25 * HOUR
    own = sale.moved(later, sale.learner, NOW + DAY)
    assert [own.quote(at).percent for at in (NOW + DAY, soon, START, later - HOUR)] == [100, 50, 0, 0]
    assert own.quote(NOW + DAY).until == START - 72 * HOUR
    by_creator = own.moved(later + DAY, sale.creator, NOW + 2 * DAY)
    assert by_creator.quote(START).percent == 100
    earlier = sale.moved(NOW + 2 * DAY, sale.learner, NOW)
    assert earlier.quote(NOW).percent == 50

    full = a_sale(policy=FULL_REFUND)
    assert full.moved(later, full.learner, NOW).quote(START + DAY).percent == 100


def test_moves_before_the_creator_confirmed_keep_no_clock() -> None:
    asked = a_sale(policy=PRESETS["moderate"], requires_confirmation=True)
    moved = asked.moved(START + 20 * DAY, asked.learner, NOW)
    confirmed = moved.after("confirm", asked.creator, NOW + HOUR)
    assert confirmed.quote(START).percent == 100


def test_earlier_release_of_a_revived_booking_keeps_nothing() -> None:
    policy = (RefundTier(48, 50),)
    sale = a_sale(2_001, 2, policy)
    held = replace(sale.booking, status="pending", pay_by=NOW + HOUR, history=sale.booking.history[:1])
    expired = replace(sale, booking=held).after("expire", None, NOW + HOUR)
    assert (expired.due, kept_now(expired.booking)) == (4_002, 0)

    revived = expired.stepped(expired.booking.revived(NOW + 2 * HOUR, requires_confirmation=False))

    assert (revived.due, kept_now(revived.booking)) == (0, 4_002)
    assert revived.quote(NOW + DAY).refund == revived.after("cancel", revived.learner, NOW + DAY).due == 2_001


def test_refund_of_staff_counts_towards_what_is_returned() -> None:
    sale = a_sale(1_000, policy=((RefundTier(0, 50),)))
    (payment,) = sale.payments
    generous = replace(sale, payments=(replace(payment, refund_claimed=300),))
    quote = generous.quote(NOW)
    assert (quote.paid, quote.refund) == (700, 200)
    assert replace(sale, payments=(replace(payment, refund_claimed=700),)).quote(NOW).refund == 0


def test_refund_is_in_the_currency_that_was_paid() -> None:
    sale = a_sale(1_999)
    with in_currency("KWD"):
        terms = replace(sale.booking.terms)
        assert str(terms.price) == "19.990"
        quote = replace(sale, booking=replace(sale.booking, terms=terms)).quote(NOW)
    assert (quote.currency.code, quote.refund) == ("EUR", 1_999)


def test_unpaid_booking_of_a_currency_with_more_decimals_returns_nothing() -> None:
    terms = replace(a_booking(a_session(), uuid4()).terms, price=Decimal("36.50"))
    with in_currency("JPY"):
        session, creator, learner = a_session(price=Decimal(36)), a_user(role="creator"), a_user()
        booking = a_history(replace(a_booking(session, learner.id), terms=terms), session, creator, learner)

        found = cancellation_quote(booking, (), a_principal(learner.id), NOW)

    assert (found.paid, found.refund, found.currency) == (0, 0, Currency.of("JPY"))
