"""A bulk action on filters is held to the rows that its preview showed."""

import asyncio
from datetime import timedelta

import pytest
from uuid_utils.compat import uuid7

from builders import Services, services_over, stored_session
from bulk_orders import WHY, a_staff_member, order, refusals, sessions
from fakes import NOW
from marketplace.core.domain.admin_lists import ListedSessionFilters
from marketplace.core.domain.bulk import AGREED_FOR, PREVIEWS_KEPT_FOR, AgreedRows
from marketplace.core.domain.idempotency import IdempotencyKey
from marketplace.core.domain.sessions import Session
from marketplace.core.errors import Invalid
from marketplace.core.ports.storage import Storage
from marketplace.core.services.admin.bulk import BulkOrder
from staff_services import StaffServices, staff_over

SECOND = timedelta(seconds=1)


@pytest.fixture
def services(storage: Storage) -> Services:
    return services_over(storage)


@pytest.fixture
def staff(services: Services) -> StaffServices:
    return staff_over(services)


def all_of(session: Session) -> BulkOrder:
    filters = ListedSessionFilters(creator=session.creator_id, is_hidden=False)
    return BulkOrder(kind="sessions", action="hide", rows=filters)


async def one_more(storage: Storage, like: Session) -> Session:
    return await stored_session(storage, creator_id=like.creator_id)


async def hide(storage: Storage, session: Session) -> None:
    async with storage.unit_of_work() as tx:
        await tx.sessions.save((await tx.sessions.acquire(session.id)).hidden("A hoax.", NOW))


@pytest.mark.parametrize("is_named", [True, False])
async def test_action_is_held_to_the_previewed_rows(storage: Storage, staff: StaffServices, *, is_named: bool) -> None:
    principal, seen = await a_staff_member(storage), await sessions(storage, 3)
    preview = await staff.bulk.preview(principal, all_of(seen[0]))
    newcomer = await one_more(storage, seen[0])
    await hide(storage, seen[1])

    agreed_id = preview.agreed_id if is_named else None
    run = (await staff.bulk.begin(principal, all_of(seen[0]), WHY, agreed_id=agreed_id)).resource
    await staff.run(storage)

    after = await staff.bulk.get(run.id)
    assert (preview.matching, after.total, after.changed, after.refused) == (3, 3, 2, 1)
    assert after.state == "finished"
    assert await refusals(storage, run) == [(seen[1].id, "no_longer_matches")]
    ((reported,), _) = await staff.bulk.refusals(run.id, 9, 0)
    assert reported.label == seen[1].title
    hidden = {each.id for each in (*seen, newcomer) if (await staff.sessions.get(each.id)).hidden_at is not None}
    assert hidden == {each.id for each in seen}


async def test_preview_is_used_once_and_within_an_hour(
    storage: Storage, services: Services, staff: StaffServices
) -> None:
    principal, (session,) = await a_staff_member(storage), await sessions(storage, 1)
    used, old = [(await staff.bulk.preview(principal, all_of(session))).agreed_id for _ in range(2)]
    await staff.bulk.begin(principal, all_of(session), WHY, agreed_id=used)
    services.clock.advance(AGREED_FOR)

    for agreed_id in (used, old, uuid7()):
        with pytest.raises(Invalid) as caught:
            await staff.bulk.begin(principal, all_of(session), WHY, agreed_id=agreed_id)
        assert set(caught.value.errors) == {"preview"}


@pytest.mark.parametrize("is_used", [True, False])
async def test_action_whose_preview_is_used_or_expired_needs_another_for_a_day(
    storage: Storage, services: Services, staff: StaffServices, *, is_used: bool
) -> None:
    principal, (session,) = await a_staff_member(storage), await sessions(storage, 1)
    await staff.bulk.preview(principal, all_of(session))
    if is_used:
        await staff.bulk.begin(principal, all_of(session), WHY)
    else:
        services.clock.advance(AGREED_FOR)
    await one_more(storage, session)

    with pytest.raises(Invalid) as caught:
        await staff.bulk.begin(principal, all_of(session), WHY)

    assert set(caught.value.errors) == {"preview"}
    services.clock.advance(PREVIEWS_KEPT_FOR)
    assert (await staff.bulk.begin(principal, all_of(session), WHY)).resource.total == 2


