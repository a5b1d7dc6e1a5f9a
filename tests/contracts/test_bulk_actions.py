"""The outcome of each row of a bulk action, and its preview."""

from typing import Any

import pytest
from uuid_utils.compat import uuid7

from builders import (
    Services,
    seats_taken,
    services_over,
    stored_booking,
    stored_session,
    stored_user,
    stored_users,
)
from bulk_orders import WHY, a_staff_member, carried_out, order, refusals, sessions
from fakes import NOW
from marketplace.core.domain.bulk import (
    BulkAction,
    BulkKind,
)
from marketplace.core.ports.storage import Storage
from staff_services import StaffServices, logged, staff_over


@pytest.fixture
def services(storage: Storage) -> Services:
    return services_over(storage)


@pytest.fixture
def staff(services: Services) -> StaffServices:
    return staff_over(services)


async def test_bulk_hide_writes_one_audit_entry_per_session(storage: Storage, staff: StaffServices) -> None:
    principal, hoaxes = await a_staff_member(storage), await sessions(storage, 3)

    run = await carried_out(storage, staff, order("sessions", "hide", hoaxes), principal)

    assert (run.state, run.total, run.done, run.changed, run.refused) == ("finished", 3, 3, 3, 0)
    assert run.finished_at == NOW
    for session in hoaxes:
        assert (await staff.sessions.get(session.id)).hidden_reason == WHY
        (entry,) = await logged(storage, ("session", session.id))
        assert (entry.action, entry.actor_id, entry.reason) == ("session_hidden", principal.user_id, WHY)
    (entry,) = await logged(storage, ("bulk_run", run.id))
    assert (entry.action, entry.after) == ("bulk_begun", {"kind": "sessions", "action": "hide", "total": 3})


async def test_refused_row_is_reported_and_stops_nothing(storage: Storage, staff: StaffServices) -> None:
    hidden, shown = await stored_session(storage, hidden_at=NOW, hidden_reason="x"), await stored_session(storage)
    archived, nothing = await stored_session(storage, archived_at=NOW), uuid7()

    run = await carried_out(storage, staff, order("sessions", "hide", [hidden, nothing, archived, shown]))

    assert (run.state, run.changed, run.refused) == ("finished", 1, 3)
    found = await storage.bulk_lists.refusals(run.id, 9, 0)
    assert [(each.id, each.label, each.code) for each in found] == [
        (hidden.id, hidden.title, "illegal_transition"),
        (nothing, "", "not_found"),
        (archived.id, archived.title, "not_found"),
    ]
    assert found[0].detail == "This session is already hidden."


async def test_bulk_action_on_sessions_matches_single_action(storage: Storage, staff: StaffServices) -> None:
    free, booked = await sessions(storage, 2)
    await stored_booking(storage, booked)
    both = [free, booked]

    for action, state in (("feature", 2), ("unfeature", 2), ("hide", 2), ("restore", 2), ("archive", 1)):
        run = await carried_out(storage, staff, order("sessions", action, both))  # type: ignore[arg-type]
        assert run.changed == state, action

    assert await refusals(storage, run) == [(booked.id, "has_upcoming_bookings")]
    assert (await staff.sessions.get(free.id)).archived_at == NOW


async def test_bulk_cancelled_bookings_release_their_seats(storage: Storage, staff: StaffServices) -> None:
    session = await stored_session(storage, max_participants=6)
    bookings = [await stored_booking(storage, session, seats=2) for _ in range(3)]
    assert await seats_taken(storage, session) == 6

    run = await carried_out(storage, staff, order("bookings", "cancel", bookings[:2]))

    assert run.changed == 2
    assert await seats_taken(storage, session) == 2
    history = (await staff.bookings.get(bookings[0].id)).history
    assert [(step.to_status, step.reason) for step in history] == [("confirmed", ""), ("cancelled", WHY)]


async def test_bulk_action_on_bookings_follows_lifecycle_rules(
    storage: Storage, services: Services, staff: StaffServices
) -> None:
    session = await stored_session(storage, max_participants=9)
    requested, answered = [await stored_booking(storage, session, status="pending") for _ in range(2)]

    confirmed = await carried_out(storage, staff, order("bookings", "confirm", [requested]))
    declined = await carried_out(storage, staff, order("bookings", "decline", [requested, answered]))
    early = await carried_out(storage, staff, order("bookings", "complete", [requested]))
    services.clock.at = requested.ends_at
    late = await carried_out(storage, staff, order("bookings", "complete", [requested, answered]))

    assert (confirmed.changed, declined.changed, early.changed, late.changed) == (1, 1, 0, 1)
    assert await refusals(storage, declined) == [(requested.id, "illegal_transition")]
    assert await refusals(storage, late) == [(answered.id, "illegal_transition")]


async def test_accounts_are_deactivated_activated_and_given_roles_in_bulk(
    storage: Storage, staff: StaffServices
) -> None:
    person, creator, colleague = (
        await stored_user(storage),
        await stored_user(storage, role="creator"),
        await stored_user(storage, is_staff=True),
    )
    await stored_session(storage, creator_id=creator.id)
    principal = await a_staff_member(storage)
    everyone = [person, creator, colleague, principal.user_id]

    off = await carried_out(storage, staff, order("users", "deactivate", everyone), principal)
    assert await refusals(storage, off) == [(colleague.id, "not_superuser"), (principal.user_id, "oneself")]
    (refused,) = await logged(storage, ("user", colleague.id))
    assert (refused.action, refused.actor_id) == ("access_refused", principal.user_id)
    assert refused.after == {"asked": "deactivate", "code": "not_superuser"}
    assert not (await storage.users.get(person.id)).is_active
    again = await carried_out(storage, staff, order("users", "deactivate", [person]), principal)
    assert await refusals(storage, again) == [(person.id, "illegal_transition")]
    on = await carried_out(storage, staff, order("users", "activate", everyone), principal)
    assert (on.changed, on.refused) == (2, 2)

    creators = await carried_out(storage, staff, order("users", "make_creator", [person, creator]), principal)
    users = await carried_out(storage, staff, order("users", "make_user", [person, creator]), principal)
    assert await refusals(storage, creators) == [(creator.id, "illegal_transition")]
    assert await refusals(storage, users) == [(creator.id, "has_sessions")]
    assert [(await storage.users.get(user.id)).role for user in (person, creator)] == ["user", "creator"]


