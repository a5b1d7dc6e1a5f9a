"""Creation, preview and cancellation of bulk runs."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from uuid_utils.compat import uuid7

from builders import (
    Services,
    a_key,
    as_a,
    services_over,
    stored_booking,
    stored_session,
    stored_user,
)
from bulk_orders import WHY, a_run, a_staff_member, carried_out, order, sessions, started
from contracts.harness import broken_transaction
from due_jobs import run_due, take_due
from fakes import NOW
from marketplace.core.domain.admin_lists import ListedBookingFilters, ListedSessionFilters, ListedUserFilters
from marketplace.core.domain.bulk import (
    MAX_BULK,
    TTL,
    BulkRefusal,
    BulkRun,
)
from marketplace.core.errors import IllegalTransition, Invalid, NotFound
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.storage import Storage
from marketplace.core.services.admin.bulk import BulkOrder
from staff_services import StaffServices, logged, staff_over


@pytest.fixture
def services(storage: Storage) -> Services:
    return services_over(storage)


@pytest.fixture
def staff(services: Services) -> StaffServices:
    return staff_over(services)


async def test_bulk_run_is_stored_with_its_targets_in_order(storage: Storage) -> None:
    user, targets = await stored_user(storage), [uuid7() for _ in range(3)][::-1]
    run = a_run(staff_id=user.id)
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


async def test_bulk_run_is_saved_atomically_with_its_refusals(storage: Storage) -> None:
    run = a_run(staff_id=(await stored_user(storage)).id)
    why = BulkRefusal(id=uuid7(), label="x", code="too_late", detail="No.")
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


async def test_old_finished_bulk_run_is_purged_with_its_rows(
    storage: Storage, services: Services, staff: StaffServices
) -> None:
    old = await carried_out(storage, staff, order("sessions", "hide", [*await sessions(storage, 2), uuid7()]))
    services.clock.advance(TTL - timedelta(seconds=1))
    await staff.runner.purge()
    assert await storage.bulk_lists.find(old.id) is not None
    under_way = await started(storage, staff, order("sessions", "hide", await sessions(storage, 1)))
    services.clock.advance(timedelta(seconds=1))

    await staff.runner.purge()

    assert await storage.bulk_lists.find(old.id) is None
    assert await storage.bulk_lists.targets(old.id, 0, 9) == ()
    assert await storage.bulk_lists.refusals(old.id, 9, 0) == ()
    assert [entry.action for entry in await logged(storage, ("bulk_run", old.id))] == ["bulk_begun"]
    services.clock.advance(10 * TTL)
    await staff.runner.purge()
    assert await storage.bulk_lists.find(under_way.id) is not None


async def test_bulk_run_purge_runs_hourly(empty_storage: Storage) -> None:
    services = services_over(empty_storage)
    handlers = {"sweep_bulk_runs": staff_over(services).runner.purge}
    async with empty_storage.unit_of_work() as tx:
        await tx.jobs.enqueue(Job(kind="sweep_bulk_runs", subject=None, run_at=NOW))

    assert await run_due(empty_storage.job_queue, NOW, handlers) == 1

    next_hour = NOW + timedelta(hours=1)
    found = await take_due(empty_storage.job_queue, next_hour, "sweep_bulk_runs")
    assert found == [Job(kind="sweep_bulk_runs", subject=None, run_at=next_hour)]


async def test_unknown_bulk_run_cannot_be_acquired(storage: Storage) -> None:
    async with storage.unit_of_work() as tx:
        with pytest.raises(NotFound):
            await tx.bulk_runs.acquire(uuid7())


async def test_bulk_runs_are_listed_newest_first_page_by_page(empty_storage: Storage) -> None:
    storage, user = empty_storage, await stored_user(empty_storage)
    runs = [a_run(staff_id=user.id, created_at=NOW + timedelta(seconds=seconds)) for seconds in (1, 2, 2)]
    for run in runs:
        async with storage.unit_of_work() as tx:
            await tx.bulk_runs.add(run, [uuid7()])

    pages = [await storage.bulk_lists.newest(2, offset) for offset in (0, 2, 4)]

    assert [[run.id for run in page] for page in pages] == [[runs[2].id, runs[1].id], [runs[0].id], []]
    assert await storage.bulk_lists.count() == 3


async def test_row_chosen_twice_is_processed_once(storage: Storage, staff: StaffServices) -> None:
    session = await stored_session(storage)

    run = await carried_out(storage, staff, order("sessions", "hide", [session, session]))

    assert (run.total, run.changed, run.refused) == (1, 1, 0)


async def test_bulk_run_targets_rows_that_match_at_its_start(storage: Storage, staff: StaffServices) -> None:
    hoaxes, principal = await sessions(storage, 3), await a_staff_member(storage)
    await stored_session(storage)
    creator_id = hoaxes[0].creator_id
    what = BulkOrder(kind="sessions", action="hide", rows=ListedSessionFilters(creator=creator_id))
    preview = await staff.bulk.preview(principal, what)
    run = await started(storage, staff, what, principal)
    late = await stored_session(storage, creator_id=creator_id)

    await staff.run(storage)

    after = await staff.bulk.get(run.id)
    assert (preview.will_change, after.total, after.changed) == (3, 3, 3)
    assert set(await storage.bulk_lists.targets(run.id, 0, 9)) == {session.id for session in hoaxes}
    assert (await staff.sessions.get(late.id)).hidden_at is None


async def test_users_and_bookings_are_chosen_by_list_filters(storage: Storage, staff: StaffServices) -> None:
    session = await stored_session(storage, max_participants=9)
    bookings = [await stored_booking(storage, session) for _ in range(3)]
    person = await stored_user(storage, email=f"{uuid7().hex}@example.org")

    cancelled = await carried_out(
        storage, staff, BulkOrder(kind="bookings", action="cancel", rows=ListedBookingFilters(session=session.id))
    )
    off = await carried_out(
        storage,
        staff,
        BulkOrder(kind="users", action="deactivate", rows=ListedUserFilters(search=(person.email[:32],))),
    )

    assert (cancelled.changed, off.changed) == (len(bookings), 1)
    assert not (await storage.users.get(person.id)).is_active


async def test_matching_ids_come_in_order_up_to_a_limit(storage: Storage) -> None:
    creator = await stored_user(storage, role="creator")
    dear, cheap, dearest = [
        await stored_session(storage, creator_id=creator.id, price=Decimal(price)) for price in (20, 10, 30)
    ]
    lists, by_price = storage.lists.sessions, ListedSessionFilters(creator=creator.id, ordering="price")

    assert await lists.matching(by_price, 3) == (cheap.id, dear.id, dearest.id)
    assert await lists.matching(replace(by_price, ordering="-price"), 9) == (dearest.id, dear.id, cheap.id)
    some = await lists.matching(by_price, 2)
    assert len(some) == 2
    assert set(some) < {dear.id, cheap.id, dearest.id}
    assert await lists.matching(replace(by_price, min_price=Decimal(99)), 9) == ()
    assert await lists.matching(by_price, 2, {dearest.id, cheap.id}) == (cheap.id, dearest.id)
    assert await lists.matching(by_price, 9, ()) == ()


async def test_empty_match_can_be_previewed_but_not_started(storage: Storage, staff: StaffServices) -> None:
    principal = await a_staff_member(storage)
    what = BulkOrder(kind="sessions", action="hide", rows=ListedSessionFilters(creator=uuid7()))

    assert (await staff.bulk.preview(principal, what)).matching == 0
    with pytest.raises(Invalid):
        await staff.bulk.begin(principal, what, WHY)


async def test_invalid_bulk_order_is_refused_before_anything_is_written(storage: Storage, staff: StaffServices) -> None:
    principal = await a_staff_member(storage)
    for what in (
        order("users", "hide", [uuid7()]),
        order("sessions", "hide", []),
        BulkOrder(kind="sessions", action="hide", rows=tuple(uuid7() for _ in range(MAX_BULK + 1))),
    ):
        with pytest.raises(Invalid):
            await staff.bulk.preview(principal, what)
        with pytest.raises(Invalid):
            await staff.bulk.begin(principal, what, WHY)


async def test_idempotency_key_starts_bulk_run_once(storage: Storage, staff: StaffServices) -> None:
    principal, (session,) = await a_staff_member(storage), await sessions(storage, 1)
    key, what = a_key(user_id=principal.user_id), order("sessions", "hide", [session])

    first, second = [await staff.bulk.begin(principal, what, WHY, key=key) for _ in range(2)]

    assert (first.is_replay, second.is_replay) == (False, True)
    assert first.resource.id == second.resource.id


async def test_cancelled_bulk_run_leaves_remaining_rows_unchanged(storage: Storage, staff: StaffServices) -> None:
    principal, hoaxes = await a_staff_member(storage), await sessions(storage, 2)
    run = await started(storage, staff, order("sessions", "hide", hoaxes))

    cancelled = await staff.bulk.cancel(principal, run.id)
    await staff.run(storage)

    after = await staff.bulk.get(run.id)
    assert cancelled == after
    assert (after.state, after.done, after.finished_at) == ("cancelled", 0, NOW)
    assert (await staff.sessions.get(hoaxes[0].id)).hidden_at is None
    assert [entry.action for entry in await logged(storage, ("bulk_run", run.id))] == ["bulk_begun", "bulk_cancelled"]
    with pytest.raises(IllegalTransition):
        await staff.bulk.cancel(principal, run.id)
    with pytest.raises(NotFound):
        await staff.bulk.cancel(principal, uuid7())


async def test_bulk_run_is_enqueued_atomically_with_its_targets(empty_storage: Storage) -> None:
    storage, staff = empty_storage, staff_over(services_over(empty_storage))
    run = await started(storage, staff, order("sessions", "hide", [uuid7()]))

    found = await take_due(storage.job_queue, NOW, "run_bulk")
    assert found == [Job(kind="run_bulk", subject=run.id, run_at=NOW)]
