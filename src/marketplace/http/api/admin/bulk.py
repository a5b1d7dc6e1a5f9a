"""Bulk action endpoints."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath
from msgspec import Meta

from marketplace.core.domain.admin_lists import ListedBookingFilters, ListedSessionFilters, ListedUserFilters
from marketplace.core.domain.bulk import BulkAction, BulkKind, BulkOutcome, BulkState
from marketplace.core.domain.fields import StaffReason
from marketplace.core.errors import IllegalTransition, Invalid, NotFound
from marketplace.core.services.admin.bulk import BulkFilters, BulkOrder, BulkService, validate_order
from marketplace.http.api.admin.bulk_fields import ActionWord, Ids, KindWord, ListFilters, Preview
from marketplace.http.api.admin.list_fields import BookingFilterQuery, SessionFilterQuery, UserFilterQuery
from marketplace.http.api.admin.lists import as_filters
from marketplace.http.api.admin.pages import TOTAL, NumberedPageQuery, numbered
from marketplace.http.api.users import PublicUserOut
from marketplace.http.idempotency import answer, key_of, validate_key
from marketplace.http.problems import ErrorCode
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.validation.parsing import ParsedBody, read_body, read_nothing, read_query, read_values, wire_names

FILTERS: dict[BulkKind, tuple[type[msgspec.Struct], type[BulkFilters]]] = {
    "users": (UserFilterQuery, ListedUserFilters),
    "sessions": (SessionFilterQuery, ListedSessionFilters),
    "bookings": (BookingFilterQuery, ListedBookingFilters),
}


class BulkPreviewIn(msgspec.Struct, kw_only=True):
    """An action on selected rows or on all matches."""

    kind: KindWord
    action: ActionWord
    ids: Ids = ()
    filters: ListFilters = {}


class BulkIn(BulkPreviewIn, kw_only=True):
    """The rows, the action and a reason."""

    reason: StaffReason
    preview: Preview = None


class BulkExampleOut(msgspec.Struct):
    """The outcome for one row. `code` and `detail` say why it would be skipped."""

    id: UUID
    label: str
    outcome: BulkOutcome
    code: ErrorCode | None
    detail: str | None


class BulkPreviewOut(msgspec.Struct, rename={"agreed_id": "preview"}):
    """What a bulk action would do right now."""

    agreed_id: Annotated[
        UUID | None, Meta(description="Send it to start the action on these rows; `null` for selected `ids`.")
    ]
    matching: int
    will_change: int
    will_skip: int
    seats_affected: Annotated[
        int,
        Meta(
            description=(
                "Seats of the rows that will change: seats of these bookings, or booked seats at "
                "upcoming starts. The latter are kept, except with `deactivate_and_cancel`."
            )
        ),
    ]
    examples: Annotated[list[BulkExampleOut], Meta(description="The first ten rows of each outcome.")]


class BulkRunOut(msgspec.Struct, rename={"staff_details": "staff"}):
    """A bulk action, running or ended. If it `failed`, it was stopped early and `detail` says why."""

    id: UUID
    kind: BulkKind
    action: BulkAction
    state: BulkState
    total: int
    done: int
    changed: int
    refused: int
    reason: str
    detail: str
    staff_details: PublicUserOut
    created_at: datetime
    finished_at: datetime | None


class BulkRefusalOut(msgspec.Struct):
    """A skipped row, with its name at the time and the reason."""

    id: UUID
    label: str
    code: ErrorCode
    detail: str


class BulkController(Controller):
    """Bulk actions."""

    path = "/api/admin/bulk"
    tags = ["administration"]  # noqa: RUF012 - Litestar reads a plain list

    @post(
        "/preview",
        status_code=200,
        operation_id="admin_preview_bulk",
        summary="Preview a bulk action",
        opt=opt(Access.STAFF, body=BulkPreviewIn),
    )
    async def preview(self, request: Request[Any, Any, Any], bulk: FromDishka[BulkService]) -> BulkPreviewOut:
        """Applies each row's rules without changing any. Keeps the rows that match `filters` for an hour."""
        parsed = await read_body(request, BulkPreviewIn)
        data = parsed.checked(_validate_order(parsed))
        found = await bulk.preview(principal_of(request), _order(data))
        return msgspec.convert(found, BulkPreviewOut, from_attributes=True)

    @post(
        "/",
        status_code=202,
        operation_id="admin_begin_bulk",
        summary="Start a bulk action",
        opt=opt(Access.STAFF, body=BulkIn, is_keyed=True),
    )
    async def begin(self, request: Request[Any, Any, Any], bulk: FromDishka[BulkService]) -> Response[BulkRunOut]:
        """Runs in the background, row by row, with the rules of the single action.

        A refused row doesn't stop it; `report/` lists it with the reason, as it does for previewed rows that no longer
        match. It ends with the login that started it, and if its person is no longer staff.
        """
        parsed = await read_body(request, BulkIn)
        data, key = parsed.checked(validate_key(request), _validate_order(parsed)), key_of(request, parsed)
        started = await bulk.begin(principal_of(request), _order(data), data.reason, agreed_id=data.preview, key=key)
        return answer(started, BulkRunOut)

    @get(
        "/",
        operation_id="admin_list_bulk",
        summary="List bulk actions",
        opt=opt(Access.STAFF, query=NumberedPageQuery, headers=TOTAL),
    )
    async def newest(
        self, request: Request[Any, Any, Any], bulk: FromDishka[BulkService]
    ) -> Response[list[BulkRunOut]]:
        """Newest first, from all staff."""
        query = read_query(request, NumberedPageQuery).checked()
        found, total = await bulk.newest(query.limit, query.offset)
        return numbered(found, total, BulkRunOut)

    @get(
        "/{run_id:uuid}",
        operation_id="admin_get_bulk",
        summary="Get a bulk action",
        opt=opt(Access.STAFF, errors=(NotFound,)),
    )
    async def retrieve(self, run_id: FromPath[UUID], bulk: FromDishka[BulkService]) -> BulkRunOut:
        """With its progress."""
        return msgspec.convert(await bulk.get(run_id), BulkRunOut, from_attributes=True)

    @get(
        "/{run_id:uuid}/report",
        operation_id="admin_get_bulk_report",
        summary="List the rows a bulk action skipped",
        opt=opt(Access.STAFF, query=NumberedPageQuery, headers=TOTAL, errors=(NotFound,)),
    )
    async def report(
        self, request: Request[Any, Any, Any], run_id: FromPath[UUID], bulk: FromDishka[BulkService]
    ) -> Response[list[BulkRefusalOut]]:
        """In the order processed, with the reason."""
        query = read_query(request, NumberedPageQuery).checked()
        found, total = await bulk.refusals(run_id, query.limit, query.offset)
        return numbered(found, total, BulkRefusalOut)

    @post(
        "/{run_id:uuid}/cancel",
        status_code=200,
        operation_id="admin_cancel_bulk",
        summary="Stop a bulk action",
        opt=opt(Access.STAFF, errors=(NotFound, IllegalTransition)),
    )
    async def cancel(
        self, request: Request[Any, Any, Any], run_id: FromPath[UUID], bulk: FromDishka[BulkService]
    ) -> BulkRunOut:
        """Changes already made are kept; the remaining rows stay as they are."""
        await read_nothing(request)
        return msgspec.convert(await bulk.cancel(principal_of(request), run_id), BulkRunOut, from_attributes=True)


