"""The lists of the back office, of which nothing is imported, opened or kept before somebody asks for one."""

import asyncio
from collections.abc import AsyncGenerator
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
    """The engine and the lists over it, made once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._opening = asyncio.Lock()
        self._lists: AdminLists | None = None

    async def lists(self) -> AdminLists:
        async with self._opening:
            if self._lists is None:
                # in a thread: mapping the tables takes a third of a second, for which buyers shall not wait
                engine, definitions = await asyncio.to_thread(
                    lambda: tuple(import_module(f"{PACKAGE}.{name}") for name in ("engine", "definitions"))
                )
                created = engine.Engine(self._database.dsn, self._database.limits)
                self._database.close_before(created.close)
                self._lists = definitions.lists_over(created)
            return self._lists


class LazyPostgresAdminList(Generic[R]):
    """`AdminList`, made when it is first asked for something."""

    def __init__(self, office: _LazyLists, name: ListName) -> None:
        self._office = office
        self._name = name

    async def page(self, filters: Any, offset: int, limit: int) -> NumberedPage[R]:
        """See the port."""
        page: NumberedPage[R] = await (await self._list()).page(filters, offset, limit)
        return page

    async def matching(self, filters: Any, maximum: int) -> tuple[UUID, ...]:
        """See the port."""
        ids: tuple[UUID, ...] = await (await self._list()).matching(filters, maximum)
        return ids

    async def batches(self, filters: Any) -> AsyncGenerator[tuple[R, ...], None]:
        """See the port."""
        async with aclosing((await self._list()).batches(filters)) as batches:
            async for batch in batches:
                yield batch

    async def _list(self) -> Any:
        return getattr(await self._office.lists(), self._name)


def lazy_admin_lists(database: Database) -> AdminLists:
    """All four over the database that this pool is of."""
    office = _LazyLists(database)
    return AdminLists(
        users=LazyPostgresAdminList(office, "users"),
        sessions=LazyPostgresAdminList(office, "sessions"),
        bookings=LazyPostgresAdminList(office, "bookings"),
        audit=LazyPostgresAdminList(office, "audit"),
    )
