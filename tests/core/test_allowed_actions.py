"""The allowed actions of a booking are exactly those that succeed for its viewer."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import product
from typing import get_args

import pytest

from builders import Services, principal_of, services_over, stored_booking, stored_session, stored_user
from fakes import NOW, MovableClock
from marketplace.adapters.memory.storage import memory_storage
from marketplace.core.domain.booking_details import BookingDetails
from marketplace.core.domain.booking_steps import AllowedAction, BookingStatus
from marketplace.core.domain.principals import Principal
from marketplace.core.errors import MarketplaceError

pytestmark = pytest.mark.thorough

HOUR = timedelta(hours=1)
START = NOW + 30 * HOUR
NEXT_DAY = START + 24 * HOUR
NOTICE = 4
WHY = "Staff say why."
MOMENTS = {
    "in time": NOW,
    "after the time to respond": NOW + 24 * HOUR,
    "at the learner's limit": START - NOTICE * HOUR,
    "at the start": START,
    "at the end": START + HOUR,
}
VIEWERS = ("learner", "creator", "staff", "staff who booked", "staff who offers", "another user")
Act = Callable[[Services, Principal, BookingDetails], Awaitable[object]]
ACTS: dict[AllowedAction, Act] = {
    "confirm": lambda services, viewer, booking: services.bookings.act(viewer, booking.id, "confirm", WHY),
    "decline": lambda services, viewer, booking: services.bookings.act(viewer, booking.id, "decline", WHY),
    "cancel": lambda services, viewer, booking: services.bookings.act(viewer, booking.id, "cancel", WHY),
    "complete": lambda services, viewer, booking: services.bookings.act(viewer, booking.id, "complete", WHY),
    "reschedule": lambda services, viewer, booking: services.bookings.reschedule(viewer, booking.id, NEXT_DAY, WHY),
    "seats": lambda services, viewer, booking: services.seat_changes.change(viewer, booking.id, 2),
}


async def a_scene(
    status: BookingStatus, viewer: str, moment: str, *, is_listed: bool = True
) -> tuple[Services, Principal, BookingDetails]:
    """Store a booking; return its services, its viewer and the booking, with the clock at the given moment."""
    storage, clock = memory_storage(), MovableClock()
    services = services_over(storage, clock=clock)
    learner = await stored_user(storage, is_staff=viewer == "staff who booked")
    creator = await stored_user(storage, role="creator", is_staff=viewer == "staff who offers")
    session = await stored_session(
        storage,
        creator_id=creator.id,
        cancellation_notice=NOTICE,
        status="active" if is_listed else "inactive",
    )
    respond_by = NOW + 24 * HOUR if status == "pending" else None
    booking = await stored_booking(storage, session, learner.id, starts_at=START, status=status, respond_by=respond_by)
    people = {
        "learner": learner,
        "staff who booked": learner,
        "creator": creator,
        "staff who offers": creator,
        "staff": await stored_user(storage, is_staff=True),
        "another user": await stored_user(storage),
    }
    clock.at = MOMENTS[moment]
    found = await storage.booking_lists.find(booking.id)
    assert found is not None
    return services, principal_of(people[viewer]), found


async def succeeds(act: Act, services: Services, viewer: Principal, booking: BookingDetails) -> bool:
    try:
        await act(services, viewer, booking)
    except MarketplaceError:
        return False
    return True


@pytest.mark.parametrize("is_listed", [True, False])
@pytest.mark.parametrize(("status", "viewer"), list(product(get_args(BookingStatus), VIEWERS)))
async def test_allowed_actions_are_those_that_succeed(status: BookingStatus, viewer: str, *, is_listed: bool) -> None:
    for moment in MOMENTS:
        # what is refused changes nothing, so that all of it can be tried on one booking
        services, principal, booking = await a_scene(status, viewer, moment, is_listed=is_listed)
        allowed = booking.allowed_actions(principal, services.clock.now())
        for action, act in ACTS.items():
            if action not in allowed:
                assert not await succeeds(act, services, principal, booking), (moment, action)
        for action in allowed:
            scene = await a_scene(status, viewer, moment, is_listed=is_listed)
            assert await succeeds(ACTS[action], *scene), (moment, action)


async def test_learner_may_cancel_until_the_notice_of_the_session() -> None:
    _, _, booking = await a_scene("confirmed", "learner", "in time")
    assert booking.cancellable_until == START - NOTICE * HOUR


@pytest.mark.parametrize("status", ["cancelled", "completed"])
async def test_settled_booking_has_no_limit_and_no_actions(status: BookingStatus) -> None:
    services, principal, booking = await a_scene(status, "creator", "in time")

    assert booking.cancellable_until is None
    assert booking.allowed_actions(principal, services.clock.now()) == ()


async def test_staff_is_never_offered_to_answer_or_complete_their_own_booking() -> None:
    for status, moment in product(get_args(BookingStatus), MOMENTS):
        services, principal, booking = await a_scene(status, "staff who booked", moment)
        published = booking.allowed_actions(principal, services.clock.now())
        assert not {"confirm", "decline", "complete"} & set(published)
