"""Session endpoints: the catalog, and a creator's own."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, delete, get, patch, post, put
from litestar.params import FromPath

from marketplace.core.domain.fields import WebAddress
from marketplace.core.domain.sessions import (
    Audience,
    CancellationNotice,
    Category,
    Description,
    Duration,
    Participants,
    Price,
    SessionStatus,
    Tags,
    Title,
)
from marketplace.core.domain.users import TimeZone
from marketplace.core.errors import (
    CreatorUnavailable,
    HasUpcomingBookings,
    NotACreator,
    NotFound,
    NotSignedIn,
    NotYours,
)
from marketplace.core.services.sessions import SessionService
from marketplace.http.api.catalog import CatalogQuery, FacetsOut, FacetsQuery, filters_of, ordering_of, validate_query
from marketplace.http.api.users import PublicUserOut
from marketplace.http.idempotency import answer, key_of, validate_key
from marketplace.http.pagination import LINK, Cursors
from marketplace.http.security.authorization import Access, creator_of, opt, optional_principal_of, principal_of
from marketplace.http.validation.parsing import ParsedBody, read_body, read_query


class SessionIn(msgspec.Struct, kw_only=True):
    """A session's details."""

    title: Title
    description: Description
    duration: Duration
    price: Price
    max_participants: Participants = 1
    image_url: WebAddress = None
    status: SessionStatus = "active"
    category: Category = None
    tags: Tags = ()
    requires_confirmation: bool = False
    cancellation_notice: CancellationNotice = 0
    audience: Audience = ""


class ModerationOut(msgspec.Struct):
    """When and why staff hid a session. The creator sees the reason."""

    hidden_at: datetime
    reason: str


class SessionBaseOut(msgspec.Struct, rename={"creator_id": "creator"}):
    """Fields of a session that everyone who can see it gets.

    `time_zone` is its schedule's; where it has none, its creator's. The front page shows it since `featured_at`.
    """

    id: UUID
    creator_id: UUID
    creator_details: PublicUserOut
    title: Title
    description: Description
    duration: Duration
    price: Price
    max_participants: Participants
    image_url: WebAddress
    status: SessionStatus
    category: Category
    tags: Tags
    requires_confirmation: bool
    cancellation_notice: CancellationNotice
    audience: Audience
    is_open: bool
    time_zone: TimeZone
    created_at: datetime
    featured_at: datetime | None


class NextSlotOut(msgspec.Struct):
    """A start that can be booked."""

    starts_at: datetime
    ends_at: datetime
    capacity: int
    seats_left: int


class SessionOut(SessionBaseOut, rename={"creator_id": "creator"}):
    """A session. `next_slot` is the first start that can be booked now; an open session has none.

    `moderation` is set on hidden sessions, which only their creator and staff can see.
    """

    next_slot: NextSlotOut | None
    moderation: ModerationOut | None


