"""What has to be true of payments, read through the ports and at the provider alone."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from contracts.booking_invariants import occupied_slots
from contracts.paid_marketplace import PaidMarketplace
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.disputes import DisputeState
from marketplace.core.domain.earnings import Position
from marketplace.core.domain.ledger import Purpose
from marketplace.core.domain.payment_reasons import Cause, ParkedReason
from marketplace.core.domain.payments import OperationKind, OperationState, Payment, PaymentOperation, PaymentStatus
from marketplace.core.domain.settlements import kept_now
from paid_bookings import HALF

BY_OTHERS = frozenset({Cause.STAFF, Cause.PROVIDER, Cause.DISPUTE})
"""Refunds that no rule of the marketplace asks for."""
CLOSED = frozenset({PaymentStatus.PAID, PaymentStatus.VOIDED})

LAPSED = frozenset({ParkedReason.LAPSED, ParkedReason.REFUSED})
"""The authorization ended before a worker ran, after a week. Staff have to decide whether the booking ends."""


async def check_at_any_time(market: PaidMarketplace) -> None:
    """Check what holds between any two steps, whatever is under way."""
    assert not await market.shop.storage.ledger.imbalances()
    payments = [each for booking_id in market.booked for each in await market.shop.payments(booking_id)]
    for each in payments:
        assert 0 <= each.refunded <= each.refund_claimed <= each.captured
    ids = {each.id for each in payments}
    for there in market.provider.payments():
        assert there.reference in ids, "the provider was asked before the payment was committed"
        assert there.returned <= there.captured
        twice = Counter(each.reference for each in there.refunds if each.reference is not None)
        assert set(twice.values()) <= {1}, "a refund was made twice"
    await check_seats(market)


async def check_seats(market: PaidMarketplace) -> None:
    """Check that every seat that is taken belongs to a booking, and that no slot has more than there are."""
    taken = Counter[tuple[UUID, datetime]]()
    for booking_id in market.booked:
        booking = await market.shop.booking(booking_id)
        if booking.status != "cancelled":
            taken[booking.session_id, booking.starts_at] += booking.seats
        if booking.requested_start is not None and booking.held_seats:
            taken[booking.session_id, booking.requested_start] += booking.held_seats
    slots = await occupied_slots(market.shop.storage, {each.id for each in market.sessions})
    assert {(each.session_id, each.starts_at): each.seats_taken for each in slots} == dict(taken)
    assert [each for each in slots if each.seats_taken > each.capacity] == []


async def check_at_the_end(market: PaidMarketplace) -> None:
    """Check that each booking is paid and seated, or released and its money returned once, and that all books agree."""
    await check_at_any_time(market)
    for booking_id in market.booked:
        await check_booking(market, await market.shop.booking(booking_id))
    left = {each.reason for each in await market.shop.parked()}
    assert left <= {ParkedReason.DISPUTED}, "staff cannot resolve it"
    assert market.drifts == (), "the comparison finds what is none"


async def check_booking(market: PaidMarketplace, booking: BookingHistory) -> None:
    payments = await market.shop.payments(booking.id)
    operations = await market.shop.storage.payments.operations([each.id for each in payments])
    assert booking.status in {"completed", "cancelled"}
    assert [each for each in operations if not each.is_settled] == []
    captured, refunded = sum(each.captured for each in payments), sum(each.refunded for each in payments)
    is_lapsed = any((each.id, reason) in market.waited for each in payments for reason in LAPSED)
    check_money(booking, payments, operations, is_lapsed=is_lapsed)
    check_policy(booking, payments)
    check_provider(market, payments, operations)

    posted = await market.shop.storage.ledger.of_booking(booking.id)
    sums = Counter[Purpose]()
    for each in posted:
        for entry in each.entries:
            sums[entry.account.purpose] += entry.amount
    assert (-sums[Purpose.PAID_IN], sums[Purpose.RETURNED]) == (captured, refunded)
    positions = [Position.of(posted, each.id) for each in payments]
    assert min((min(each) for each in positions), default=0) >= 0
    assert sum(sum(each) for each in positions) == captured - refunded
    if not any(each.parked for each in payments):
        assert sums[Purpose.HELD] == 0, "money of a booking that has ended is held"


def check_money(
    booking: BookingHistory,
    payments: Sequence[Payment],
    operations: Sequence[PaymentOperation],
    *,
    is_lapsed: bool,
) -> None:
    """Check that what is left of the payments is what the booking keeps, less what others have returned."""
    net, kept = sum(each.captured - each.refunded for each in payments), kept_now(booking, payments)
    done = [each for each in operations if each.kind is OperationKind.REFUND and each.state is OperationState.DONE]
    returned_by_others = sum(each.amount for each in done if each.cause in BY_OTHERS)
    if not (is_lapsed and {each.status for each in payments} <= {PaymentStatus.VOIDED}):
        assert net >= kept - returned_by_others, "it is seated without a payment, or too much was returned"
    if not any(each.parked for each in payments):
        assert net <= kept, "too little was returned"
        assert {each.status for each in payments} <= CLOSED


def check_policy(booking: BookingHistory, payments: Sequence[Payment]) -> None:
    """Check the amount kept of a booking that never moved, by rules of its own: half is returned until a day before."""
    if not payments or any(each.from_start or each.to_start for each in booking.history):
        return
    price, keeps_half = int(booking.terms.price * 100), booking.terms.cancellation_policy == HALF
    expected, paid = 0, 0
    seats = next((step.from_seats for step in booking.history if step.from_seats), booking.seats)
    for step in booking.history:
        paid = seats if step.action == "confirm" and step.actor_id is None else paid
        left = 0 if step.to_status == "cancelled" else step.to_seats or seats
        seats = step.to_seats or seats
        given_back, paid = max(0, paid - left), min(paid, left)
        if keeps_half and given_back > 0 and step.actor_id == booking.user_id and step.from_status == "confirmed":
            is_early = step.at <= booking.starts_at - timedelta(hours=24)
            expected += price * given_back - (price * given_back // 2 if is_early else 0)
    expected += price * paid if booking.status == "completed" else 0
    assert kept_now(booking, payments) == expected


def check_provider(
    market: PaidMarketplace, payments: Sequence[Payment], operations: Sequence[PaymentOperation]
) -> None:
    """Check that the provider has taken and returned what we have recorded, in the same refunds."""
    ids = {each.id for each in payments}
    there = [each for each in market.provider.payments() if each.reference in ids]
    assert sum(each.captured for each in there) == sum(each.captured for each in payments)
    assert sum(each.returned for each in there) == sum(each.refunded for each in payments)
    refunds = {each.id for payment in there for each in payment.refunds}
    refunds |= {each.id for payment in there for each in payment.disputes if each.state is DisputeState.LOST}
    done = [each for each in operations if each.kind is OperationKind.REFUND and each.state is OperationState.DONE]
    assert {each.provider_ref for each in done} == refunds
    assert len(done) == len(refunds)
