import logging
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from builders import Services, a_user, services_over, stored_session, stored_users
from bulk_orders import a_run, a_staff_member
from due_jobs import run_due
from fakes import NOW, FreshIds
from marketplace.adapters.memory.storage import memory_storage
from marketplace.core.domain.admin_lists import ListedUserFilters
from marketplace.core.domain.bulk import ACTIONS, LOST_RIGHTS, MAX_BULK, BulkPreview
from marketplace.core.domain.failing_jobs import FailingJob
from marketplace.core.domain.idempotency import IdempotencyKey
from marketplace.core.domain.second_factors import StaffSecondFactor
from marketplace.core.errors import Busy, IllegalTransition, NotFound
from marketplace.core.errors.admin import HasSessions
from marketplace.core.ports.jobs import Handlers
from marketplace.core.ports.storage import Storage
from marketplace.core.services.admin.bulk import BulkOrder
from marketplace.core.services.admin.bulk_runner import BulkRunner, Operations
from marketplace.core.services.tokens import PrincipalCache
from staff_services import staff_over


class Broken:
    """Actors whose operation fails with a bug."""

    def operations(self) -> Operations:
        async def fail(*_: object) -> None:
            raise KeyError("ada@example.org")

        return {("sessions", "hide"): fail}


def a_failing_job(**changes: Any) -> FailingJob:
    defaults: dict[str, Any] = {
        "id": 1,
        "name": "attend_booking",
        "subject": None,
        "attempts": 3,
        "fault": "Busy",
        "failed_at": NOW,
        "next_at": NOW,
        "is_under_way": False,
    }
    return FailingJob(**defaults | changes)


async def test_newcomers_do_not_block_an_agreed_action_or_its_repetition() -> None:
    storage = memory_storage()
    staff, principal = staff_over(services_over(storage)), await a_staff_member(storage)
    agreed = {user.id for user in await stored_users(storage, 2, role="creator")}
    order = BulkOrder(kind="users", action="deactivate", rows=ListedUserFilters(role="creator"))
    preview = await staff.bulk.preview(principal, order)
    await stored_users(storage, MAX_BULK + 1, role="creator")
    key = IdempotencyKey(user_id=principal.user_id, route="bulk", key="one", body_hash=b"1")

    first, second = [
        await staff.bulk.begin(principal, order, "They left.", agreed_id=preview.agreed_id, key=key) for _ in range(2)
    ]

    assert set(await storage.bulk_lists.targets(first.resource.id, 0, 9)) == agreed
    assert (second.resource, second.is_replay) == (first.resource, True)


def test_bulk_run_finishes_with_its_last_row_regardless_of_outcome() -> None:
    run = a_run(total=2)

    first = run.counted(NOW, is_refused=True)
    second = first.counted(NOW, is_refused=False)

    assert (first.state, first.done, first.is_over) == ("running", 1, False)
    assert (second.state, second.changed, second.refused, second.finished_at) == ("finished", 1, 1, NOW)
    with pytest.raises(IllegalTransition):
        second.cancelled(NOW)


def test_preview_of_no_rows_is_empty() -> None:
    assert BulkPreview.of(()) == BulkPreview(matching=0, will_change=0, will_skip=0, seats_affected=0, examples=())


def test_unchanged_role_or_active_state_is_refused() -> None:
    creator = a_user(role="creator")

    with pytest.raises(IllegalTransition):
        creator.with_active(is_active=True)
    with pytest.raises(IllegalTransition):
        creator.with_role("creator", has_sessions=True)
    with pytest.raises(HasSessions):
        creator.with_role("user", has_sessions=True)
    assert creator.with_role("user", has_sessions=False).role == "user"


@pytest.mark.parametrize(
    ("fault", "description"),
    [
        ("Busy", Busy.sentence),
        ("NotFound", NotFound.sentence),
        ("KeyError", "Something went wrong on our side (KeyError). See the worker's log."),
        ("MarketplaceError", "Something went wrong on our side (MarketplaceError). See the worker's log."),
        ("datetime", "Something went wrong on our side (datetime). See the worker's log."),
        (None, "Something went wrong on our side (unknown). See the worker's log."),
    ],
)
def test_job_error_is_described_in_plain_words(fault: str | None, description: str) -> None:
    assert a_failing_job(fault=fault).error == description


def test_job_under_way_or_due_cannot_be_retried() -> None:
    for changes in ({"is_under_way": True}, {"next_at": NOW}):
        with pytest.raises(IllegalTransition):
            a_failing_job(**changes).require_not_due(NOW)


def broken_runner(storage: Storage, services: Services, staff_second_factor: StaffSecondFactor) -> BulkRunner:
    broken: Any = Broken()
    return BulkRunner(
        unit_of_work=storage.unit_of_work,
        lists=storage.bulk_lists,
        targets=storage.bulk_targets,
        principals=storage.principals,
        actors=broken,
        principal_cache=PrincipalCache(services.clock),
        clock=services.clock,
        ids=FreshIds(),
        staff_second_factor=staff_second_factor,
    )


async def test_bulk_run_stops_while_the_rights_of_its_starter_rest(storage: Storage, services: Services) -> None:
    staff, who = staff_over(services), await a_staff_member(storage)
    order = BulkOrder(kind="sessions", action="hide", rows=(uuid7(),))
    run = (await staff.bulk.begin(who, order, "Why not.")).resource

    await broken_runner(storage, services, "required").run(run.id)

    after = await staff.bulk.get(run.id)
    assert (after.state, after.detail, after.done) == ("failed", LOST_RIGHTS, 0)


async def test_unexpected_error_in_one_row_is_reported_without_its_message_and_stops_nothing(
    storage: Storage, services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    staff, session = staff_over(services), await stored_session(storage)
    runner = broken_runner(storage, services, "optional")
    who = await a_staff_member(storage)
    order = BulkOrder(kind="sessions", action="hide", rows=(session.id, uuid7()))
    run = (await staff.bulk.begin(who, order, "Why not.")).resource
    handlers: Handlers = {"run_bulk": runner.run}

    with caplog.at_level(logging.DEBUG):
        await run_due(storage.job_queue, NOW, handlers)

    after = await staff.bulk.get(run.id)
    (first, _) = await storage.bulk_lists.refusals(run.id, 9, 0)
    assert (after.state, after.refused) == ("finished", 2)
    assert (first.label, first.code) == (session.title, "internal_error")
    assert "KeyError" in caplog.text
    assert "ada@" not in caplog.text + first.detail


async def test_every_bulk_action_of_every_kind_can_run(storage: Storage) -> None:
    staff = staff_over(services_over(storage))

    assert set(staff.actors.operations()) == {(kind, action) for kind, actions in ACTIONS.items() for action in actions}
