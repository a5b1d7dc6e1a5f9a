from datetime import timedelta
from uuid import uuid4

import pytest

from builders import (
    TOMORROW,
    Services,
    a_key,
    a_principal,
    principal_of,
    seats_taken,
    stored_booking,
    stored_session,
    stored_user,
)
from fakes import NOW
from marketplace.core.domain.booking_steps import BookingAction
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import Session
from marketplace.core.errors import IllegalTransition, NotFound, NotYours, SoldOut, TooLate
from marketplace.core.ports.storage import Storage
from staff_services import StaffServices, logged, staff_over

WHY = "The creator is ill."
LATER = TOMORROW + timedelta(hours=3)
DONE: dict[BookingAction, tuple[str, str]] = {
    "confirm": ("confirmed", "booking_confirmed"),
    "decline": ("cancelled", "booking_declined"),
    "cancel": ("cancelled", "booking_cancelled"),
}
ANSWERS: tuple[BookingAction, ...] = ("confirm", "decline")


@pytest.fixture
def staff(services: Services) -> StaffServices:
    return staff_over(services)


@pytest.fixture
async def principal(storage: Storage) -> Principal:
    return principal_of(await stored_user(storage, is_staff=True))


@pytest.fixture
async def session(storage: Storage) -> Session:
    return await stored_session(storage, cancellation_notice=48)


async def pending(storage: Storage, session: Session) -> Booking:
    return await stored_booking(storage, session, status="pending", respond_by=TOMORROW)


async def words(storage: Storage, booking: Booking) -> list[str]:
    return [entry.action for entry in await logged(storage, ("booking", booking.id))]


@pytest.mark.parametrize("action", DONE)
async def test_staff_action_on_booking_is_in_history_and_audit_log(
    services: Services, storage: Storage, principal: Principal, session: Session, action: BookingAction
) -> None:
    booking, (status, word) = await pending(storage, session), DONE[action]

    done = (await services.bookings.act(principal, booking.id, action, WHY)).resource

    assert (done.status, done.history[-1].actor_id, done.history[-1].reason) == (status, principal.user_id, WHY)
    assert await seats_taken(storage, session) == (1 if status == "confirmed" else 0)
    (entry,) = await logged(storage, ("booking", booking.id))
    assert (entry.action, entry.actor_id, entry.reason, entry.at) == (word, principal.user_id, WHY, NOW)
    assert (entry.before["status"], entry.after["status"]) == ("pending", status)


async def test_staff_can_complete_booking_only_after_its_end(
    services: Services, storage: Storage, principal: Principal, session: Session
) -> None:
    booking = await stored_booking(storage, session)

    with pytest.raises(IllegalTransition):
        await services.bookings.act(principal, booking.id, "complete", WHY)
    assert await words(storage, booking) == []

    services.clock.advance(timedelta(days=2))
    assert (await services.bookings.act(principal, booking.id, "complete", WHY)).resource.status == "completed"
    assert await words(storage, booking) == ["booking_completed"]


async def test_staff_reschedules_booking_with_its_seats_and_reason(
    services: Services, storage: Storage, principal: Principal, session: Session
) -> None:
    booking = await stored_booking(storage, session, seats=2)

    rescheduled = (await services.bookings.reschedule(principal, booking.id, LATER, WHY)).resource

    assert (rescheduled.starts_at, rescheduled.status) == (LATER, "confirmed")
    step = rescheduled.history[-1]
    assert (step.action, step.from_start, step.to_start, step.reason) == ("reschedule", TOMORROW, LATER, WHY)
    (entry,) = await logged(storage, ("booking", booking.id))
    assert (entry.action, entry.reason) == ("booking_rescheduled", WHY)
    assert (entry.before, entry.after) == (
        {"starts_at": "2030-01-08T09:00:00+00:00"},
        {"starts_at": "2030-01-08T12:00:00+00:00"},
    )


async def test_rescheduling_without_seats_leaves_no_audit_entry(
    services: Services, storage: Storage, principal: Principal, session: Session
) -> None:
    booking = await stored_booking(storage, session)
    await stored_booking(storage, session, starts_at=LATER, seats=session.max_participants)

    with pytest.raises(SoldOut):
        await services.bookings.reschedule(principal, booking.id, LATER, WHY)

    assert await words(storage, booking) == []
    assert await seats_taken(storage, session) == 1 + session.max_participants


async def test_booking_lifecycle_rules_apply_to_staff(
    services: Services, storage: Storage, principal: Principal, session: Session
) -> None:
    unanswered = await pending(storage, session)
    over = await stored_booking(storage, session, starts_at=LATER)

    services.clock.at = TOMORROW
    with pytest.raises(TooLate):
        await services.bookings.act(principal, unanswered.id, "confirm", WHY)
    services.clock.at = over.ends_at
    with pytest.raises(TooLate):
        await services.bookings.act(principal, over.id, "cancel", WHY)


async def test_staff_cannot_confirm_or_decline_their_own_bookings(
    services: Services, storage: Storage, session: Session
) -> None:
    member = await stored_user(storage, is_staff=True)
    booking = await stored_booking(storage, session, member.id, status="pending", respond_by=TOMORROW)

    for action in ANSWERS:
        with pytest.raises(NotYours):
            await services.bookings.act(principal_of(member), booking.id, action, WHY)

    assert [entry.after for entry in await logged(storage, ("booking", booking.id))] == [
        {"asked": f"booking_{requested}", "code": "not_yours"} for requested in ("confirmed", "declined")
    ]


async def test_refused_action_of_non_staff_is_not_audited(
    services: Services, storage: Storage, session: Session
) -> None:
    learner = await stored_user(storage)
    booking = await stored_booking(storage, session, learner.id, status="pending", respond_by=TOMORROW)

    with pytest.raises(NotYours):
        await services.bookings.act(principal_of(learner), booking.id, "confirm")

    assert await words(storage, booking) == []


async def test_only_staff_actions_on_ordinary_routes_are_audited(
    services: Services, storage: Storage, principal: Principal, session: Session
) -> None:
    by_staff, by_creator = await stored_booking(storage, session), await stored_booking(storage, session)

    await services.bookings.act(principal, by_staff.id, "cancel", WHY)
    await services.bookings.act(a_principal(session.creator_id), by_creator.id, "cancel", WHY)

    assert await words(storage, by_staff) == ["booking_cancelled"]
    assert await words(storage, by_creator) == []


async def test_replay_with_its_key_leaves_one_audit_entry(
    services: Services, storage: Storage, principal: Principal, session: Session
) -> None:
    booking = await stored_booking(storage, session)
    key = a_key(user_id=principal.user_id)

    for _ in range(2):
        await services.bookings.act(principal, booking.id, "cancel", WHY, key=key)

    assert await words(storage, booking) == ["booking_cancelled"]


async def test_staff_reads_any_booking_with_history_and_log(
    staff: StaffServices, services: Services, storage: Storage, principal: Principal, session: Session
) -> None:
    booking = await stored_booking(storage, session)
    await services.bookings.act(principal, booking.id, "cancel", WHY)

    found, log = await staff.bookings.get(booking.id), await staff.bookings.log(booking.id)

    assert [step.to_status for step in found.history] == ["confirmed", "cancelled"]
    assert [entry.action for entry in log] == ["booking_cancelled"]
    with pytest.raises(NotFound):
        await staff.bookings.get(uuid4())
