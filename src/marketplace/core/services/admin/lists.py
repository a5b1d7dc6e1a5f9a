"""Admin lists, by page or as export files."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import aclosing
from functools import partial
from typing import Any

from marketplace.core.domain.admin_lists import (
    AccountRow,
    BookingRow,
    Filters,
    ListedAuditFilters,
    ListedBookingFilters,
    ListedSessionFilters,
    ListedUserFilters,
    ListName,
    SessionRow,
)
from marketplace.core.domain.audit import AuditDetails
from marketplace.core.domain.exports import Column, ExportFormat, audited_filters, columns_of
from marketplace.core.domain.pages import NumberedPage
from marketplace.core.domain.principals import Origin, Principal
from marketplace.core.errors import ExportTooLarge
from marketplace.core.ports.admin_lists import AdminList, AdminLists
from marketplace.core.ports.exports import ExportFile, ExportFiles
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import UnitOfWork
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.personal_limits import PersonalCounts
from marketplace.core.services.retries import with_retries
from marketplace.core.services.rights import acquire_staff


class AdminListService:
    """Admin lists."""

    def __init__(
        self,
        *,
        unit_of_work: UnitOfWork,
        lists: AdminLists,
        files: ExportFiles,
        counts: PersonalCounts,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._lists = lists
        self._files = files
        self._counts = counts
        self._audit = AuditWriter(unit_of_work, clock, ids)

    async def users(self, filters: ListedUserFilters, offset: int, limit: int) -> NumberedPage[AccountRow]:
        return await self._lists.users.page(filters, offset, limit)

    async def sessions(self, filters: ListedSessionFilters, offset: int, limit: int) -> NumberedPage[SessionRow]:
        return await self._lists.sessions.page(filters, offset, limit)

    async def bookings(self, filters: ListedBookingFilters, offset: int, limit: int) -> NumberedPage[BookingRow]:
        return await self._lists.bookings.page(filters, offset, limit)

    async def audit(self, filters: ListedAuditFilters, offset: int, limit: int) -> NumberedPage[AuditDetails]:
        return await self._lists.audit.page(filters, offset, limit)

    async def export(
        self,
        actor: Principal | Origin,
        filters: Filters,
        form: ExportFormat,
        columns: tuple[str, ...] | None = None,
    ) -> AsyncGenerator[bytes, None]:
        """Export all matches as a file, in chunks; `columns` are names of `COLUMNS`, or `None` for all.

        The export is recorded in the audit log before the first chunk is requested. Close the returned generator.
        Raises `NotSignedIn` and `NotStaff`, also from the generator, before the next chunk, once `actor` has lost the
        right to read on, or the login; `RateLimited`, and `ExportTooLarge`, as far as the list's total is exact. The
        operator's exports, on the command line, are not bounded.
        """
        name, chosen_list = self._chosen(filters)
        if isinstance(actor, Principal):
            await self._counts.export(actor.user_id)
            if (await chosen_list.page(filters, 0, 1)).total > self._counts.max_export_rows:
                raise ExportTooLarge
        batches = chosen_list.batches(filters)
        chosen = columns_of(name, columns, actor.time_zone if isinstance(actor, Principal) else None)
        requested = {"list": name, "format": form, "columns": list(chosen), "filters": audited_filters(filters)}

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                if isinstance(actor, Principal):
                    await acquire_staff(tx, actor)
                await self._audit.write(tx, actor, "exported", None, ({}, requested))

        await with_retries(operation)
        return _written(self._allowed(actor, batches), self._files.open(form, name, chosen), chosen)

    async def _allowed(
        self, actor: Principal | Origin, batches: AsyncGenerator[tuple[Any, ...], None]
    ) -> AsyncGenerator[tuple[Any, ...], None]:
        async def require_allowed(staff: Principal) -> None:
            async with self._unit_of_work() as tx:
                await acquire_staff(tx, staff)

        async with aclosing(batches):
            async for batch in batches:
                if isinstance(actor, Principal):
                    await with_retries(partial(require_allowed, actor))
                yield batch

    def _chosen(self, filters: Filters) -> tuple[ListName, AdminList[Any, Any]]:
        match filters:
            case ListedUserFilters():
                return "users", self._lists.users
            case ListedSessionFilters():
                return "sessions", self._lists.sessions
            case ListedBookingFilters():
                return "bookings", self._lists.bookings
            case ListedAuditFilters():
                return "audit", self._lists.audit


async def _written(
    batches: AsyncGenerator[tuple[Any, ...], None], file: ExportFile, columns: Mapping[str, Column]
) -> AsyncGenerator[bytes, None]:
    yield file.begin()
    async with aclosing(batches):
        async for batch in batches:
            # in a thread, so that encoding a batch does not block the event loop
            part = await asyncio.to_thread(_write, file, batch, tuple(columns.values()))
            if part:
                yield part
    yield file.end()


def _write(file: ExportFile, batch: Iterable[Any], columns: tuple[Column, ...]) -> bytes:
    return file.rows([[column.read(row) for column in columns] for row in batch])
