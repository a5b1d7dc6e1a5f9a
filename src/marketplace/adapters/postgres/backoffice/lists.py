"""Lists of the back office: advanced-alchemy's repositories, filters and pages, and what makes them quick at size.

Sorting what matches and walking through an index in order are each slow where the other is quick, and PostgreSQL's
guess of how many match decides which it takes. So they are counted first, as far as they can be sorted in no time.
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

CANCELLED = "57014"
WALK_TIMEOUT = text("SET LOCAL statement_timeout = 150")
"""Milliseconds. A page of much that matches is found in a few, unless the order has all of it at its other end; but a
deep page takes its time."""
BATCH = 1_000
"""Rows of an export that are read at a time."""

Ids = Collection[UUID]
Read = Callable[[Any, Ids, Sequence[Any]], Awaitable[dict[UUID, Any]]]
"""Of a table, the rows with these ids, with these columns only."""
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
    shown: Callable[[Read, Ids], Awaitable[Mapping[UUID, R]]]

    async def requested(self, session: AsyncSession, filters: Any) -> list[StatementFilter]:
        """The filters that are given."""
        provided = {name: getattr(filters, name) for name in self.filters if getattr(filters, name) is not None}
        conditions = [_filter(*self.filters[name], value) for name, value in provided.items()]
        if filters.search is not None:
            conditions.append(Where(await self.found(session, filters.search)))
        return conditions

    def order(self, ordering: str) -> list[StatementFilter]:
        """By a column and then by id, both in the same direction, so that one index serves either way."""
        column, is_down = self.orders[ordering.removeprefix("-")], ordering.startswith("-")
        return [OrderBy(name, "desc" if is_down else "asc") for name in (column, "id")]

    def sortable(self, ordering: str, *filters: StatementFilter) -> CTE:
        """What passes the filters, worked out once and in no order: ids, and what they are to be sorted by."""
        statement = self.ids(*filters).add_columns(getattr(self.model, self.orders[ordering.removeprefix("-")]))
        return statement.cte("found").prefix_with("MATERIALIZED")

    def sorted(self, found: CTE, ordering: str, part: LimitOffset) -> Select[Any]:
        """A page of the ids of something `sortable`."""
        statement: Select[Any] = select(found.c.id)
        for each in (*self.order(ordering), part):
            statement = each.append_to_statement(statement, found.c)  # type: ignore[arg-type]
        return statement

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
            requested = await self._kind.requested(session, filters)
            part = LimitOffset(limit, offset)
            few = self._kind.sortable(filters.ordering, *requested, LimitOffset(MAX_COUNTED + 1, 0))
            counted = select(func.count()).select_from(few).scalar_subquery()
            first = func.array(self._kind.sorted(few, filters.ordering, part).scalar_subquery(), type_=ARRAY(Uuid()))
            total, ids = (await session.execute(select(counted, first))).one()
            if total > MAX_COUNTED:
                total = max(total, await _estimate(session, self._kind.ids(*requested)))
                ids = await self._of_many(session, filters.ordering, requested, part)
            rows = await self._kind.shown(_with_repositories(session), ids)
            return NumberedPage(tuple(rows[each] for each in ids), total, is_estimated=total > MAX_COUNTED)

    async def matching(self, filters: Any, maximum: int) -> tuple[UUID, ...]:
        """See the port."""
        async with self._engine.for_page() as session:
            requested = await self._kind.requested(session, filters)
            whole = LimitOffset(maximum, 0)
            some = self._kind.sortable(filters.ordering, *requested, whole)
            return tuple((await session.scalars(self._kind.sorted(some, filters.ordering, whole))).all())

    async def _of_many(
        self, session: AsyncSession, ordering: str, requested: Sequence[StatementFilter], part: LimitOffset
    ) -> Sequence[UUID]:
        """The ids of a page, by walking through the index of the order; by sorting, if all that matches is far off."""
        if part.offset <= MAX_COUNTED:
            await session.execute(WALK_TIMEOUT)
        try:
            found = await session.scalars(self._kind.ids(*requested, *self._kind.order(ordering), part))
            return found.all()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != CANCELLED:
                raise
        finally:
            await session.rollback()
        everything = self._kind.sortable(ordering, *requested)
        return (await session.scalars(self._kind.sorted(everything, ordering, part))).all()

    async def batches(self, filters: Any) -> AsyncGenerator[tuple[R, ...], None]:
        """See the port."""
        async with self._engine.for_export() as session:
            requested = await self._kind.requested(session, filters)
            statement = self._kind.ids(*requested, *self._kind.order(filters.ordering))
            found = await session.stream_scalars(statement, execution_options={"yield_per": BATCH})
            async for ids in found.partitions():
                rows = await self._kind.shown(_with_statements(session), ids)
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
    # of a column without a type, or the plan would be read as what the column has
    untyped: Select[Any] = statement.with_only_columns(literal_column("1"), maintain_column_froms=True)
    (plan,) = (await session.execute(_Explained(untyped))).scalar_one()
    return int(plan["Plan"]["Plan Rows"])


def _filter(column: str, requested: str, value: Any) -> StatementFilter:
    if requested == "set":
        return NotNullFilter(column) if value else NullFilter(column)
    return ComparisonFilter(column, requested, value)


def _with_repositories(session: AsyncSession) -> Read:
    """By the library's repositories, which only ever read."""

    async def read(model: Any, ids: Ids, columns: Sequence[Any]) -> dict[UUID, Any]:
        kind: Any = type(f"{model.__name__}Repository", (SQLAlchemyAsyncRepository,), {"model_type": model})
        rows = await kind(session=session).get_many(CollectionFilter("id", list(ids)), load=[load_only(*columns)])
        return {row.id: row for row in rows}

    return read


def _with_statements(session: AsyncSession) -> Read:
    """The same for a million rows: objects that could be changed and saved cost several times what reading does."""

    async def read(model: Any, ids: Ids, columns: Sequence[Any]) -> dict[UUID, Any]:
        named = any_(literal(list(ids), ARRAY(Uuid())))
        distinct = {column.key: column for column in (model.id, *columns)}
        rows = await session.execute(select(*distinct.values()).where(model.id == named))
        return {row.id: row for row in rows}

    return read
