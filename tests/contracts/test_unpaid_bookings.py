"""Bookings that are paid online, on either storage: held, paid, expired, and paid too late."""

from datetime import timedelta
from typing import Any

import pytest

from builders import TOMORROW, Services, principal_of, seats_taken, services_over, stored_session, stored_user
from contracts.harness import owner_of
from due_jobs import take_due
from fakes import NOW, MovableClock
from marketplace.core.domain.booking_details import BookingFilters, BookingHistory
from marketplace.core.domain.message_causes import untrue
from marketplace.core.domain.message_reasons import MessageReason
from marketplace.core.domain.messages import MessageKind
from marketplace.core.domain.payment_options import PaymentOptions
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.refund_policies import PRESETS
from marketplace.core.domain.sessions import Session
from marketplace.core.errors import AlreadyBooked, CreatorUnavailable, MarketplaceError, NotBookable, SoldOut
from marketplace.core.errors.payments import PaymentUnconfirmed
from marketplace.core.ports.storage import Storage
from marketplace.core.services.booking_payments import BookingPayments

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
PAY_BY = NOW + 15 * MINUTE
LATER = TOMORROW + 5 * HOUR


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(NOW)


@pytest.fixture
def paying(storage: Storage, clock: MovableClock) -> Services:
    """Services of a marketplace that takes payments."""
    return services_over(storage, clock=clock, payments=PaymentOptions())


async def held(
    storage: Storage, services: Services, *, seats: int = 2, **changes: Any
) -> tuple[Session, Principal, BookingHistory]:
    """Book seats that have to be paid; return the session, the learner and the booking."""
    session = await stored_session(storage, max_participants=2, **changes)
    learner = principal_of(await stored_user(storage))
    booking = (await services.bookings.book(learner, session.id, TOMORROW, seats)).resource
    return session, learner, await found(storage, booking)


async def found(storage: Storage, booking: object) -> BookingHistory:
    read = await storage.booking_lists.find(booking.id)  # type: ignore[attr-defined]
    assert read is not None
    return read


async def settled(storage: Storage, services: Services, booking: BookingHistory) -> BookingHistory:
    """Return the booking after its settlement job has run."""
    await services.bookings.settle_due(booking.id)
    return await found(storage, booking)


async def pay(
    storage: Storage, services: Services, booking: BookingHistory, *, requires_confirmation: bool = False
) -> BookingHistory:
    async with storage.unit_of_work() as tx:
        acquired = await tx.bookings.acquire(booking.id)
        payments = BookingPayments(services.clock)
        return await payments.apply(tx, acquired, requires_confirmation=requires_confirmation)


async def revive(storage: Storage, services: Services, booking: BookingHistory) -> BookingHistory:
    async with storage.unit_of_work() as tx:
        return await BookingPayments(services.clock).revive(tx, booking, requires_confirmation=False)


async def test_held_booking_is_stored_with_its_time_to_pay_and_its_terms(storage: Storage, paying: Services) -> None:
    session, learner, booking = await held(
        storage, paying, requires_confirmation=True, cancellation_policy=PRESETS["strict"]
    )

    assert (booking.status, booking.pay_by, booking.respond_by) == ("pending", PAY_BY, None)
    assert booking.terms.cancellation_policy == PRESETS["strict"]
    assert booking.terms.payment_method == "online"
    assert await seats_taken(storage, session) == 2
    (listed,) = (await storage.booking_lists.of_user(learner.user_id, 9, None)).items
    assert (listed.pay_by, listed.terms) == (booking.pay_by, booking.terms)


async def test_creator_is_not_asked_before_the_payment(storage: Storage, paying: Services, clock: MovableClock) -> None:
    session, _, booking = await held(storage, paying, requires_confirmation=True)
    creator, waiting = owner_of(session), BookingFilters(awaits_creator=True)

    async def asked() -> tuple[int, int]:
        listed = await storage.booking_lists.of_creator(session.creator_id, 9, None, waiting)
        return len(listed.items), (await paying.summaries.of_creator(creator)).pending_bookings

    assert await asked() == (0, 0)
    with pytest.raises(PaymentUnconfirmed):
        await paying.bookings.act(creator, booking.id, "confirm")
    await pay(storage, paying, booking, requires_confirmation=True)

    assert await asked() == (1, 1)
    clock.at = PAY_BY
    assert (await settled(storage, paying, booking)).status == "pending"
    assert (await paying.bookings.act(creator, booking.id, "confirm")).resource.status == "confirmed"


