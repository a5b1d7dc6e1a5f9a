"""Exports of whole lists from PostgreSQL, however long the client takes to read them."""

import asyncio
import csv
import io
import os
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import openpyxl
import pytest
import pytest_asyncio

from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.admin_lists import ListedBookingFilters, ListedUserFilters
from marketplace.core.errors import Busy
from postgres.http_clients import Books, Person, person
from postgres.large_dataset import BUSY, BUSY_PERSON, PEOPLE, numbered
from postgres.servers import Server, run_command, servers

OF_EXPORTS = "FROM pg_stat_activity WHERE application_name = 'marketplace export' AND datname = current_database()"
EXPORTS = f"SELECT pid {OF_EXPORTS}"
END_EXPORTS = f"SELECT pg_terminate_backend(pid) {OF_EXPORTS}"
FAR_ENOUGH = 20_000
"""Bytes after which some rows have arrived, but not all."""
MAX_MEMORY = 60
"""Megabytes that an export may use in addition to the program's own memory."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(loaded: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    async with servers(1, loaded, tmp_path_factory.mktemp("server"), statement_timeout="1") as (one,):
        yield one


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def staff(loaded: str) -> AsyncIterator[Person]:
    database = await connect(loaded)
    yield await person(postgres_storage(database), is_staff=True)
    await database.close()


async def _to_its_end(parts: AsyncIterator[bytes]) -> None:
    async for _ in parts:
        pass


def memory(server: Server) -> float:
    pages = (Path(f"/proc/{pid}/statm").read_text().split()[1] for pid in server.workers())
    return sum(int(each) * 4096 for each in pages) / 1e6


async def test_pool_timeouts_apply_to_pages_and_not_to_exports(loaded: str) -> None:
    limits = PoolLimits(min_size=0, statement_timeout=timedelta(milliseconds=1), command_timeout=timedelta(seconds=1))
    database = await connect(loaded, limits)
    lists = postgres_storage(database).lists
    try:
        with pytest.raises(Busy):
            await lists.bookings.page(
                ListedBookingFilters(ordering="amount", learner=numbered("user", BUSY_PERSON)), 0, 100
            )
        read = 0
        async for batch in lists.bookings.batches(
            ListedBookingFilters(ordering="amount", learner=numbered("user", BUSY_PERSON))
        ):
            read += len(batch)
            if read == len(batch):
                await asyncio.sleep(1.5)
    finally:
        await database.close()
    assert read == BUSY


async def test_export_streams_everything_with_bounded_memory(server: Server, staff: Person) -> None:
    await server.client.get("/api/admin/bookings/", headers=staff.headers)
    before, started, first, maximum, lines = memory(server), time.perf_counter(), 0.0, 0.0, 0
    url = "/api/admin/bookings/export/?starts_to=2031-03-01"
    async with server.client.stream("GET", url, headers=staff.headers) as answer:
        async for part in answer.aiter_bytes():
            lines += part.count(b"\n")
            if lines > 1:
                first = first or time.perf_counter() - started
            maximum = max(maximum, memory(server) - before)

    whole = time.perf_counter() - started
    assert lines > 30_000
    assert first < whole / 3
    assert maximum < MAX_MEMORY


async def test_disconnected_client_ends_the_query(loaded: str, server: Server, staff: Person) -> None:
    url = "/api/admin/bookings/export/?format=jsonl"
    async with server.client.stream("GET", url, headers=staff.headers) as answer:
        parts = answer.aiter_bytes()
        await anext(parts)
        assert len(await Books(loaded).ask(EXPORTS)) == 1

    end = time.monotonic() + 60
    while await Books(loaded).ask(EXPORTS):
        assert time.monotonic() < end
        await asyncio.sleep(0.1)
    assert server.failures() == []


@pytest.mark.parametrize("form", ["csv", "jsonl", "xlsx"])
async def test_interrupted_export_ends_with_a_protocol_error(
    loaded: str, server: Server, staff: Person, form: str
) -> None:
    url = f"/api/admin/bookings/export/?format={form}"
    async with server.client.stream("GET", url, headers=staff.headers) as answer:
        parts, read = answer.aiter_bytes(), 0
        while read < FAR_ENOUGH:
            read += len(await anext(parts))
        assert await Books(loaded).ask(END_EXPORTS) == [True]

        with pytest.raises(httpx.RemoteProtocolError):
            await _to_its_end(parts)


async def test_export_of_dismissed_staff_ends_with_a_protocol_error(loaded: str, server: Server) -> None:
    database = await connect(loaded)
    storage = postgres_storage(database)
    member = await person(storage, is_staff=True)
    async with server.client.stream("GET", "/api/admin/bookings/export/", headers=member.headers) as answer:
        parts = answer.aiter_bytes()
        await anext(parts)
        async with storage.unit_of_work() as tx:
            await tx.users.save(replace(member.user, is_staff=False))

        with pytest.raises(httpx.RemoteProtocolError):
            await _to_its_end(parts)
    await database.close()


async def test_partially_read_list_returns_its_connection(loaded: str) -> None:
    database = await connect(loaded)
    batches = postgres_storage(database).lists.users.batches(ListedUserFilters())
    assert len(await anext(batches)) > 1
    await batches.aclose()
    await database.close()

    assert await Books(loaded).ask(EXPORTS) == []


async def test_export_command_writes_the_same_to_file_or_stdout(loaded: str, tmp_path: Path) -> None:
    requested = ("--filter", "role=creator", "--filter", "ordering=email", "--columns", "email,id")
    book = tmp_path / "creators.xlsx"

    printed = await run_command(loaded, "export", "users", *requested)
    assert await run_command(loaded, "export", "users", "--format", "xlsx", *requested, "--output", str(book)) == ""

    rows = list(csv.reader(io.StringIO(printed.removeprefix("\ufeff"))))
    sheet = openpyxl.load_workbook(book).active
    assert rows[0] == ["email", "id"]
    assert 1_000 < len(rows) < PEOPLE
    assert [list(row) for row in sheet.iter_rows(values_only=True)] == rows
    assert await asyncio.to_thread(os.listdir, tmp_path) == ["creators.xlsx"]
    entries = "audit_entries JOIN audit_values v USING (id)"
    condition = "action = 'exported' AND actor_id IS NULL"
    exported = f"SELECT v.after ->> 'format' FROM {entries} WHERE {condition} ORDER BY at"  # noqa: S608 - constants
    assert await Books(loaded).ask(exported) == ["csv", "xlsx"]


@pytest.mark.parametrize("mistake", [("--filter", "rol=creator"), ("--filter", "is_staff"), ("--columns", "secret")])
async def test_invalid_export_option_exports_nothing(loaded: str, tmp_path: Path, mistake: tuple[str, str]) -> None:
    output = tmp_path / "users.csv"

    with pytest.raises(AssertionError, match=r"Choose one|true or false"):
        await run_command(loaded, "export", "users", *mistake, "--output", str(output))

    assert not output.exists()