async def test_bulk_deactivation_of_creators_cancels_their_sold_seats(storage: Storage, staff: StaffServices) -> None:
    creators = [await stored_user(storage, role="creator", is_active=is_active) for is_active in (True, False, False)]
    published = [await stored_session(storage, creator_id=creator.id) for creator in creators]
    booked = [await stored_booking(storage, publish, seats=2) for publish in published[:2]]
    principal = await a_staff_member(storage)
    what = order("users", "deactivate_and_cancel", [*creators, await stored_user(storage, is_staff=True)])

    preview = await staff.bulk.preview(principal, what)
    run = await carried_out(storage, staff, what, principal)

    assert (preview.will_change, preview.will_skip, preview.seats_affected) == (2, 2, 4)
    assert (run.changed, run.refused) == (2, 2)
    assert [code for _, code in await refusals(storage, run)] == ["illegal_transition", "not_superuser"]
    for creator in creators:
        assert not (await storage.users.get(creator.id)).is_active
    for publish, booking in zip(published, booked, strict=False):
        assert await seats_taken(storage, publish) == 0
        found = await storage.booking_lists.find(booking.id)
        assert found is not None
        assert (found.status, found.history[-1].reason) == ("cancelled", WHY)
        assert [entry.action for entry in await logged(storage, ("booking", booking.id))] == ["booking_cancelled"]
    again = await carried_out(storage, staff, order("users", "deactivate_and_cancel", creators), principal)
    assert again.refused == 3


@pytest.mark.parametrize(
    ("kind", "action"),
    [
        ("users", "deactivate"),
        ("users", "deactivate_and_cancel"),
        ("users", "activate"),
        ("users", "make_creator"),
        ("users", "make_user"),
        ("sessions", "hide"),
        ("sessions", "restore"),
        ("sessions", "feature"),
        ("sessions", "unfeature"),
        ("sessions", "archive"),
        ("bookings", "cancel"),
        ("bookings", "confirm"),
        ("bookings", "decline"),
        ("bookings", "complete"),
    ],
)
async def test_preview_predicts_outcome_of_each_row(
    storage: Storage, staff: StaffServices, kind: BulkKind, action: BulkAction
) -> None:
    principal = await a_staff_member(storage)
    rows: dict[BulkKind, list[Any]] = {
        "users": [uuid7(), principal.user_id],
        "sessions": [uuid7()],
        "bookings": [uuid7()],
    }
    for changes in ({}, {"is_active": False}, {"role": "creator"}, {"is_staff": True}, {"is_superuser": True}):
        rows["users"].append(await stored_user(storage, **changes))
    rows["users"].append((await stored_users(storage, 1, role="creator"))[0])
    moderated = (
        {"max_participants": 9},
        {"hidden_at": NOW, "hidden_reason": ""},
        {"featured_at": NOW},
        {"archived_at": NOW},
    )
    of_the_creator: dict[str, Any] = {"creator_id": rows["users"][-1].id}
    for state in (*moderated, {"status": "inactive"}, of_the_creator):
        rows["sessions"].append(await stored_session(storage, **state))
    for status in ("pending", "confirmed", "completed"):
        rows["bookings"].append(await stored_booking(storage, rows["sessions"][1], status=status))
    rows["bookings"].append(
        await stored_booking(storage, rows["sessions"][1], user_id=principal.user_id, status="pending")
    )
    what = order(kind, action, rows[kind])

    preview = await staff.bulk.preview(principal, what)
    run = await carried_out(storage, staff, what, principal)

    skipped = [(each.id, each.code) for each in preview.examples if each.outcome == "skip"]
    assert (preview.matching, preview.will_change, preview.will_skip) == (run.total, run.changed, run.refused)
    assert skipped == await refusals(storage, run)


async def test_preview_changes_nothing_counts_seats_and_lists_examples_of_each_outcome(
    storage: Storage, staff: StaffServices
) -> None:
    principal, session = await a_staff_member(storage), await stored_session(storage, max_participants=99)
    bookings = [await stored_booking(storage, session, seats=2) for _ in range(12)]
    gone = [uuid7() for _ in range(11)]

    preview = await staff.bulk.preview(principal, order("bookings", "cancel", [*bookings, *gone]))

    assert (preview.matching, preview.will_change, preview.will_skip) == (23, 12, 11)
    assert preview.seats_affected == 24
    assert [each.id for each in preview.examples] == [*(each.id for each in bookings[:10]), *gone[:10]]
    learner = await storage.users.get(bookings[0].user_id)
    assert preview.examples[0].label == f"{learner.email}: {session.title}, {bookings[0].starts_at:%Y-%m-%d %H:%M} UTC"
    assert await seats_taken(storage, session) == 24
    sold = await staff.bulk.preview(principal, order("sessions", "hide", [session]))
    assert (sold.seats_affected, sold.examples[0].label) == (24, session.title)
    creator = await staff.bulk.preview(principal, order("users", "deactivate", [session.creator_id]))
    assert creator.seats_affected == 24