class SessionController(Controller):
    """Sessions."""

    path = "/api/sessions"
    tags = ["sessions"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/",
        operation_id="list_sessions",
        summary="Search the catalog",
        opt=opt(Access.ANYONE, query=CatalogQuery, errors=(NotSignedIn, NotACreator), headers=LINK),
    )
    async def list_sessions(
        self, request: Request[Any, Any, Any], sessions: FromDishka[SessionService], cursors: FromDishka[Cursors]
    ) -> Response[list[SessionOut]]:
        """Active sessions, newest first or by `ordering`. With `featured=true`, the most recently featured come first.

        `my_sessions=true` lists all of a creator's own sessions, including inactive ones, newest first and unfiltered.
        """
        asks_own = request.query_params.get("my_sessions", "").lower() == "true"
        creator = await creator_of(request) if asks_own else None
        parsed = read_query(request, CatalogQuery)
        query = parsed.checked(validate_query(parsed.values), cursors.validate(request, parsed.values))
        position = cursors.open(request, query.cursor)
        if creator is not None:
            page = await sessions.list_own(creator, query.limit, position)
        else:
            page = await sessions.list(filters_of(query, ordering_of(query)), query.limit, position)
        return cursors.answer(request, page, SessionOut)

    @get(
        "/facets",
        operation_id="count_sessions",
        summary="Count the catalog by category, tag and price",
        opt=opt(Access.ANYONE, query=FacetsQuery),
    )
    async def facets(self, request: Request[Any, Any, Any], sessions: FromDishka[SessionService]) -> FacetsOut:
        """Counts for the same filters as the list, up to 30 seconds old."""
        parsed = read_query(request, FacetsQuery)
        query = parsed.checked(validate_query(parsed.values))
        facets = await sessions.facets(filters_of(query, "-created_at"))
        return msgspec.convert(facets, FacetsOut, from_attributes=True)

    @post(
        "/",
        operation_id="create_session",
        summary="Create a session",
        opt=opt(Access.CREATOR, body=SessionIn, is_keyed=True),
    )
    async def create(
        self, request: Request[Any, Any, Any], sessions: FromDishka[SessionService]
    ) -> Response[SessionOut]:
        """For creators only."""
        parsed = await read_body(request, SessionIn)
        data = parsed.checked(sessions.validate(parsed.values), validate_key(request))
        changes = msgspec.structs.asdict(data)
        return answer(await sessions.create(principal_of(request), changes, key=key_of(request, parsed)), SessionOut)

    @get(
        "/{session_id:uuid}",
        operation_id="get_session",
        summary="Get a session",
        opt=opt(Access.ANYONE, errors=(NotFound,)),
    )
    async def retrieve(
        self, request: Request[Any, Any, Any], session_id: FromPath[UUID], sessions: FromDishka[SessionService]
    ) -> SessionOut:
        """An inactive session is visible to its creator and staff only."""
        found = await sessions.get(session_id, optional_principal_of(request))
        return msgspec.convert(found, SessionOut, from_attributes=True)

    @put(
        "/{session_id:uuid}",
        operation_id="replace_session",
        summary="Update a session",
        opt=opt(Access.CREATOR, body=SessionIn, errors=(NotFound, NotYours, HasUpcomingBookings, CreatorUnavailable)),
    )
    async def replace(
        self, request: Request[Any, Any, Any], session_id: FromPath[UUID], sessions: FromDishka[SessionService]
    ) -> SessionOut:
        """For its creator only. Optional fields you don't send stay as they are."""
        parsed = await read_body(request, SessionIn)
        return await self._change(request, session_id, sessions, parsed)

    @patch(
        "/{session_id:uuid}",
        operation_id="change_session",
        summary="Update parts of a session",
        opt=opt(
            Access.CREATOR,
            body=SessionIn,
            is_partial=True,
            errors=(NotFound, NotYours, HasUpcomingBookings, CreatorUnavailable),
        ),
    )
    async def change(
        self, request: Request[Any, Any, Any], session_id: FromPath[UUID], sessions: FromDishka[SessionService]
    ) -> SessionOut:
        """For its creator only. Fields you don't send stay as they are. A new capacity applies to upcoming times."""
        parsed = await read_body(request, SessionIn, partial=True)
        return await self._change(request, session_id, sessions, parsed)

    @delete(
        "/{session_id:uuid}",
        operation_id="archive_session",
        summary="Archive a session",
        opt=opt(Access.CREATOR, errors=(NotFound, NotYours, HasUpcomingBookings)),
    )
    async def archive(
        self, request: Request[Any, Any, Any], session_id: FromPath[UUID], sessions: FromDishka[SessionService]
    ) -> None:
        """For its creator only. Existing bookings are kept and still show the session."""
        await sessions.archive(principal_of(request), session_id)

    async def _change(
        self, request: Request[Any, Any, Any], session_id: UUID, sessions: SessionService, parsed: ParsedBody[SessionIn]
    ) -> SessionOut:
        changes = parsed.changes(sessions.validate(parsed.values))
        changed = await sessions.change(principal_of(request), session_id, changes)
        return msgspec.convert(changed, SessionOut, from_attributes=True)