async def test_repeated_start_on_a_preview_is_replayed(storage: Storage, staff: StaffServices) -> None:
    principal, (session,) = await a_staff_member(storage), await sessions(storage, 1)
    await staff.bulk.preview(principal, all_of(session))
    key = IdempotencyKey(user_id=principal.user_id, route="bulk", key="one", body_hash=b"1")

    first, second = [await staff.bulk.begin(principal, all_of(session), WHY, key=key) for _ in range(2)]

    assert (second.resource, second.is_replay) == (first.resource, True)


async def test_preview_counts_only_for_its_own_person_action_and_filters(
    storage: Storage, staff: StaffServices
) -> None:
    principal, other, (session,) = (
        await a_staff_member(storage),
        await a_staff_member(storage),
        await sessions(storage, 1),
    )
    agreed_id = (await staff.bulk.preview(principal, all_of(session))).agreed_id
    shown = ListedSessionFilters(creator=session.creator_id)
    orders = [(other, all_of(session)), (principal, BulkOrder(kind="sessions", action="hide", rows=shown))]
    for who, what in orders:
        with pytest.raises(Invalid):
            await staff.bulk.begin(who, what, WHY, agreed_id=agreed_id)

    await one_more(storage, session)
    assert [(await staff.bulk.begin(who, what, WHY)).resource.total for who, what in orders] == [2, 2]


async def test_run_whose_rows_have_all_vanished_is_finished(storage: Storage, staff: StaffServices) -> None:
    principal, (session,) = await a_staff_member(storage), await sessions(storage, 1)
    await staff.bulk.preview(principal, all_of(session))
    await hide(storage, session)

    run = (await staff.bulk.begin(principal, all_of(session), WHY)).resource
    await staff.run(storage)

    assert (run.state, run.total, run.refused, run.finished_at) == ("finished", 1, 1, NOW)
    assert await staff.bulk.get(run.id) == run


async def test_two_starts_of_one_preview_begin_one_run(storage: Storage, staff: StaffServices) -> None:
    principal, (session,) = await a_staff_member(storage), await sessions(storage, 1)
    agreed_id = (await staff.bulk.preview(principal, all_of(session))).agreed_id

    outcomes = await asyncio.gather(
        *(staff.bulk.begin(principal, all_of(session), WHY, agreed_id=agreed_id) for _ in range(4)),
        return_exceptions=True,
    )

    assert sorted(type(each).__name__ for each in outcomes) == ["Invalid", "Invalid", "Invalid", "Outcome"]


async def test_selected_rows_need_no_preview(storage: Storage, staff: StaffServices) -> None:
    principal, seen = await a_staff_member(storage), await sessions(storage, 2)

    assert (await staff.bulk.preview(principal, order("sessions", "hide", seen[:1]))).agreed_id is None
    assert (await staff.bulk.begin(principal, order("sessions", "hide", seen), WHY)).resource.total == 2


async def test_newest_preview_is_found_and_old_ones_are_purged(empty_storage: Storage) -> None:
    storage = empty_storage
    principal = await a_staff_member(storage)

    def agreed(at: int, *, rows: int) -> AgreedRows:
        return AgreedRows(
            id=uuid7(),
            staff_id=principal.user_id,
            kind="sessions",
            action="hide",
            filters="{}",
            rows=tuple(uuid7() for _ in range(rows)),
            created_at=NOW + at * SECOND,
        )

    first, second = agreed(0, rows=0), agreed(1, rows=2)
    async with storage.unit_of_work() as tx:
        for each in (second, first):
            await tx.bulk_runs.add_agreed(each)
    find = storage.bulk_lists.find_agreed
    assert await find(first, None, NOW - SECOND) == second
    assert await find(first, first.id, NOW - SECOND) == first
    assert await find(first, first.id, NOW) is None
    assert await storage.bulk_lists.has_previewed(first, NOW)
    assert not await storage.bulk_lists.has_previewed(first, NOW + SECOND)
    async with storage.unit_of_work() as tx:
        assert await tx.bulk_runs.purge_agreed(NOW) == 1
        assert await tx.bulk_runs.take_agreed(second.id)
        assert not await tx.bulk_runs.take_agreed(second.id)
    assert await find(first, None, NOW - SECOND) is None