async def test_unpaid_booking_expires_and_gives_its_seats_back(
    storage: Storage, paying: Services, clock: MovableClock
) -> None:
    session, _, booking = await held(storage, paying)

    jobs = await take_due(storage.job_queue, TOMORROW, "attend_booking")
    assert [job.run_at for job in jobs if job.subject == booking.id] == [PAY_BY]
    clock.at = PAY_BY - timedelta(seconds=1)
    assert (await settled(storage, paying, booking)).status == "pending"
    clock.at = PAY_BY
    ended = await settled(storage, paying, booking)

    assert (ended.status, ended.pay_by, ended.history[-1].action) == ("cancelled", PAY_BY, "expire")
    assert await seats_taken(storage, session) == 0


async def test_paid_booking_is_confirmed_and_completed(storage: Storage, paying: Services, clock: MovableClock) -> None:
    _, _, booking = await held(storage, paying)

    paid = await pay(storage, paying, booking)

    assert await found(storage, booking) == paid
    assert (paid.status, paid.pay_by, paid.history[-1].pays) == ("confirmed", None, True)
    for moment, status in ((PAY_BY, "confirmed"), (paid.ends_at, "completed")):
        clock.at = moment
        assert (await settled(storage, paying, booking)).status == status


async def test_unpaid_booking_that_moves_keeps_its_time_to_pay(storage: Storage, paying: Services) -> None:
    _, learner, booking = await held(storage, paying, requires_confirmation=True)

    await paying.bookings.reschedule(learner, booking.id, LATER)
    await paying.seat_changes.change(learner, booking.id, 1)

    moved = await found(storage, booking)
    assert (moved.starts_at, moved.seats, moved.pay_by, moved.respond_by) == (LATER, 1, PAY_BY, None)


async def expired(
    storage: Storage, services: Services, clock: MovableClock, **changes: Any
) -> tuple[Session, Principal, BookingHistory]:
    session, learner, booking = await held(storage, services, **changes)
    clock.at = PAY_BY
    return session, learner, await settled(storage, services, booking)


async def test_late_payment_takes_the_seats_again(storage: Storage, paying: Services, clock: MovableClock) -> None:
    session, learner, booking = await expired(storage, paying, clock)
    clock.at += HOUR

    revived = await revive(storage, paying, booking)

    assert await found(storage, booking) == revived
    assert (revived.status, revived.pay_by, revived.starts_at) == ("confirmed", None, TOMORROW)
    last = revived.history[-1]
    assert (last.action, last.from_status, last.actor_id, last.at) == ("confirm", "cancelled", None, clock.at)
    assert (last.from_start, last.to_start) == (None, None)
    assert await seats_taken(storage, session) == 2
    with pytest.raises(AlreadyBooked):
        await paying.bookings.book(learner, session.id, TOMORROW)
    clock.at = revived.ends_at
    assert (await settled(storage, paying, booking)).status == "completed"


async def test_late_payment_does_not_revive_where_it_cannot_seat(
    storage: Storage, paying: Services, clock: MovableClock
) -> None:
    found_otherwise: dict[type[MarketplaceError], type[MarketplaceError] | None] = {}
    for error in (SoldOut, AlreadyBooked, CreatorUnavailable, NotBookable):
        clock.at = NOW
        session, learner, booking = await expired(storage, paying, clock)
        buyer = principal_of(await stored_user(storage))
        if error is SoldOut:
            await paying.bookings.book(buyer, session.id, TOMORROW)
        elif error is AlreadyBooked:
            await paying.bookings.book(learner, session.id, TOMORROW)
            await paying.sessions.change(owner_of(session), session.id, {"max_participants": 9})
        elif error is CreatorUnavailable:
            other = await stored_session(storage, creator_id=session.creator_id)
            await paying.bookings.book(buyer, other.id, TOMORROW + 30 * MINUTE)
        else:
            await paying.sessions.change(owner_of(session), session.id, {"status": "inactive"})
        try:
            await revive(storage, paying, booking)
            found_otherwise[error] = None
        except MarketplaceError as refused:
            if type(refused) is not error:
                found_otherwise[error] = type(refused)
        assert (await found(storage, booking)).status == "cancelled"
    assert found_otherwise == {}


async def test_late_payment_revives_no_booking_without_an_address_that_the_creator_comes_to(
    storage: Storage, paying: Services, clock: MovableClock
) -> None:
    session, _, booking = await expired(storage, paying, clock)
    await paying.sessions.change(owner_of(session), session.id, {"format": "at_yours"})

    with pytest.raises(NotBookable):
        await revive(storage, paying, booking)

    await paying.sessions.change(owner_of(session), session.id, {"format": "in_person"})
    assert (await revive(storage, paying, booking)).status == "confirmed"


async def told(storage: Storage, services: Services, booking: BookingHistory) -> dict[str, list[str]]:
    """Deliver all events; return the kinds of messages and notifications about a booking, by person."""
    while await services.events.deliver():
        pass
    messages = (await storage.messages.of_booking(booking.id, 99, None)).items
    found = {}
    for who, user_id in (("learner", booking.user_id), ("creator", booking.creator_id)):
        news = (await storage.notifications.of_user(user_id, 9, None)).items
        kinds = [str(each.kind) for each in messages if each.user_id == user_id]
        found[who] = sorted(kinds) + sorted(each.kind for each in news if each.booking_id == booking.id)
    return found


