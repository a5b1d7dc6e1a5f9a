import asyncio
from datetime import timedelta
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from builders import a_contact, as_a, stored_session, stored_user
from contracts.harness import at_once, broken_transaction, waits
from fakes import NOW
from marketplace.core.domain.reports import Report
from marketplace.core.domain.sessions import Session
from marketplace.core.errors import AlreadyReported, NotFound
from marketplace.core.ports.storage import Storage


def a_report(session: Session, reporter_id: object, **changes: Any) -> Report:
    defaults: dict[str, Any] = {
        "id": uuid7(),
        "session_id": session.id,
        "reporter_id": reporter_id,
        "reason": "misleading",
        "text": "The photo shows another place.",
        "created_at": NOW,
    }
    return Report(**defaults | changes)


async def add(storage: Storage, report: Report) -> Report:
    async with storage.unit_of_work() as tx:
        await tx.reports.add(report)
    return report


async def stored_report(storage: Storage, session: Session, **changes: Any) -> Report:
    return await add(storage, a_report(session, (await stored_user(storage)).id, **changes))


async def settle(storage: Storage, report: Report) -> Report:
    settled = report.resolved("dismissed", uuid7(), "Nothing is wrong with it.", NOW + timedelta(hours=1))
    async with storage.unit_of_work() as tx:
        await tx.reports.save(settled)
    return settled


async def test_report_is_read_with_its_session_and_reporter(storage: Storage) -> None:
    creator, reporter = await stored_user(storage, role="creator"), await stored_user(storage)
    session = await stored_session(storage, creator_id=creator.id, status="inactive")
    report = await add(storage, a_report(session, reporter.id))

    found = await storage.reports.find(report.id)

    assert found is not None
    assert as_a(Report, found) == report
    assert as_a(Session, found.session_details) == session
    assert found.session_details.creator_details == a_contact(creator)
    assert found.reporter_details == a_contact(reporter)
    assert await storage.reports.find(uuid7()) is None


async def test_open_reports_are_listed_oldest_first_in_parts_and_counted(empty_storage: Storage) -> None:
    session = await stored_session(empty_storage)
    late, early, settled = [
        await stored_report(empty_storage, session, created_at=NOW + timedelta(hours=hours)) for hours in (2, 1, 0)
    ]
    await settle(empty_storage, settled)

    async def listed(limit: int, offset: int) -> list[Report]:
        return [as_a(Report, report) for report in await empty_storage.reports.list_open(limit, offset)]

    assert await listed(9, 0) == [early, late]
    assert await listed(1, 0) == [early]
    assert await listed(1, 1) == [late]
    assert await listed(9, 2) == []
    assert await empty_storage.reports.count_open() == 2


async def test_reports_of_session_are_listed_newest_first(storage: Storage) -> None:
    session = await stored_session(storage)
    first = await settle(storage, await stored_report(storage, session))
    second = await stored_report(storage, session, created_at=NOW + timedelta(hours=1))
    await stored_report(storage, await stored_session(storage))

    found = [as_a(Report, report) for report in await storage.reports.of_session(session.id, 9)]

    assert found == [second, first]
    assert [report.id for report in await storage.reports.of_session(session.id, 1)] == [second.id]


async def test_person_can_report_a_session_once_regardless_of_outcome(storage: Storage) -> None:
    session, other = await stored_session(storage), await stored_session(storage)
    report = await stored_report(storage, session)
    await settle(storage, report)

    with pytest.raises(AlreadyReported):
        await add(storage, a_report(session, report.reporter_id))
    await add(storage, a_report(other, report.reporter_id))
    await stored_report(storage, session)


async def test_concurrent_reports_of_one_person_have_one_winner(storage: Storage) -> None:
    session, reporter = await stored_session(storage), await stored_user(storage)

    outcome = await at_once(add(storage, a_report(session, reporter.id)) for _ in range(8))

    assert (len(outcome.done), outcome.reasons()) == (1, {"AlreadyReported": 7})


async def test_rolled_back_report_does_not_exist(storage: Storage) -> None:
    session, reporter = await stored_session(storage), await stored_user(storage)
    report = a_report(session, reporter.id)
    async with broken_transaction(storage) as tx:
        await tx.reports.add(report)
        twin = asyncio.create_task(add(storage, a_report(session, reporter.id)))
        assert await waits(twin)

    assert (await twin).reporter_id == reporter.id
    assert await storage.reports.find(report.id) is None


async def test_acquired_report_is_locked_but_readable(storage: Storage) -> None:
    report = await stored_report(storage, await stored_session(storage))
    settled = report.resolved("hidden", uuid7(), "A hoax.", NOW)

    async def acquired() -> Report:
        async with storage.unit_of_work() as tx:
            return await tx.reports.acquire(report.id)

    async with storage.unit_of_work() as tx:
        assert await tx.reports.acquire(report.id) == report
        waiting = asyncio.create_task(acquired())
        assert await waits(waiting)
        async with storage.unit_of_work() as other:
            assert await other.reports.find(report.id) == report
        await tx.reports.save(settled)

    assert await waiting == settled


async def test_acquire_open_returns_reports_still_open_once_locked(
    storage: Storage,
) -> None:
    session = await stored_session(storage)
    reports = [await stored_report(storage, session) for _ in range(3)]
    await settle(storage, reports[0])
    settled = reports[1].resolved("hidden", uuid7(), "A hoax.", NOW)

    async def acquired() -> tuple[Report, ...]:
        async with storage.unit_of_work() as tx:
            return await tx.reports.acquire_open(session.id)

    async with storage.unit_of_work() as tx:
        assert await tx.reports.acquire(reports[1].id) == reports[1]
        waiting = asyncio.create_task(acquired())
        assert await waits(waiting)
        await tx.reports.save(settled)

    assert await waiting == (reports[2],)


async def test_unknown_report_cannot_be_acquired(storage: Storage) -> None:
    async with storage.unit_of_work() as tx:
        assert await tx.reports.find(uuid7()) is None
        assert await tx.reports.acquire_open(uuid7()) == ()
        with pytest.raises(NotFound):
            await tx.reports.acquire(uuid7())


async def test_reports_of_a_person_are_listed_newest_first_page_by_page(storage: Storage) -> None:
    reporter = await stored_user(storage)
    session = await stored_session(storage)
    await stored_report(storage, session)
    reports = [
        await add(
            storage, a_report(await stored_session(storage), reporter.id, created_at=NOW + n // 2 * timedelta(hours=1))
        )
        for n in range(5)
    ]
    newest_first = sorted(reports, key=lambda each: (each.created_at, each.id), reverse=True)

    seen, after = list[Report](), None
    for _ in range(3):
        page = await storage.reports.of_reporter(reporter.id, 2, after)
        seen, after = [*seen, *page.items], page.next

    assert seen == newest_first
    assert after is None
