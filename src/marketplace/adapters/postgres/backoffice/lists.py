"""Lists of the back office on advanced-alchemy's repositories and filters, fast for large tables.

Sorting the matches and walking an index in order are each slow where the other is fast, and PostgreSQL chooses by its
estimate of the number of matches. So the matches are counted first, up to a number that sorts quickly.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping, Sequence
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
from sqlalchemy import CTE, ColumnElement, Executable, Select, Uuid, any_, func, literal, literal_column, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import load_only
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement

from marketplace.adapters.postgres.backoffice.engine import Engine
from marketplace.core.domain.admin_lists import MAX_COUNTED, Search
from marketplace.core.domain.pages import NumberedPage

R = TypeVar("R")

QUERY_CANCELED = "57014"
WALK_TIMEOUT = text("SET LOCAL statement_timeout = 150")
"""Milliseconds. With many matches a page takes a few, unless all matches are at the far end of the order. A deep
page has no such timeout."""
EXPORT_BATCH = 1_000
"""Rows of an export per fetch."""

Ids = Collection[UUID]
Read = Callable[[Any, Ids, Sequence[Any]], Awaitable[dict[UUID, Any]]]
"""Read the rows of a table with these ids, and only these columns."""
SearchClause = Callable[[AsyncSession, Search], Awaitable[ColumnElement[bool]]]


@dataclass
class Where(StatementFilter):
    """Any condition as a filter of advanced-alchemy."""

    clause: ColumnElement[bool]

    def append_to_statement(self, statement: Any, model: Any) -> Any:
        _ = model
        return statement.where(self.clause)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOf(Generic[R]):
    """The definition of a list: its table, the columns of its filters and orders, its search and its loader."""

    model: Any
    filters: Mapping[str, tuple[str, str]]
    """Filter name to column and operator; `set` tests for NOT NULL."""
    orders: Mapping[str, str]
    search: SearchClause
    load_rows: Callable[[Read, Ids], Awaitable[Mapping[UUID, R]]]

    async def conditions(self, session: AsyncSession, filters: Any) -> list[StatementFilter]:
        """Return the conditions of the filters that are set."""
        active = {name: getattr(filters, name) for name in self.filters if getattr(filters, name) is not None}
        conditions = [_filter(*self.filters[name], value) for name, value in active.items()]
        if filters.search is not None:
            conditions.append(Where(await self.search(session, filters.search)))
        return conditions

    def order(self, ordering: str) -> list[StatementFilter]:
        """Order by a column, then by id in the same direction, so that one index serves both directions."""
        column, is_down = self.orders[ordering.removeprefix("-")], ordering.startswith("-")
        return [OrderBy(name, "desc" if is_down else "asc") for name in (column, "id")]

    def sortable(self, ordering: str, *filters: StatementFilter) -> CTE:
        """Return the matches as a materialized CTE: unordered ids with their sort column."""
        statement = self.ids(*filters).add_columns(getattr(self.model, self.orders[ordering.removeprefix("-")]))
        return statement.cte("found").prefix_with("MATERIALIZED")

    def sorted(self, found: CTE, ordering: str, part: LimitOffset) -> Select[Any]:
        """Return a page of ids of a `sortable` CTE."""
        statement: Select[Any] = select(found.c.id)
        for each in (*self.order(ordering), part):
            statement = each.append_to_statement(statement, found.c)  # type: ignore[arg-type]
        return statement

    def ids(self, *filters: StatementFilter) -> Select[Any]:
        """Select the ids that match the filters."""
        statement: Select[Any] = select(self.model.id)
        for each in filters:
            statement = each.append_to_statement(statement, self.model)
        return statement


class PostgresAdminList(Generic[R]):
    """`AdminList` for one list."""

    def __init__(self, engine: Engine, kind: ListOf[R]) -> None:
        self._engine = engine
        self._kind = kind

    async def page(self, filters: Any, offset: int, limit: int) -> NumberedPage[R]:
        async with self._engine.for_page() as session:
            conditions = await self._kind.conditions(session, filters)
            part = LimitOffset(limit, offset)
            few = self._kind.sortable(filters.ordering, *conditions, LimitOffset(MAX_COUNTED + 1, 0))
            counted = select(func.count()).select_from(few).scalar_subquery()
            first = func.array(self._kind.sorted(few, filters.ordering, part).scalar_subquery(), type_=ARRAY(Uuid()))
            total, ids = (await session.execute(select(counted, first))).one()
            if total > MAX_COUNTED:
                total = max(total, await _estimate(session, self._kind.ids(*conditions)))
                ids = await self._ids_by_index(session, filters.ordering, conditions, part)
            rows = await self._kind.load_rows(_with_repositories(session), ids)
            return NumberedPage(tuple(rows[each] for each in ids), total, is_estimated=total > MAX_COUNTED)

    async def matching(self, filters: Any, maximum: int, among: Ids | None = None) -> tuple[UUID, ...]:
        async with self._engine.for_page() as session:
            conditions = await self._kind.conditions(session, filters)
            if among is not None:
                conditions.append(Where(self._kind.model.id == any_(literal(list(among), ARRAY(Uuid())))))
            whole = LimitOffset(maximum, 0)
            some = self._kind.sortable(filters.ordering, *conditions, whole)
            return tuple((await session.scalars(self._kind.sorted(some, filters.ordering, whole))).all())

    async def _ids_by_index(
        self, session: AsyncSession, ordering: str, conditions: Sequence[StatementFilter], part: LimitOffset
    ) -> Sequence[UUID]:
        """Return the ids of a page by walking the index of the order; sort instead if that times out."""
        if part.offset <= MAX_COUNTED:
            await session.execute(WALK_TIMEOUT)
        try:
            found = await session.scalars(self._kind.ids(*conditions, *self._kind.order(ordering), part))
            return found.all()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != QUERY_CANCELED:
                raise
        finally:
            await session.rollback()
        everything = self._kind.sortable(ordering, *conditions)
        return (await session.scalars(self._kind.sorted(everything, ordering, part))).all()

    async def batches(self, filters: Any) -> AsyncGenerator[tuple[R, ...], None]:
        async with self._engine.for_export() as session:
            conditions = await self._kind.conditions(session, filters)
            statement = self._kind.ids(*conditions, *self._kind.order(filters.ordering))
            found = await session.stream_scalars(statement, execution_options={"yield_per": EXPORT_BATCH})
            async for ids in found.partitions():
                rows = await self._kind.load_rows(_with_statements(session), ids)
                yield tuple(rows[each] for each in ids)


class _Explained(Executable, ClauseElement):
    inherit_cache = False

    def __init__(self, statement: Select[Any]) -> None:
        self.statement = statement


@compiles(_Explained)
def _explained(element: _Explained, compiler: SQLCompiler, **options: Any) -> str:
    return f"EXPLAIN (FORMAT JSON) {compiler.process(element.statement, **options)}"


async def _estimate(session: AsyncSession, statement: Select[Any]) -> int:
    """Return the planner's estimate of the number of rows."""
    # an untyped column, or SQLAlchemy would convert the plan to the type of the column
    untyped: Select[Any] = statement.with_only_columns(literal_column("1"), maintain_column_froms=True)
    (plan,) = (await session.execute(_Explained(untyped))).scalar_one()
    return int(plan["Plan"]["Plan Rows"])


def _filter(column: str, operator: str, value: Any) -> StatementFilter:
    if operator == "set":
        return NotNullFilter(column) if value else NullFilter(column)
    return ComparisonFilter(column, operator, value)


def _with_repositories(session: AsyncSession) -> Read:
    """Read through advanced-alchemy's repositories."""

    async def read(model: Any, ids: Ids, columns: Sequence[Any]) -> dict[UUID, Any]:
        kind: Any = type(f"{model.__name__}Repository", (SQLAlchemyAsyncRepository,), {"model_type": model})
        rows = await kind(session=session).get_many(CollectionFilter("id", list(ids)), load=[load_only(*columns)])
        return {row.id: row for row in rows}

    return read


def _with_statements(session: AsyncSession) -> Read:
    """Read a million rows without mapped objects, which cost several times as much as the rows."""

    async def read(model: Any, ids: Ids, columns: Sequence[Any]) -> dict[UUID, Any]:
        named = any_(literal(list(ids), ARRAY(Uuid())))
        distinct = {column.key: column for column in (model.id, *columns)}
        rows = await session.execute(select(*distinct.values()).where(model.id == named))
        return {row.id: row for row in rows}

    return read