REMINDERS = ["reminder_hour"]


async def test_creator_is_told_of_the_payment_and_not_of_the_hold(
    storage: Storage, paying: Services, clock: MovableClock
) -> None:
    _, learner, booking = await held(storage, paying)
    await paying.bookings.reschedule(learner, booking.id, LATER)
    await paying.seat_changes.change(learner, booking.id, 1)
    assert await told(storage, paying, booking) == {"learner": [], "creator": []}

    clock.at += MINUTE
    await pay(storage, paying, booking)
    assert await told(storage, paying, booking) == {
        "learner": ["booking_booked", "reminder_day", *REMINDERS],
        "creator": ["booking_booked", "booked"],
    }


async def test_creator_is_asked_once_the_request_is_paid(
    storage: Storage, paying: Services, clock: MovableClock
) -> None:
    session, _, booking = await held(storage, paying, requires_confirmation=True)
    clock.at += MINUTE
    await pay(storage, paying, booking, requires_confirmation=True)
    asked = {"learner": ["booking_requested"], "creator": ["booking_requested", "requested"]}
    assert await told(storage, paying, booking) == asked

    await paying.bookings.act(owner_of(session), booking.id, "confirm")
    assert await told(storage, paying, booking) == {
        "learner": ["booking_confirmed", "booking_requested", *REMINDERS, "confirmed"],
        "creator": asked["creator"],
    }


async def test_hold_that_ends_unpaid_is_news_only_if_another_person_ended_it(
    storage: Storage, paying: Services, clock: MovableClock
) -> None:
    _, learner, by_learner = await held(storage, paying)
    await paying.bookings.act(learner, by_learner.id, "cancel")
    session, _, by_creator = await held(storage, paying)
    await paying.bookings.act(owner_of(session), by_creator.id, "cancel")
    _, _, by_no_one = await expired(storage, paying, clock)

    nothing: dict[str, list[str]] = {"learner": [], "creator": []}
    assert await told(storage, paying, by_learner) == nothing
    assert await told(storage, paying, by_creator) == {"learner": ["booking_cancelled", "cancelled"], "creator": []}
    assert await told(storage, paying, by_no_one) == nothing
    clock.at += MINUTE
    await revive(storage, paying, by_no_one)
    assert await told(storage, paying, by_no_one) == {
        "learner": ["booking_booked", *REMINDERS],
        "creator": ["booking_booked", "booked"],
    }


async def test_seats_added_to_a_paid_booking_are_news_once_they_are_paid(
    storage: Storage, paying: Services, clock: MovableClock
) -> None:
    _, learner, booking = await held(storage, paying, seats=1)
    clock.at += MINUTE
    await pay(storage, paying, booking)
    before = await told(storage, paying, booking)

    await paying.seat_changes.change(learner, booking.id, 2)
    assert await told(storage, paying, booking) == before
    clock.at += 15 * MINUTE
    assert (await settled(storage, paying, booking)).seats == 1
    assert await told(storage, paying, booking) == before

    await paying.seat_changes.change(learner, booking.id, 2)
    clock.at += MINUTE
    await pay(storage, paying, booking)
    news = await told(storage, paying, booking)
    assert news["learner"] == sorted([*before["learner"], "seats_changed"])
    assert news["creator"] == ["booking_booked", "seats_changed", "booked", "seats_changed"]
    clock.at += MINUTE
    await paying.seat_changes.change(learner, booking.id, 1)
    news = await told(storage, paying, booking)
    assert news["creator"].count("seats_changed") == 4


async def test_seats_that_are_given_back_unpaid_replace_no_mail_about_paid_ones(
    storage: Storage, paying: Services, clock: MovableClock
) -> None:
    session, learner, booking = await held(storage, paying, seats=1)
    await paying.sessions.change(owner_of(session), session.id, {"max_participants": 9})
    clock.at += MINUTE
    await pay(storage, paying, booking)
    await paying.seat_changes.change(learner, booking.id, 2)
    clock.at += MINUTE
    await pay(storage, paying, booking)
    await paying.seat_changes.change(learner, booking.id, 3)
    clock.at += 15 * MINUTE
    given_back = await settled(storage, paying, booking)
    assert given_back.seats == 2
    await paying.seat_changes.change(learner, booking.id, 1)
    fewer = await found(storage, booking)

    kind = MessageKind.SEATS_CHANGED
    for party in (learner.user_id, booking.creator_id):
        assert untrue(kind, 1, given_back, party, clock.at) is None
        assert untrue(kind, 1, fewer, party, clock.at) is MessageReason.BOOKING_CHANGED
