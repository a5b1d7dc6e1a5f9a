"""Lists of the back office: advanced-alchemy's repositories, filters and pages, and what makes them quick at size.

Sorting what matches and walking through an index in order are each slow where the other is quick, and PostgreSQL's
guess of how many match decides which it takes. So they are counted first, as far as they can be sorted in no time.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from advanced_alchemy.filters import (
    CollectionFilter,
    ComparisonFilter,
    LimitOffset,
    NotNullFilter,
    NullFilter,
    OrderBy,
    StatementFilter,
)
from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy import ColumnElement, Executable, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import load_only
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement

from marketplace.adapters.postgres.admin.engine import Engine
from marketplace.core.entities.admin_lists import COUNTED_MOST, Search
from marketplace.core.entities.pages import NumberedPage

R = TypeVar("R")

BATCH = 500
"""Rows of an export that are read at a time."""

Shown = Callable[[AsyncSession, Sequence[UUID]], Awaitable[Sequence[Any]]]
Found = Callable[[AsyncSession, Search], Awaitable[ColumnElement[bool]]]


@dataclass
class Where(StatementFilter):
    """Any condition, as a filter among the library's own."""

    clause: ColumnElement[bool]

    def append_to_statement(self, statement: Any, model: Any) -> Any:
        """Require it."""
        _ = model
        return statement.where(self.clause)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOf(Generic[R]):
    """What makes one list: its table, how filters and orders are called there, how it is searched and shown."""

    model: Any
    filters: Mapping[str, tuple[str, str]]
    """By filter, its column and what is asked of it: an operator, or `set`."""
    orders: Mapping[str, str]
    found: Found
    shown: Callable[[AsyncSession, Sequence[UUID]], Awaitable[Mapping[UUID, R]]]

    async def asked(self, session: AsyncSession, filters: Any) -> list[StatementFilter]:
        """The filters that are given."""
        given = {name: getattr(filters, name) for name in self.filters if getattr(filters, name) is not None}
        conditions = [_filter(*self.filters[name], value) for name, value in given.items()]
        if filters.search is not None:
            conditions.append(Where(await self.found(session, filters.search)))
        return conditions

    def order(self, ordering: str) -> list[StatementFilter]:
        """By a column and then by id, both in the same direction, so that one index serves either way."""
        column, is_down = self.orders[ordering.removeprefix("-")], ordering.startswith("-")
        return [OrderBy(name, "desc" if is_down else "asc") for name in (column, "id")]

    def ids(self, *filters: StatementFilter) -> Select[Any]:
        """A select of ids."""
        statement: Select[Any] = select(self.model.id)
        for each in filters:
            statement = each.append_to_statement(statement, self.model)
        return statement


class PostgresAdminList(Generic[R]):
    """`AdminList` for one kind of row."""

    def __init__(self, engine: Engine, kind: ListOf[R]) -> None:
        self._engine = engine
        self._kind = kind

    async def page(self, filters: Any, offset: int, limit: int) -> NumberedPage[R]:
        """See the port."""
        async with self._engine.for_page() as session:
            asked = await self._kind.asked(session, filters)
            order, part = self._kind.order(filters.ordering), LimitOffset(limit, offset)
            few = self._kind.ids(*asked, LimitOffset(COUNTED_MOST + 1, 0)).cte("few").prefix_with("MATERIALIZED")
            total = (await session.execute(select(func.count()).select_from(few))).scalar_one()
            if total <= COUNTED_MOST:
                chosen = self._kind.ids(Where(self._kind.model.id.in_(select(few.c.id))), *order, part)
            else:
                chosen = self._kind.ids(*asked, *order, part)
                total = max(total, await _estimate(session, self._kind.ids(*asked)))
            ids = (await session.execute(chosen)).scalars().all()
            rows = await self._kind.shown(session, ids)
            return NumberedPage(tuple(rows[each] for each in ids), total, is_estimated=total > COUNTED_MOST)

    async def batches(self, filters: Any) -> AsyncGenerator[tuple[R, ...], None]:
        """See the port."""
        async with self._engine.for_export() as session:
            asked = await self._kind.asked(session, filters)
            statement = self._kind.ids(*asked, *self._kind.order(filters.ordering))
            found = await session.stream_scalars(statement, execution_options={"yield_per": BATCH})
            async for ids in found.partitions():
                rows = await self._kind.shown(session, ids)
                yield tuple(rows[each] for each in ids)


class _Explained(Executable, ClauseElement):
    inherit_cache = False

    def __init__(self, statement: Select[Any]) -> None:
        self.statement = statement


@compiles(_Explained)
def _explained(element: _Explained, compiler: SQLCompiler, **options: Any) -> str:
    return f"EXPLAIN (FORMAT JSON) {compiler.process(element.statement, **options)}"


async def _estimate(session: AsyncSession, statement: Select[Any]) -> int:
    """How many rows PostgreSQL expects of a statement."""
    (plan,) = (await session.execute(_Explained(statement))).scalar_one()
    return int(plan["Plan"]["Plan Rows"])


def _filter(column: str, asked: str, value: Any) -> StatementFilter:
    if asked == "set":
        return NotNullFilter(column) if value else NullFilter(column)
    return ComparisonFilter(column, asked, value)


def repository(model: Any, session: AsyncSession) -> SQLAlchemyAsyncRepository[Any]:
    """The library's repository of a table, which only ever reads."""
    kind: Any = type(f"{model.__name__}Repository", (SQLAlchemyAsyncRepository,), {"model_type": model})
    made: SQLAlchemyAsyncRepository[Any] = kind(session=session)
    return made


async def by_id(session: AsyncSession, model: Any, ids: Sequence[UUID] | set[UUID], *columns: Any) -> dict[UUID, Any]:
    """The rows with these ids, with only these columns."""
    rows = await repository(model, session).get_many(CollectionFilter("id", list(ids)), load=[load_only(*columns)])
    return {row.id: row for row in rows}
