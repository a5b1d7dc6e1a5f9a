from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from builders import TOMORROW, a_session, a_slot, a_user, principal_of, session_details
from fakes import NOW
from marketplace.core.domain.sessions import SessionDetails
from marketplace.core.domain.slots import require_capacity, require_no_upcoming_bookings
from marketplace.core.domain.users import User
from marketplace.core.errors import HasUpcomingBookings, NotACreator, NotFound, NotSignedIn, NotYours


@pytest.fixture
def creator() -> User:
    return a_user(role="creator")


@pytest.fixture
def session(creator: User) -> SessionDetails:
    return session_details(a_session(creator_id=creator.id, max_participants=5, duration=60), creator)


def test_creator_can_change_their_session(creator: User, session: SessionDetails) -> None:
    changed = session.changed_by(principal_of(creator), {"title": "Evening yoga", "duration": 90})

    assert changed == replace(session, title="Evening yoga", duration=90)


def test_creator_who_was_deactivated_or_demoted_cannot_change_their_session(
    creator: User, session: SessionDetails
) -> None:
    demoted = replace(session, creator_details=replace(session.creator_details, role="user"))

    with pytest.raises(NotSignedIn):
        replace(session, creator_is_active=False).changed_by(principal_of(creator), {})
    with pytest.raises(NotACreator):
        demoted.changed_by(principal_of(creator), {})


def test_other_user_cannot_change_session_or_discover_hidden_one(session: SessionDetails) -> None:
    stranger = principal_of(a_user(role="creator"))

    with pytest.raises(NotYours):
        session.changed_by(stranger, {})
    with pytest.raises(NotFound):
        replace(session, status="inactive").changed_by(stranger, {})
    with pytest.raises(NotFound):
        replace(session, creator_is_active=False).changed_by(stranger, {})


def test_staff_changing_hidden_session_as_creator_is_refused_as_not_theirs(session: SessionDetails) -> None:
    with pytest.raises(NotYours):
        replace(session, status="inactive").changed_by(principal_of(a_user(role="creator", is_staff=True)), {})


def test_archived_session_is_not_found_for_its_creator_either(creator: User, session: SessionDetails) -> None:
    with pytest.raises(NotFound):
        replace(session, archived_at=NOW).changed_by(principal_of(creator), {})


@pytest.mark.parametrize(
    ("changes", "moves"),
    [({"title": "x"}, False), ({"duration": 61}, True), ({"max_participants": 4}, True), ({}, False)],
)
def test_only_duration_and_capacity_changes_affect_slots(
    session: SessionDetails, changes: dict[str, Any], *, moves: bool
) -> None:
    assert replace(session, **changes).affects_slots(session) is moves


@pytest.mark.parametrize(
    ("changes", "shows"),
    [
        ({"title": "x"}, True),
        ({"duration": 61}, True),
        ({"title": "x", "duration": 61}, True),
        ({"description": "x", "price": 7, "status": "inactive", "max_participants": 4, "tags": ("x",)}, False),
        ({}, False),
    ],
)
def test_a_change_of_what_calendars_show_is_a_revision(
    session: SessionDetails, changes: dict[str, Any], *, shows: bool
) -> None:
    before = replace(session, revision=4, revised_at=NOW)
    changed, later = replace(before, **changes), NOW + timedelta(hours=1)

    assert changed.revised(before, later) == (replace(changed, revision=5, revised_at=later) if shows else changed)


def test_capacity_cannot_be_reduced_below_sold_seats(session: SessionDetails) -> None:
    slots = [a_slot(session, seats_taken=2), a_slot(session, starts_at=TOMORROW + timedelta(days=1), seats_taken=5)]

    require_capacity(session, slots)
    with pytest.raises(HasUpcomingBookings, match=r"5 at 2030-01-09 09:00 UTC\."):
        require_capacity(replace(session, max_participants=4), slots)


def test_capacity_error_names_first_five_slots_and_counts_the_rest(
    session: SessionDetails,
) -> None:
    slots = [a_slot(session, starts_at=TOMORROW + timedelta(days=day), seats_taken=5) for day in range(12)]

    with pytest.raises(HasUpcomingBookings, match=r"5 at 2030-01-12 09:00 UTC and 7 more\.") as caught:
        require_capacity(replace(session, max_participants=4), slots)
    assert caught.value.detail.count(" at ") == 5
    assert caught.value.starts == tuple(slot.starts_at for slot in slots)


def test_session_without_upcoming_bookings_can_be_archived(session: SessionDetails) -> None:
    require_no_upcoming_bookings([])
    require_no_upcoming_bookings([a_slot(session, seats_taken=0)])
    empty, booked = a_slot(session, seats_taken=0), a_slot(session, starts_at=TOMORROW, seats_taken=1)
    with pytest.raises(HasUpcomingBookings) as caught:
        require_no_upcoming_bookings([empty, booked])
    assert caught.value.starts == (TOMORROW,)


@pytest.mark.parametrize(
    ("state", "who_sees_it"),
    [
        ("listed", {"anyone", "learner", "creator", "staff"}),
        ("inactive", {"creator", "staff"}),
        ("creator inactive", {"creator", "staff"}),
        ("archived", set()),
    ],
)
def test_session_visibility_depends_on_state_and_viewer(
    creator: User, session: SessionDetails, state: str, who_sees_it: set[str]
) -> None:
    session = replace(
        session,
        status="inactive" if state == "inactive" else "active",
        archived_at=NOW if state == "archived" else None,
    )
    details = session_details(session, replace(creator, is_active=state != "creator inactive"))
    principals = {
        "anyone": None,
        "learner": principal_of(a_user()),
        "creator": principal_of(creator),
        "staff": principal_of(a_user(is_staff=True)),
    }

    assert {name for name, principal in principals.items() if details.visible_to(principal)} == who_sees_it
