"""Bulk actions, from what is written down to what comes of each row, over every adapter."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from builders import (
    Services,
    a_caller,
    a_key,
    as_a,
    seats_taken,
    services_over,
    stored_booking,
    stored_session,
    stored_user,
    stored_users,
)
from contracts.conftest import OpenStorage
from contracts.harness import at_once, broken_transaction
from fakes import NOW
from marketplace.core.entities.admin_lists import BookingFilters, SessionFilters, UserFilters
from marketplace.core.entities.bulk import (
    BULK_MOST,
    LOST_RIGHTS,
    BulkAction,
    BulkKind,
    BulkRefusal,
    BulkRun,
    BulkRunDetails,
)
from marketplace.core.entities.sessions import Session
from marketplace.core.entities.tokens import Caller
from marketplace.core.errors import Busy, IllegalTransition, Invalid, NotFound
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.storage import Storage
from marketplace.core.services.admin import bulk_runner
from marketplace.core.services.admin.bulk import BulkOrder
from staff import StaffServices, logged, staff_over

WHY = "They all are a hoax."


@pytest.fixture
def services(storage: Storage) -> Services:
    return services_over(storage)


@pytest.fixture
def staff(storage: Storage, services: Services) -> StaffServices:
    return staff_over(storage, services)


async def somebody_of_the_staff(storage: Storage, **facts: Any) -> Caller:
    return a_caller(await stored_user(storage, is_staff=True, **facts))


def order(kind: BulkKind, action: BulkAction, things: Sequence[Any]) -> BulkOrder:
    ids = tuple(thing if isinstance(thing, UUID) else thing.id for thing in things)
    return BulkOrder(kind=kind, action=action, rows=ids)


async def begun(storage: Storage, staff: StaffServices, what: BulkOrder, who: Caller | None = None) -> BulkRunDetails:
    who = who or await somebody_of_the_staff(storage)
    return (await staff.bulk.begin(who, what, WHY)).thing


async def carried_out(
    storage: Storage, staff: StaffServices, what: BulkOrder, who: Caller | None = None
) -> BulkRunDetails:
    run = await begun(storage, staff, what, who)
    await staff.run(storage)
    return await staff.bulk.get(run.id)


async def refusals(storage: Storage, run: BulkRun) -> list[tuple[UUID, str]]:
    return [(refusal.id, refusal.code) for refusal in await storage.bulk_lists.refusals(run.id, 100, 0)]


async def sessions(storage: Storage, number: int, **facts: Any) -> list[Session]:
    creator = await stored_user(storage, role="creator")
    return [await stored_session(storage, creator_id=creator.id, **facts) for _ in range(number)]


def a_run(staff_id: UUID, **facts: Any) -> BulkRun:
    defaults: dict[str, Any] = {
        "id": uuid7(),
        "kind": "sessions",
        "action": "hide",
        "reason": WHY,
        "state": "queued",
        "total": 3,
        "changed": 0,
        "refused": 0,
        "staff_id": staff_id,
        "family_id": uuid7(),
        "address": "192.0.2.7",
        "agent": "a browser",
        "created_at": NOW,
        "finished_at": None,
        "detail": "",
    }
    return BulkRun(**defaults | facts)


async def test_a_run_is_kept_with_what_it_is_about_in_order(storage: Storage) -> None:
    user, targets = await stored_user(storage), [uuid7() for _ in range(3)][::-1]
    run = a_run(user.id)
    async with storage.unit_of_work() as tx:
        await tx.bulk_runs.add(run, targets)

    found = await storage.bulk_lists.find(run.id)

    assert found is not None
    assert as_a(BulkRun, found) == run
    assert found.staff_details.username == user.username
    assert await storage.bulk_lists.targets(run.id, 0, 9) == tuple(targets)
    assert await storage.bulk_lists.targets(run.id, 1, 1) == (targets[1],)
    assert await storage.bulk_lists.find(uuid7()) is None
    assert await storage.bulk_lists.targets(uuid7(), 0, 9) == ()
    assert await storage.bulk_lists.refusals(uuid7(), 9, 0) == ()


async def test_a_run_is_saved_with_its_refusals_or_not_at_all(storage: Storage) -> None:
    run, why = a_run((await stored_user(storage)).id), BulkRefusal(id=uuid7(), label="x", code="too_late", detail="No.")
    async with storage.unit_of_work() as tx:
        await tx.bulk_runs.add(run, [uuid7(), why.id, uuid7()])
    async with broken_transaction(storage) as tx:
        found = await tx.bulk_runs.acquire(run.id)
        await tx.bulk_runs.add_refusal(found, why)
        await tx.bulk_runs.save(found.counted(NOW, is_refused=True))
    assert await storage.bulk_lists.refusals(run.id, 9, 0) == ()

    async with storage.unit_of_work() as tx:
        counted = (await tx.bulk_runs.acquire(run.id)).counted(NOW, is_refused=False)
        await tx.bulk_runs.add_refusal(counted, why)
        await tx.bulk_runs.save(replace(counted.counted(NOW, is_refused=True), detail="said"))

    async with storage.unit_of_work() as tx:
        after = await tx.bulk_runs.acquire(run.id)
    assert after == replace(run, state="running", changed=1, refused=1, detail="said")
    assert await storage.bulk_lists.refusals(run.id, 9, 0) == (why,)
    assert await storage.bulk_lists.refusals(run.id, 9, 1) == ()


async def test_a_run_that_is_not_there_cannot_be_acquired(storage: Storage) -> None:
    async with storage.unit_of_work() as tx:
        with pytest.raises(NotFound):
            await tx.bulk_runs.acquire(uuid7())


async def test_runs_are_listed_newest_first_page_by_page(empty_storage: Storage) -> None:
    storage, user = empty_storage, await stored_user(empty_storage)
    runs = [a_run(user.id, created_at=NOW + timedelta(seconds=seconds)) for seconds in (1, 2, 2)]
    for run in runs:
        async with storage.unit_of_work() as tx:
            await tx.bulk_runs.add(run, [uuid7()])

    pages = [await storage.bulk_lists.newest(2, offset) for offset in (0, 2, 4)]

    assert [[run.id for run in page] for page in pages] == [[runs[2].id, runs[1].id], [runs[0].id], []]
    assert await storage.bulk_lists.count() == 3


async def test_hiding_many_hides_each_with_an_entry_of_the_log(storage: Storage, staff: StaffServices) -> None:
    who, hoaxes = await somebody_of_the_staff(storage), await sessions(storage, 3)

    run = await carried_out(storage, staff, order("sessions", "hide", hoaxes), who)

    assert (run.state, run.total, run.done, run.changed, run.refused) == ("finished", 3, 3, 3, 0)
    assert run.finished_at == NOW
    for session in hoaxes:
        assert (await staff.sessions.get(session.id)).hidden_reason == WHY
        (entry,) = await logged(storage, ("session", session.id))
        assert (entry.action, entry.actor_id, entry.reason) == ("session_hidden", who.user_id, WHY)
    (entry,) = await logged(storage, ("bulk_run", run.id))
    assert (entry.action, entry.after) == ("bulk_begun", {"kind": "sessions", "action": "hide", "total": 3})


async def test_what_is_refused_is_reported_and_stops_nothing(storage: Storage, staff: StaffServices) -> None:
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
    assert found[0].detail == "This session is hidden already."


async def test_each_action_on_sessions_does_what_the_single_one_does(storage: Storage, staff: StaffServices) -> None:
    free, booked = await sessions(storage, 2)
    await stored_booking(storage, booked)
    both = [free, booked]

    for action, state in (("feature", 2), ("unfeature", 2), ("hide", 2), ("restore", 2), ("archive", 1)):
        run = await carried_out(storage, staff, order("sessions", action, both))  # type: ignore[arg-type]
        assert run.changed == state, action

    assert await refusals(storage, run) == [(booked.id, "has_upcoming_bookings")]
    assert (await staff.sessions.get(free.id)).archived_at == NOW


async def test_bookings_are_cancelled_and_their_seats_can_be_had_again(storage: Storage, staff: StaffServices) -> None:
    session = await stored_session(storage, max_participants=6)
    bookings = [await stored_booking(storage, session, seats=2) for _ in range(3)]
    assert await seats_taken(storage, session) == 6

    run = await carried_out(storage, staff, order("bookings", "cancel", bookings[:2]))

    assert run.changed == 2
    assert await seats_taken(storage, session) == 2
    history = (await staff.bookings.get(bookings[0].id)).history
    assert [(step.to_status, step.reason) for step in history] == [("confirmed", ""), ("cancelled", WHY)]


async def test_each_action_on_bookings_goes_by_the_rules_of_their_life(
    storage: Storage, services: Services, staff: StaffServices
) -> None:
    session = await stored_session(storage, max_participants=9)
    asked, answered = [await stored_booking(storage, session, status="pending") for _ in range(2)]

    confirmed = await carried_out(storage, staff, order("bookings", "confirm", [asked]))
    declined = await carried_out(storage, staff, order("bookings", "decline", [asked, answered]))
    early = await carried_out(storage, staff, order("bookings", "complete", [asked]))
    services.clock.at = asked.ends_at
    late = await carried_out(storage, staff, order("bookings", "complete", [asked, answered]))

    assert (confirmed.changed, declined.changed, early.changed, late.changed) == (1, 1, 0, 1)
    assert await refusals(storage, declined) == [(asked.id, "illegal_transition")]
    assert await refusals(storage, late) == [(answered.id, "illegal_transition")]


async def test_accounts_are_switched_off_and_on_and_given_roles(storage: Storage, staff: StaffServices) -> None:
    person, creator, colleague = (
        await stored_user(storage),
        await stored_user(storage, role="creator"),
        await stored_user(storage, is_staff=True),
    )
    await stored_session(storage, creator_id=creator.id)
    who = await somebody_of_the_staff(storage)
    everybody = [person, creator, colleague, who.user_id]

    off = await carried_out(storage, staff, order("users", "deactivate", everybody), who)
    assert await refusals(storage, off) == [(colleague.id, "not_superuser"), (who.user_id, "oneself")]
    assert not (await storage.users.get(person.id)).is_active
    again = await carried_out(storage, staff, order("users", "deactivate", [person]), who)
    assert await refusals(storage, again) == [(person.id, "illegal_transition")]
    on = await carried_out(storage, staff, order("users", "activate", everybody), who)
    assert (on.changed, on.refused) == (2, 2)

    creators = await carried_out(storage, staff, order("users", "make_creator", [person, creator]), who)
    users = await carried_out(storage, staff, order("users", "make_user", [person, creator]), who)
    assert await refusals(storage, creators) == [(creator.id, "illegal_transition")]
    assert await refusals(storage, users) == [(creator.id, "has_sessions")]
    assert [(await storage.users.get(user.id)).role for user in (person, creator)] == ["user", "creator"]


@pytest.mark.parametrize(
    ("kind", "action"),
    [
        ("users", "deactivate"),
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
async def test_a_preview_says_of_each_row_what_then_comes_of_it(
    storage: Storage, staff: StaffServices, kind: BulkKind, action: BulkAction
) -> None:
    who = await somebody_of_the_staff(storage)
    rows: dict[BulkKind, list[Any]] = {"users": [uuid7(), who.user_id], "sessions": [uuid7()], "bookings": [uuid7()]}
    for facts in ({}, {"is_active": False}, {"role": "creator"}, {"is_staff": True}, {"is_superuser": True}):
        rows["users"].append(await stored_user(storage, **facts))
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
    rows["bookings"].append(await stored_booking(storage, rows["sessions"][1], user_id=who.user_id, status="pending"))
    what = order(kind, action, rows[kind])

    preview = await staff.bulk.preview(who, what)
    run = await carried_out(storage, staff, what, who)

    skipped = [(each.id, each.code) for each in preview.examples if each.outcome == "skip"]
    assert (preview.matching, preview.will_change, preview.will_skip) == (run.total, run.changed, run.refused)
    assert skipped == await refusals(storage, run)


async def test_a_preview_changes_nothing_counts_seats_and_names_the_first_of_either(
    storage: Storage, staff: StaffServices
) -> None:
    who, session = await somebody_of_the_staff(storage), await stored_session(storage, max_participants=99)
    bookings = [await stored_booking(storage, session, seats=2) for _ in range(12)]
    gone = [uuid7() for _ in range(11)]

    preview = await staff.bulk.preview(who, order("bookings", "cancel", [*bookings, *gone]))

    assert (preview.matching, preview.will_change, preview.will_skip) == (23, 12, 11)
    assert preview.seats_affected == 24
    assert [each.id for each in preview.examples] == [*(each.id for each in bookings[:10]), *gone[:10]]
    learner = await storage.users.get(bookings[0].user_id)
    assert preview.examples[0].label == f"{learner.email}: {session.title}, {bookings[0].starts_at:%Y-%m-%d %H:%M} UTC"
    assert await seats_taken(storage, session) == 24
    sold = await staff.bulk.preview(who, order("sessions", "hide", [session]))
    assert (sold.seats_affected, sold.examples[0].label) == (24, session.title)
    creator = await staff.bulk.preview(who, order("users", "deactivate", [session.creator_id]))
    assert creator.seats_affected == 24


async def test_a_row_that_was_chosen_twice_is_met_once(storage: Storage, staff: StaffServices) -> None:
    session = await stored_session(storage)

    run = await carried_out(storage, staff, order("sessions", "hide", [session, session]))

    assert (run.total, run.changed, run.refused) == (1, 1, 0)


async def test_everything_that_matches_is_chosen_when_a_run_is_begun_and_nothing_after(
    storage: Storage, staff: StaffServices
) -> None:
    hoaxes, who = await sessions(storage, 3), await somebody_of_the_staff(storage)
    await stored_session(storage)
    creator_id = hoaxes[0].creator_id
    what = BulkOrder(kind="sessions", action="hide", rows=SessionFilters(creator=creator_id))
    preview = await staff.bulk.preview(who, what)
    run = await begun(storage, staff, what, who)
    late = await stored_session(storage, creator_id=creator_id)

    await staff.run(storage)

    after = await staff.bulk.get(run.id)
    assert (preview.will_change, after.total, after.changed) == (3, 3, 3)
    assert set(await storage.bulk_lists.targets(run.id, 0, 9)) == {session.id for session in hoaxes}
    assert (await staff.sessions.get(late.id)).hidden_at is None


async def test_people_and_bookings_are_chosen_by_their_lists_too(storage: Storage, staff: StaffServices) -> None:
    session = await stored_session(storage, max_participants=9)
    bookings = [await stored_booking(storage, session) for _ in range(3)]
    person = await stored_user(storage, email=f"{uuid7().hex}@example.org")

    cancelled = await carried_out(
        storage, staff, BulkOrder(kind="bookings", action="cancel", rows=BookingFilters(session=session.id))
    )
    off = await carried_out(
        storage, staff, BulkOrder(kind="users", action="deactivate", rows=UserFilters(search=(person.email[:32],)))
    )

    assert (cancelled.changed, off.changed) == (len(bookings), 1)
    assert not (await storage.users.get(person.id)).is_active


async def test_what_matches_nothing_is_previewed_and_not_begun(storage: Storage, staff: StaffServices) -> None:
    who = await somebody_of_the_staff(storage)
    what = BulkOrder(kind="sessions", action="hide", rows=SessionFilters(creator=uuid7()))

    assert (await staff.bulk.preview(who, what)).matching == 0
    with pytest.raises(Invalid):
        await staff.bulk.begin(who, what, WHY)


async def test_what_cannot_be_done_is_refused_before_anything_is_written(
    storage: Storage, staff: StaffServices
) -> None:
    who = await somebody_of_the_staff(storage)
    for what in (
        order("users", "hide", [uuid7()]),
        order("sessions", "hide", []),
        BulkOrder(kind="sessions", action="hide", rows=tuple(uuid7() for _ in range(BULK_MOST + 1))),
    ):
        with pytest.raises(Invalid):
            await staff.bulk.preview(who, what)
        with pytest.raises(Invalid):
            await staff.bulk.begin(who, what, WHY)


async def test_a_key_begins_a_run_once(storage: Storage, staff: StaffServices) -> None:
    who, (session,) = await somebody_of_the_staff(storage), await sessions(storage, 1)
    key, what = a_key(user_id=who.user_id), order("sessions", "hide", [session])

    first, second = [await staff.bulk.begin(who, what, WHY, key=key) for _ in range(2)]

    assert (first.is_replay, second.is_replay) == (False, True)
    assert first.thing.id == second.thing.id


async def test_a_cancelled_run_leaves_the_rest_as_it_is(storage: Storage, staff: StaffServices) -> None:
    who, hoaxes = await somebody_of_the_staff(storage), await sessions(storage, 2)
    run = await begun(storage, staff, order("sessions", "hide", hoaxes))

    cancelled = await staff.bulk.cancel(who, run.id)
    await staff.run(storage)

    after = await staff.bulk.get(run.id)
    assert cancelled == after
    assert (after.state, after.done, after.finished_at) == ("cancelled", 0, NOW)
    assert (await staff.sessions.get(hoaxes[0].id)).hidden_at is None
    assert [entry.action for entry in await logged(storage, ("bulk_run", run.id))] == ["bulk_begun", "bulk_cancelled"]
    with pytest.raises(IllegalTransition):
        await staff.bulk.cancel(who, run.id)
    with pytest.raises(NotFound):
        await staff.bulk.cancel(who, uuid7())


@pytest.mark.parametrize("lost", [{"is_staff": False}, {"is_active": False}])
async def test_who_lost_the_rights_since_goes_no_further(
    storage: Storage, staff: StaffServices, lost: dict[str, Any]
) -> None:
    who, (session,) = await somebody_of_the_staff(storage), await sessions(storage, 1)
    run = await begun(storage, staff, order("sessions", "hide", [session]), who)
    async with storage.unit_of_work() as tx:
        await tx.users.save(replace(await tx.users.acquire(who.user_id), **lost))

    await staff.run(storage)

    after = await staff.bulk.get(run.id)
    assert (after.state, after.detail, after.done) == ("failed", LOST_RIGHTS, 0)
    assert (await staff.sessions.get(session.id)).hidden_at is None


async def test_a_superuser_who_is_one_no_longer_changes_no_more_of_the_staff(
    storage: Storage, staff: StaffServices
) -> None:
    who, colleague = await somebody_of_the_staff(storage, is_superuser=True), await stored_user(storage, is_staff=True)
    run = await begun(storage, staff, order("users", "deactivate", [colleague]), who)
    async with storage.unit_of_work() as tx:
        await tx.users.save(replace(await tx.users.acquire(who.user_id), is_superuser=False))

    await staff.run(storage)

    assert await refusals(storage, run) == [(colleague.id, "not_superuser")]


async def test_a_run_of_more_rows_than_one_job_settles_goes_on_by_itself(
    storage: Storage, staff: StaffServices
) -> None:
    gone = [uuid7() for _ in range(bulk_runner.ROWS_AT_ONCE + 1)]
    run = await begun(storage, staff, order("sessions", "hide", gone))

    jobs = await staff.run(storage)

    after = await staff.bulk.get(run.id)
    assert (after.state, after.refused, jobs) == ("finished", len(gone), 2)
    assert [refusal.id for refusal in await storage.bulk_lists.refusals(run.id, 1_000, 0)] == gone


async def test_what_is_carried_out_twice_at_once_changes_each_row_once(storage: Storage, staff: StaffServices) -> None:
    session = await stored_session(storage, max_participants=30)
    bookings = [await stored_booking(storage, session) for _ in range(20)]
    run = await begun(storage, staff, order("bookings", "cancel", bookings))

    await asyncio.gather(*(staff.runner.run(run.id) for _ in range(3)))

    after = await staff.bulk.get(run.id)
    assert (after.state, after.changed, after.refused) == ("finished", 20, 0)
    assert await seats_taken(storage, session) == 0
    assert {len((await staff.bookings.get(each.id)).history) for each in bookings} == {2}


async def test_two_of_the_staff_who_cancel_the_same_bookings_at_once_cancel_each_once(
    storage: Storage, staff: StaffServices
) -> None:
    session = await stored_session(storage, max_participants=50)
    bookings = [await stored_booking(storage, session) for _ in range(30)]
    runs = [
        await begun(storage, staff, order("bookings", "cancel", bookings)),
        await begun(storage, staff, order("bookings", "cancel", bookings[::-1])),
    ]

    outcome = await at_once(staff.runner.run(run.id) for run in runs)

    after = [await staff.bulk.get(run.id) for run in runs]
    assert outcome.reasons() == {}
    assert [run.state for run in after] == ["finished", "finished"]
    assert sum(run.changed for run in after) == sum(run.refused for run in after) == 30
    assert {code for run in runs for _, code in await refusals(storage, run)} == {"illegal_transition"}
    assert await seats_taken(storage, session) == 0
    assert {len((await staff.bookings.get(each.id)).history) for each in bookings} == {2}


async def test_a_run_that_is_over_or_was_never_begun_is_no_work(storage: Storage, staff: StaffServices) -> None:
    (session,) = await sessions(storage, 1)
    run = await carried_out(storage, staff, order("sessions", "hide", [session]))

    for run_id in (run.id, uuid7(), None):
        await staff.runner.run(run_id)

    assert await staff.bulk.get(run.id) == run
    assert await staff.run(storage) == 0


async def test_a_row_that_cannot_be_had_in_time_is_tried_again(open_storage: OpenStorage) -> None:
    held = asyncio.Event()

    async def hold(storage: Storage, session: Session) -> None:
        async with storage.unit_of_work() as tx:
            await tx.sessions.acquire(session.id)
            held.set()
            await asyncio.Event().wait()

    async with open_storage(timedelta(seconds=0.2)) as storage:
        staff, (session,) = staff_over(storage, services_over(storage)), await sessions(storage, 1)
        run = await begun(storage, staff, order("sessions", "hide", [session]))
        holder = asyncio.create_task(hold(storage, session))
        await held.wait()
        with pytest.raises(Busy):
            await staff.runner.run(run.id)
        holder.cancel()
        await asyncio.wait({holder})
        assert (await staff.bulk.get(run.id)).done == 0
        await staff.runner.run(run.id)
        assert (await staff.bulk.get(run.id)).state == "finished"


async def test_a_run_is_enqueued_with_what_it_is_about_or_not_at_all(empty_storage: Storage) -> None:
    storage, staff = empty_storage, staff_over(empty_storage, services_over(empty_storage))
    run = await begun(storage, staff, order("sessions", "hide", [uuid7()]))

    async with storage.unit_of_work() as tx:
        assert await tx.jobs.take_due(NOW, ["run_bulk"]) == Job(kind="run_bulk", subject=run.id, run_at=NOW)
        assert await tx.jobs.take_due(NOW, ["run_bulk"]) is None
