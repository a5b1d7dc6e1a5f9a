"""Export endpoints: lists as streamed files."""

from collections.abc import AsyncGenerator, Iterable
from typing import Any

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, get
from litestar.response import Stream

from marketplace.core.domain.admin_lists import (
    Filters,
    ListedAuditFilters,
    ListedBookingFilters,
    ListedSessionFilters,
    ListedUserFilters,
    ListName,
)
from marketplace.core.domain.exports import ExportFormat, validate_columns
from marketplace.core.errors import ExportTooLarge, Overloaded, RateLimited
from marketplace.core.ports.system import Clock
from marketplace.core.services.admin.lists import AdminListService
from marketplace.http.api.admin.list_fields import (
    AuditExportQuery,
    BookingExportQuery,
    SessionExportQuery,
    UserExportQuery,
)
from marketplace.http.api.admin.lists import as_filters
from marketplace.http.heavy_work import with_turn_of_export
from marketplace.http.problems import SAFE_HEADERS
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.validation.parsing import read_query, read_values, wire_names

MEDIA_TYPES: dict[ExportFormat, str] = {
    "csv": "text/csv",
    "jsonl": "application/jsonl",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ATTACHMENT = {"Content-Disposition": "`attachment`, with a file name."}
QUERIES: dict[ListName, tuple[type[msgspec.Struct], type[Filters]]] = {
    "users": (UserExportQuery, ListedUserFilters),
    "sessions": (SessionExportQuery, ListedSessionFilters),
    "bookings": (BookingExportQuery, ListedBookingFilters),
    "audit": (AuditExportQuery, ListedAuditFilters),
}
"""Query struct and filters of each export."""
EXPORT_DESCRIPTION = """
All matches, in the list's order, however long it takes; 409 if they are more than the operator allows in one file.
The audit log records the export.

`csv` has a byte order mark and quotes all text; text that a spreadsheet would evaluate as a formula is prefixed with an
apostrophe. In `xlsx`, times are dates in UTC, as their headers say, and no text is changed.
"""


def read_export(name: ListName, requested: Iterable[tuple[str, str]]) -> tuple[Filters, tuple[str, ...] | None]:
    """Read the filters and columns (`None` for all) of an export from name-value pairs.

    Raises `Invalid`, also for unknown names: on the command line, a misspelled filter must not export everything.
    """
    kind, filters = QUERIES[name]
    values = dict(requested)
    known = wire_names(kind) - {"format"}
    unknown = {each: [f"Choose one of: {', '.join(sorted(known))}."] for each in values if each not in known}
    parsed = read_values(kind, values, partial=True, from_text=True)
    query: Any = parsed.checked(validate_columns(name, parsed.values.get("columns")), unknown)
    return as_filters(filters, query), query.columns


def _file(name: ListName, summary: str) -> Any:
    kind, filters = QUERIES[name]

    async def export(
        self: Controller, request: Request[Any, Any, Any], lists: FromDishka[AdminListService], clock: FromDishka[Clock]
    ) -> Stream:
        _ = self
        parsed = read_query(request, kind)
        query: Any = parsed.checked(validate_columns(name, parsed.values.get("columns")))
        parts = await lists.export(principal_of(request), as_filters(filters, query), query.format, query.columns)
        moment = f"{clock.now():%Y-%m-%d-%H%M%S}"
        return Stream(
            _closing(parts),
            media_type=MEDIA_TYPES[query.format],
            headers={
                **SAFE_HEADERS,
                "Content-Disposition": f'attachment; filename="{name}-{moment}.{query.format}"',
                "X-Accel-Buffering": "no",
            },
        )

    # the OpenAPI document orders routes by qualified name
    export.__qualname__ = f"export_{name}"
    route = get(
        f"/{name}/export",
        operation_id=f"admin_export_{name}",
        summary=summary,
        description=EXPORT_DESCRIPTION.strip(),
        opt=opt(
            Access.STAFF,
            query=kind,
            errors=(Overloaded, RateLimited, ExportTooLarge),
            headers=ATTACHMENT,
            files=tuple(MEDIA_TYPES.values()),
        ),
        middleware=[with_turn_of_export],
    )
    return route(export)


async def _closing(parts: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    # a client that disconnects cancels this, and with it the query
    try:
        async for part in parts:
            yield part
    finally:
        await parts.aclose()


class ExportController(Controller):
    """Exports."""

    path = "/api/admin"
    tags = ["administration"]  # noqa: RUF012 - Litestar reads a plain list

    users = _file("users", "Export accounts")
    sessions = _file("sessions", "Export sessions")
    bookings = _file("bookings", "Export bookings")
    audit = _file("audit", "Export audit log entries")
