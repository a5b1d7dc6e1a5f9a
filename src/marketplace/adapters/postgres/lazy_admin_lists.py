"""The lists of the back office, imported and connected at the first request for one."""

import asyncio
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from importlib import import_module
from typing import Any, Generic, TypeVar
from uuid import UUID

from marketplace.adapters.postgres.connection.pool import Database
from marketplace.core.domain.admin_lists import ListName
from marketplace.core.domain.pages import NumberedPage
from marketplace.core.ports.admin_lists import AdminLists

R = TypeVar("R")

PACKAGE = "marketplace.adapters.postgres.backoffice"


class _LazyLists:
    """The engine and its lists, created once on demand."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = asyncio.Lock()
        self._lists: AdminLists | None = None

    async def lists(self) -> AdminLists:
        async with self._lock:
            if self._lists is None:
                # in a thread: mapping the tables takes a third of a second, which would block the event loop
                engine, definitions = await asyncio.to_thread(
                    lambda: tuple(import_module(f"{PACKAGE}.{name}") for name in ("engine", "definitions"))
                )
                created = engine.Engine(self._database.dsn, self._database.limits)
                self._database.close_before(created.close)
                self._lists = definitions.lists_over(created)
            return self._lists


class LazyPostgresAdminList(Generic[R]):
    """`AdminList` that is created at its first use."""

    def __init__(self, lazy_lists: _LazyLists, name: ListName) -> None:
        self._lazy_lists = lazy_lists
        self._name = name

    async def page(self, filters: Any, offset: int, limit: int) -> NumberedPage[R]:
        page: NumberedPage[R] = await (await self._list()).page(filters, offset, limit)
        return page

    async def matching(self, filters: Any, maximum: int, among: Collection[UUID] | None = None) -> tuple[UUID, ...]:
        ids: tuple[UUID, ...] = await (await self._list()).matching(filters, maximum, among)
        return ids

    async def batches(self, filters: Any) -> AsyncGenerator[tuple[R, ...], None]:
        async with aclosing((await self._list()).batches(filters)) as batches:
            async for batch in batches:
                yield batch

    async def _list(self) -> Any:
        return getattr(await self._lazy_lists.lists(), self._name)


def lazy_admin_lists(database: Database) -> AdminLists:
    """Create the four lists over the database of this pool."""
    lazy_lists = _LazyLists(database)
    return AdminLists(
        users=LazyPostgresAdminList(lazy_lists, "users"),
        sessions=LazyPostgresAdminList(lazy_lists, "sessions"),
        bookings=LazyPostgresAdminList(lazy_lists, "bookings"),
        audit=LazyPostgresAdminList(lazy_lists, "audit"),
    )
