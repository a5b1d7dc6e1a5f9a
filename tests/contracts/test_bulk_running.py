"""Execution of bulk runs: rights of the staff member, and concurrent changes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from builders import (
    PASSWORD,
    Services,
    principal_of,
    seats_taken,
    services_over,
    stored_booking,
    stored_session,
    stored_user,
)
from bulk_orders import a_staff_member, carried_out, order, refusals, sessions, signed_in, started
from contracts.conftest import OpenStorage
from contracts.harness import at_once
from marketplace.core.domain.bulk import (
    LOST_RIGHTS,
)
from marketplace.core.domain.principals import Origin
from marketplace.core.domain.sessions import Session
from marketplace.core.errors import Busy
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.unit_of_work import Transaction
from marketplace.core.services.admin import bulk_runner
from staff_services import StaffServices, logged, staff_over


@pytest.fixture
def services(storage: Storage) -> Services:
    return services_over(storage)


@pytest.fixture
def staff(services: Services) -> StaffServices:
    return staff_over(services)


@pytest.mark.parametrize("lost", [{"is_staff": False}, {"is_active": False}])
async def test_bulk_run_stops_when_its_starter_loses_rights(
    storage: Storage, staff: StaffServices, lost: dict[str, Any]
) -> None:
    principal, (session,) = await a_staff_member(storage), await sessions(storage, 1)
    run = await started(storage, staff, order("sessions", "hide", [session]), principal)
    async with storage.unit_of_work() as tx:
        await tx.users.save(replace(await tx.users.acquire(principal.user_id), **lost))

    await staff.run(storage)

    after = await staff.bulk.get(run.id)
    assert (after.state, after.detail, after.done) == ("failed", LOST_RIGHTS, 0)
    assert (await staff.sessions.get(session.id)).hidden_at is None


async def test_bulk_run_acts_with_the_origin_of_the_request_that_started_it(
    storage: Storage, staff: StaffServices
) -> None:
    home = Origin(address="192.0.2.7", agent="a browser")
    principal, (session,) = replace(await a_staff_member(storage), origin=home), await sessions(storage, 1)

    await carried_out(storage, staff, order("sessions", "hide", [session]), principal)

    [entry] = await logged(storage, ("session", session.id))
    assert (entry.actor_id, entry.address, entry.agent) == (principal.user_id, home.address, home.agent)


@pytest.mark.parametrize("by", ["superuser", "device", "password"])
async def test_bulk_run_ends_with_the_login_that_started_it(
    storage: Storage, services: Services, staff: StaffServices, by: str
) -> None:
    thief, (session,) = await a_staff_member(storage), await sessions(storage, 1)
    other = await signed_in(storage, owner := await storage.users.get(thief.user_id))
    run = await started(storage, staff, order("sessions", "hide", [session]), thief)
    kept = await started(storage, staff, order("sessions", "feature", [session]), other)
    if by == "superuser":
        boss = principal_of(await stored_user(storage, is_staff=True, is_superuser=True))
        await services.login_admin.end(boss, owner.id, thief.family_id, "A device was stolen.")
    elif by == "device":
        await services.logins.end(other, thief.family_id)
    else:
        await services.users.change_password(other, current_password=PASSWORD, new_password="battery staple")

    await staff.run(storage)

    after = await staff.bulk.get(run.id)
    assert (after.state, after.detail, after.done) == ("failed", LOST_RIGHTS, 0)
    assert (await staff.sessions.get(session.id)).hidden_at is None
    assert (await staff.bulk.get(kept.id)).state == "finished"


async def test_bulk_run_stops_when_rights_are_lost_before_its_row_is_locked(
    storage: Storage, staff: StaffServices
) -> None:
    principal, (session,) = await a_staff_member(storage), await sessions(storage, 1)
    run = await started(storage, staff, order("sessions", "hide", [session]), principal)

    @asynccontextmanager
    async def after_dismissal() -> AsyncIterator[Transaction]:
        async with storage.unit_of_work() as tx:
            await tx.users.save(replace(await tx.users.acquire(principal.user_id), is_staff=False))
        async with storage.unit_of_work() as tx:
            yield tx

    await staff_over(services_over(storage, unit_of_work=after_dismissal)).runner.run(run.id)

    after = await staff.bulk.get(run.id)
    assert (after.state, after.detail, after.done) == ("failed", LOST_RIGHTS, 0)
    assert (await staff.sessions.get(session.id)).hidden_at is None


async def test_demoted_superuser_cannot_change_staff_accounts(storage: Storage, staff: StaffServices) -> None:
    principal, colleague = await a_staff_member(storage, is_superuser=True), await stored_user(storage, is_staff=True)
    run = await started(storage, staff, order("users", "deactivate", [colleague]), principal)
    async with storage.unit_of_work() as tx:
        await tx.users.save(replace(await tx.users.acquire(principal.user_id), is_superuser=False))

    await staff.run(storage)

    assert await refusals(storage, run) == [(colleague.id, "not_superuser")]


async def test_bulk_run_larger_than_one_job_continues_in_further_jobs(storage: Storage, staff: StaffServices) -> None:
    gone = [uuid7() for _ in range(bulk_runner.ROWS_PER_JOB + 1)]
    run = await started(storage, staff, order("sessions", "hide", gone))

    jobs = await staff.run(storage)

    after = await staff.bulk.get(run.id)
    assert (after.state, after.refused, jobs) == ("finished", len(gone), 2)
    assert [refusal.id for refusal in await storage.bulk_lists.refusals(run.id, 1_000, 0)] == gone


async def test_bulk_run_executed_concurrently_changes_each_row_once(storage: Storage, staff: StaffServices) -> None:
    session = await stored_session(storage, max_participants=30)
    bookings = [await stored_booking(storage, session) for _ in range(20)]
    run = await started(storage, staff, order("bookings", "cancel", bookings))

    await asyncio.gather(*(staff.runner.run(run.id) for _ in range(3)))

    after = await staff.bulk.get(run.id)
    assert (after.state, after.changed, after.refused) == ("finished", 20, 0)
    assert await seats_taken(storage, session) == 0
    assert {len((await staff.bookings.get(each.id)).history) for each in bookings} == {2}


async def test_concurrent_bulk_runs_cancel_each_booking_once(storage: Storage, staff: StaffServices) -> None:
    session = await stored_session(storage, max_participants=50)
    bookings = [await stored_booking(storage, session) for _ in range(30)]
    runs = [
        await started(storage, staff, order("bookings", "cancel", bookings)),
        await started(storage, staff, order("bookings", "cancel", bookings[::-1])),
    ]

    outcome = await at_once(staff.runner.run(run.id) for run in runs)

    after = [await staff.bulk.get(run.id) for run in runs]
    assert outcome.reasons() == {}
    assert [run.state for run in after] == ["finished", "finished"]
    assert sum(run.changed for run in after) == sum(run.refused for run in after) == 30
    assert {code for run in runs for _, code in await refusals(storage, run)} == {"illegal_transition"}
    assert await seats_taken(storage, session) == 0
    assert {len((await staff.bookings.get(each.id)).history) for each in bookings} == {2}


async def test_finished_or_unknown_bulk_run_is_skipped(storage: Storage, staff: StaffServices) -> None:
    (session,) = await sessions(storage, 1)
    run = await carried_out(storage, staff, order("sessions", "hide", [session]))

    for run_id in (run.id, uuid7(), None):
        await staff.runner.run(run_id)

    assert await staff.bulk.get(run.id) == run
    assert await staff.run(storage) == 0


async def test_row_whose_lock_times_out_can_be_retried(open_storage: OpenStorage) -> None:
    held = asyncio.Event()

    async def hold(storage: Storage, session: Session) -> None:
        async with storage.unit_of_work() as tx:
            await tx.sessions.acquire(session.id)
            held.set()
            await asyncio.Event().wait()

    async with open_storage(timedelta(seconds=0.2)) as storage:
        staff, (session,) = staff_over(services_over(storage)), await sessions(storage, 1)
        run = await started(storage, staff, order("sessions", "hide", [session]))
        holder = asyncio.create_task(hold(storage, session))
        await held.wait()
        with pytest.raises(Busy):
            await staff.runner.run(run.id)
        holder.cancel()
        await asyncio.wait({holder})
        assert (await staff.bulk.get(run.id)).done == 0
        await staff.runner.run(run.id)
        assert (await staff.bulk.get(run.id)).state == "finished"
