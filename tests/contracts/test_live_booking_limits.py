"""A person has a bounded number of upcoming live bookings, however and wherever they are made."""

from datetime import timedelta

from builders import TOMORROW, principal_of, services_over, stored_session, stored_users
from contracts.harness import at_once
from marketplace.core.domain.personal_limits import PersonalLimits
from marketplace.core.errors import TooManyBookings
from marketplace.core.ports.storage import Storage

HOUR = timedelta(hours=1)
BOUND = 5
LIMITS = PersonalLimits(max_live_bookings=BOUND)


async def test_twenty_bookings_of_one_person_at_once_do_not_pass_the_bound(storage: Storage) -> None:
    services, (user,) = services_over(storage, limits=LIMITS), await stored_users(storage, 1)
    sessions = [await stored_session(storage) for _ in range(4)]

    outcome = await at_once(
        services.bookings.book(principal_of(user), session.id, TOMORROW + hour * HOUR)
        for session in sessions
        for hour in range(5)
    )

    assert len(outcome.done) == BOUND
    assert {type(each) for each in outcome.refused} == {TooManyBookings}
    page = await storage.booking_lists.of_user(user.id, None, 100, None)
    assert len(page.items) == BOUND
