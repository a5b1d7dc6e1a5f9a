"""The whole journey with a client that openapi-python-client generated: `python journey.py ADDRESS`."""

import re
import sys
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from marketplace_client import AuthenticatedClient, Client
from marketplace_client.api.accounts import log_in, register
from marketplace_client.api.bookings import cancel_booking, create_booking, get_booking, list_bookings
from marketplace_client.api.schedules import list_slots, replace_schedule
from marketplace_client.api.sessions import change_session, create_session, list_sessions
from marketplace_client.models import (
    BookingIn,
    BookingOrdering,
    BookingStatus,
    CredentialsIn,
    ErrorCode,
    RegistrationIn,
    Role,
    ScheduleIn,
    SessionChangesIn,
    SessionIn,
    SessionOrdering,
    SessionStatus,
    StepIn,
    WeeklyHoursIn,
)

ADDRESS = sys.argv[1]
PASSWORD = "correct horse battery staple"


def signed_up(name: str, role: Role) -> AuthenticatedClient:
    """Register and sign in, and return a client with the access token."""
    visitor: Any = Client(ADDRESS, raise_on_unexpected_status=True)
    email = f"{name}-{uuid4().hex[:8]}@example.org"
    account = RegistrationIn(email=email, username=email.replace("@", "-"), password=PASSWORD, role=role)
    registered: Any = register.sync(client=visitor, body=account)
    assert registered.role is role
    refused: Any = log_in.sync(client=visitor, body=CredentialsIn(email=email, password="wrong"))
    assert refused.code is ErrorCode.BAD_CREDENTIALS
    login: Any = log_in.sync(client=visitor, body=CredentialsIn(email=email, password=PASSWORD))
    assert login.user.email == email
    return AuthenticatedClient(ADDRESS, login.access, raise_on_unexpected_status=True)


def published(creator: AuthenticatedClient) -> Any:
    """Publish a session with weekly hours, and return it."""
    body = SessionIn(title="Lute", description="All ages.", duration=60, price="12.50", max_participants=2)
    created: Any = create_session.sync(client=creator, body=body)
    assert (created.price, created.status) == ("12.50", SessionStatus.ACTIVE)
    weekly = [WeeklyHoursIn(weekday=day, starts="09:00", ends="12:00") for day in range(1, 8)]
    schedule: Any = replace_schedule.sync(created.id, client=creator, body=ScheduleIn(time_zone="UTC", weekly=weekly))
    assert schedule.valid_until is None
    changes = SessionChangesIn(title="Lute for everybody", category=None)
    changed: Any = change_session.sync(created.id, client=creator, body=changes)
    assert changed.title == "Lute for everybody"
    listed: Any = list_sessions.sync(client=creator, my_sessions=True, ordering=SessionOrdering.TITLE)
    assert [each.id for each in listed] == [created.id]
    return created


def booked(learner: AuthenticatedClient, session: Any) -> list[Any]:
    """Book three starts, and return the bookings."""
    begin = datetime.now(UTC) + timedelta(days=1)
    slots: Any = list_slots.sync(session.id, client=learner, from_=begin, to=begin + timedelta(days=3))
    assert all(isinstance(slot.starts_at, datetime) and slot.seats_left == 2 for slot in slots)
    bookings = []
    for slot in slots[:3]:
        key, body = str(uuid4()), BookingIn(session=session.id, booking_date=slot.starts_at)
        made: Any = create_booking.sync_detailed(client=learner, body=body, idempotency_key=key)
        again: Any = create_booking.sync_detailed(client=learner, body=body, idempotency_key=key)
        assert (made.status_code, again.parsed.id) == (201, made.parsed.id)
        assert again.headers["idempotency-replayed"] == "true"
        bookings.append(made.parsed)
    taken: Any = create_booking.sync(client=learner, body=body)
    assert taken.code is ErrorCode.ALREADY_BOOKED
    assert {(each.status, each.amount) for each in bookings} == {(BookingStatus.CONFIRMED, "12.50")}
    return bookings


def pages(learner: AuthenticatedClient) -> list[Any]:
    """Follow the `Link` of each page to the last one, and return all bookings."""
    found: list[Any] = []
    query: dict[str, Any] = {"limit": 2, "status": [BookingStatus.CONFIRMED], "ordering": BookingOrdering.BOOKING_DATE}
    while True:
        page: Any = list_bookings.sync_detailed(client=learner, **query)
        found += page.parsed
        following = re.search(r'[?&]cursor=([^&>]+).*rel="next"', page.headers.get("link", ""))
        if following is None:
            return found
        query["cursor"] = following[1]


if __name__ == "__main__":
    creator, learner = signed_up("creator", Role.CREATOR), signed_up("learner", Role.USER)
    bookings = booked(learner, published(creator))
    assert [each.id for each in pages(learner)] == [each.id for each in bookings]
    cancelled: Any = cancel_booking.sync(bookings[0].id, client=learner, body=StepIn(reason="I am ill."))
    assert cancelled.status is BookingStatus.CANCELLED
    history: Any = get_booking.sync(bookings[0].id, client=learner)
    assert [step.action for step in history.history] == ["book", "cancel"]
    gone: Any = get_booking.sync(uuid4(), client=learner)
    assert gone.code is ErrorCode.NOT_FOUND
    sys.stdout.write("journey done\n")
