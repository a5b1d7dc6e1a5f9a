"""Plans of the back office's lists at size: no filter reads a big table from end to end."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import event
from sqlalchemy.engine import Engine as AnyEngine

from fakes import NOW
from marketplace.adapters.postgres.backoffice.engine import SETTINGS
from marketplace.adapters.postgres.connection.pool import connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.admin_lists import (
    MAX_COUNTED,
    Filters,
    ListedAuditFilters,
    ListedBookingFilters,
    ListedSessionFilters,
    ListedUserFilters,
)
from marketplace.core.ports.storage import Storage
from postgres.backoffice_dataset import STAFF, BackofficeSize, load_backoffice
from postgres.large_dataset import BUSY_CREATOR, BUSY_PERSON, numbered
from postgres.query_plans import PAGE, nodes

pytestmark = pytest.mark.starts_first

MAX_BLOCKS = 65_000
"""Maximum 8 KiB pages of all statements of a page, including one that is cancelled after its time limit.

The filled tables have several times as many.
"""
EXPENSIVE = ListedBookingFilters(search=("common",))
"""The word matches too many sessions to look them up first, so that the session of each booking is checked."""
MAX_BLOCKS_IF_EXPENSIVE = 150_000
BIG = {"users", "sessions", "bookings", "audit_entries", "audit_values"}
CREATOR, LEARNER = numbered("user", BUSY_CREATOR), numbered("user", BUSY_PERSON)
QUESTIONS: list[Filters] = [
    ListedUserFilters(),
    ListedUserFilters(ordering="last_name"),
    ListedUserFilters(role="creator", ordering="-email"),
    ListedUserFilters(is_active=False),
    ListedUserFilters(is_staff=True, ordering="username"),
    ListedUserFilters(joined_from=NOW),
    ListedUserFilters(search=("member777",)),
    ListedUserFilters(search=("example",)),
    ListedSessionFilters(),
    *(ListedSessionFilters(ordering=order) for order in ("price", "-title", "duration")),
    ListedSessionFilters(status="inactive"),
    ListedSessionFilters(is_hidden=True),
    ListedSessionFilters(is_archived=True, ordering="price"),
    ListedSessionFilters(is_featured=True),
    ListedSessionFilters(creator=CREATOR),
    ListedSessionFilters(min_price=Decimal(199)),
    ListedSessionFilters(search=("rare",)),
    ListedSessionFilters(search=("common",), ordering="-title"),
    ListedSessionFilters(search=("person7",)),
    ListedSessionFilters(search=CREATOR),
    ListedBookingFilters(),
    *(ListedBookingFilters(ordering=order) for order in ("booking_date", "-booking_date", "amount")),
    *(ListedBookingFilters(status=word) for word in ("pending", "confirmed", "cancelled", "completed")),
    ListedBookingFilters(status="pending", ordering="booking_date"),
    ListedBookingFilters(status="confirmed", ordering="booking_date"),
    ListedBookingFilters(session=numbered("session", 1)),
    ListedBookingFilters(creator=CREATOR),
    ListedBookingFilters(learner=LEARNER, ordering="amount"),
    ListedBookingFilters(starts_from=NOW),
    ListedBookingFilters(search=("person5000", "example", "org")),
    ListedBookingFilters(search=("rare",)),
    EXPENSIVE,
    ListedBookingFilters(search=numbered("session", 1)),
    ListedAuditFilters(),
    ListedAuditFilters(action="deactivated"),
    ListedAuditFilters(actor=numbered("person", STAFF)),
    ListedAuditFilters(search=("deactivated",)),
    ListedAuditFilters(search=("nobody",)),
    ListedAuditFilters(search=numbered("person", STAFF)),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def storage(loaded: str) -> AsyncIterator[Storage]:
    await load_backoffice(loaded, BackofficeSize())
    database = await connect(loaded)
    yield postgres_storage(database)
    await database.close()


@contextmanager
def listening() -> Iterator[list[tuple[str, tuple[Any, ...]]]]:
    """Record the statements that SQLAlchemy sends."""
    sent: list[tuple[str, tuple[Any, ...]]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        sent.append((statement, tuple(parameters)))

    event.listen(AnyEngine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(AnyEngine, "before_cursor_execute", note)


async def page(storage: Storage, filters: Filters, offset: int = 0) -> Any:
    name = type(filters).__name__.removeprefix("Listed").removesuffix("Filters").lower()
    return await getattr(storage.lists, {"audit": "audit"}.get(name, f"{name}s")).page(filters, offset, PAGE)


def is_asked_everywhere(statement: str) -> bool:
    """Return whether this is a read, and not what follows a walk in the order that took over 150 ms on this machine."""
    found, _, rest = " ".join(statement.split()).partition(") SELECT found.")
    is_sorted_whole = found.startswith("WITH found AS MATERIALIZED") and "LIMIT" not in found and bool(rest)
    return statement.startswith(("SELECT", "WITH")) and not is_sorted_whole


async def explained(dsn: str, statement: str, parameters: tuple[Any, ...]) -> dict[str, Any]:
    connection = await asyncpg.connect(dsn, server_settings=SETTINGS)
    try:
        rows = await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", *parameters)
        plan: dict[str, Any] = json.loads(rows)[0]["Plan"]
        return plan
    finally:
        await connection.close()


@pytest.mark.parametrize("filters", QUESTIONS, ids=str)
async def test_a_first_page_reads_little(loaded: str, storage: Storage, filters: Filters) -> None:
    await page(storage, ListedUserFilters())
    with listening() as sent:
        shown = await page(storage, filters)

    plans = [await explained(loaded, *each) for each in sent if is_asked_everywhere(each[0])]
    whole = [
        node["Relation Name"]
        for plan in plans
        for node in nodes(plan)
        if node["Node Type"] == "Seq Scan"
        and node["Relation Name"] in BIG
        and node["Actual Rows"] + node.get("Rows Removed by Filter", 0) > 5 * MAX_COUNTED
    ]
    blocks = sum(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] for plan in plans)
    assert len(shown.items) == min(PAGE, shown.total)
    assert whole == []
    assert blocks < (MAX_BLOCKS_IF_EXPENSIVE if filters == EXPENSIVE else MAX_BLOCKS)


async def test_totals_are_exact_when_small_and_estimated_when_large(storage: Storage) -> None:
    few = await page(storage, ListedBookingFilters(status="pending"))
    many = await page(storage, ListedBookingFilters(status="completed"))

    assert (few.is_estimated, many.is_estimated) == (False, True)
    assert 120_000 < many.total < 200_000


async def test_a_deep_page_follows_the_page_before_it(storage: Storage) -> None:
    earlier, later = [(await page(storage, ListedBookingFilters(), offset)).items for offset in (100_000, 100_020)]

    assert len(earlier) == len(later) == PAGE
    assert earlier[-1].created_at >= later[0].created_at
    assert not {row.id for row in earlier} & {row.id for row in later}