def _validate_order(parsed: ParsedBody[Any]) -> Mapping[str, list[str]]:
    provided, errors = parsed.values, dict[str, list[str]]()
    if parsed.is_valid and ("ids" in provided) == ("filters" in provided):
        errors["ids"] = ["Send either `ids` or `filters`."]
    if provided.get("preview") is not None and "ids" in provided:
        errors["preview"] = ["Send this only with `filters`."]
    if "kind" in provided and "action" in provided:
        errors |= {name: list(found) for name, found in validate_order(provided["kind"], provided["action"]).items()}
    if "kind" in provided and "filters" in provided:
        filter_errors = _validate_filters(provided["kind"], provided["filters"])
        errors |= {"filters": filter_errors} if filter_errors else {}
    return errors


def _validate_filters(kind: BulkKind, provided: Mapping[str, str]) -> list[str]:
    query, _ = FILTERS[kind]
    # query strings ignore unknown parameters; here a misspelled filter would match everything
    names = wire_names(query)
    unknown = [f"{name}: unknown filter for {kind}." for name in provided if name not in names]
    try:
        _read_filters(kind, provided)
    except Invalid as error:
        return unknown + [f"{name}: {sentence}" for name, found in error.errors.items() for sentence in found]
    return unknown


def _read_filters(kind: BulkKind, provided: Mapping[str, str]) -> BulkFilters:
    query, filters = FILTERS[kind]
    read = read_values(query, provided, partial=True, from_text=True).checked()
    chosen: BulkFilters = as_filters(filters, read)
    return chosen


def _order(data: BulkPreviewIn) -> BulkOrder:
    rows = data.ids or _read_filters(data.kind, data.filters)
    return BulkOrder(kind=data.kind, action=data.action, rows=rows)
