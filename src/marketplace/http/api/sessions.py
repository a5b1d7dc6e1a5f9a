"""Session endpoints: the catalog, and a creator's own."""

from typing import Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, delete, get, patch, post, put
from litestar.params import FromPath
from msgspec import UNSET, UnsetType

from marketplace.core.domain.availability import CatalogSession
from marketplace.core.domain.catalog import CatalogFilters, SessionVersion
from marketplace.core.domain.pages import Page
from marketplace.core.errors import (
    AddressesMissing,
    CreatorUnavailable,
    EmailUnverified,
    HasUpcomingBookings,
    NotACreator,
    NotFound,
    NotSignedIn,
    NotYours,
    Overloaded,
    RateLimited,
    TooManySessions,
)
from marketplace.core.services.idempotency import Outcome
from marketplace.core.services.personal_limits import PersonalCounts
from marketplace.core.services.sessions import SessionService
from marketplace.http.answers import Answer, Ask, first_parameter, json_answer
from marketplace.http.api.catalog import (
    CatalogQuery,
    FacetsOut,
    FacetsQuery,
    count_sessions,
    filters_of,
    ordering_of,
    validate_query,
)
from marketplace.http.api.next_slots import FirstSlots, NextSlotOut, next_slot_out
from marketplace.http.api.offsets import ViewerQuery, viewer_zone_of, zone_or_profile
from marketplace.http.api.session_fragments import encoded_page
from marketplace.http.api.session_structs import ModerationOut, SessionBaseOut, SessionIn
from marketplace.http.conversions import converted
from marketplace.http.heavy_work import HeavyWork
from marketplace.http.idempotency import answer, key_of, validate_key
from marketplace.http.kept import KeptAnswers, PublicAnswer
from marketplace.http.pagination import BOUNDED, SEARCHED, Cursors
from marketplace.http.public_answers import ETAG, public_answer
from marketplace.http.security.authorization import Access, creator_of, opt, optional_principal_of, principal_of
from marketplace.http.security.rate_limits import searcher_of
from marketplace.http.validation.parsing import ParsedBody, read_body, read_query

CHANGE_ERRORS = (NotFound, NotYours, EmailUnverified, HasUpcomingBookings, CreatorUnavailable, AddressesMissing)


class SessionOut(SessionBaseOut, rename={"creator_id": "creator"}):
    """A session. `next_slot` is the first start that can be booked now; an open session has none.

    `first_slot` is the first one from `available_from` to `available_to`, in a list with one of these.

    `moderation` is set on hidden sessions, which only their creator and staff can see.
    """

    next_slot: NextSlotOut | None
    moderation: ModerationOut | None
    first_slot: NextSlotOut | UnsetType | None = UNSET


def session_out(
    session: CatalogSession, viewer_zone: str | None = None, starts: FirstSlots | None = None
) -> SessionOut:
    """Convert a session for a viewer in this zone, in a list with a window with its first start there."""
    slot = session.next_slot and next_slot_out(session.next_slot, viewer_zone)
    if starts is None:
        return converted(session, SessionOut, {"next_slot": slot})
    first = starts.get(session.id)
    first_slot = None if first is None else next_slot_out(first, viewer_zone)
    return converted(session, SessionOut, {"next_slot": slot, "first_slot": first_slot})


async def list_sessions(
    ask: Ask, sessions: SessionService, cursors: Cursors, kept: KeptAnswers, counts: PersonalCounts
) -> Answer:
    """Answer with a page of the catalog, or of a creator's own sessions."""

    async def read() -> PublicAnswer:
        return PublicAnswer(await _page(ask, sessions, cursors, kept, counts), may_lag=True)

    common = None if _asks_own(ask) else zone_or_profile(ask, None) or "anyone"
    return await public_answer(ask, kept, read, common=common)


def _asks_own(ask: Ask) -> bool:
    return first_parameter(ask, "my_sessions").lower() == "true"


async def _page(
    ask: Ask, sessions: SessionService, cursors: Cursors, kept: KeptAnswers, counts: PersonalCounts
) -> Answer:
    creator = await creator_of(ask) if _asks_own(ask) else None
    parsed = read_query(ask, CatalogQuery)
    query = parsed.checked(validate_query(parsed.values), cursors.validate(ask, parsed.values))
    position, zone = cursors.open(ask, query.cursor), zone_or_profile(ask, query.time_zone)
    filters = filters_of(query, ordering_of(query))
    if creator is None and filters.words:
        await counts.search(*searcher_of(ask))
    # readers in other time zones read the same page
    key = kept.is_on, filters, query.limit, position
    if creator is None and kept.is_on:
        versions = await kept.pages.get(key, lambda: sessions.page(filters, query.limit, position))
        starts = await _first_slots(versions, filters, sessions)
        return cursors.answer(ask, await encoded_page(versions, sessions, kept.fragments, session_out, zone, starts))
    if creator is not None:
        page = await sessions.list_own(creator, query.limit, position)
    else:
        page = await kept.pages.get(key, lambda: sessions.list(filters, query.limit, position))
    starts = None if creator is not None else await _first_slots(page, filters, sessions)
    return cursors.answer(ask, page.with_items(tuple(session_out(each, zone, starts) for each in page.items)))


async def _first_slots(
    page: Page[CatalogSession] | Page[SessionVersion], filters: CatalogFilters, sessions: SessionService
) -> FirstSlots | None:
    """Return the first starts in the window that a list of the catalog asks for, if it does."""
    if not filters.requires_availability():
        return None
    return await sessions.first_slots([each.id for each in page.items], filters)


async def get_session(ask: Ask, session_id: UUID, sessions: SessionService, kept: KeptAnswers) -> Answer:
    """Answer with one session."""

    async def read() -> PublicAnswer:
        zone = viewer_zone_of(ask)
        session = await sessions.get(session_id, optional_principal_of(ask))
        return PublicAnswer(json_answer(session_out(session, zone)), session.creator_id)

    return await public_answer(ask, kept, read)


class SessionController(Controller):
    """Sessions."""

    path = "/api/sessions"
    tags = ["sessions"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/",
        operation_id="list_sessions",
        summary="Search the catalog",
        opt=opt(
            Access.ANYONE,
            scope="read",
            query=CatalogQuery,
            errors=(NotSignedIn, NotACreator, RateLimited),
            headers=BOUNDED | SEARCHED | ETAG,
        ),
    )
    async def list_sessions(
        self,
        request: Request[Any, Any, Any],
        sessions: FromDishka[SessionService],
        cursors: FromDishka[Cursors],
        kept: FromDishka[KeptAnswers],
        counts: FromDishka[PersonalCounts],
    ) -> Response[list[SessionOut]]:
        """Active sessions, newest first or by `ordering`. With `featured=true`, the most recently featured come first.

        `my_sessions=true` lists all of a creator's own sessions, including inactive ones, newest first and unfiltered.
        """
        return (await list_sessions(Ask(request.scope), sessions, cursors, kept, counts)).response()

    @get(
        "/facets",
        operation_id="count_sessions",
        summary="Count the catalog by category, tag and price",
        opt=opt(Access.ANYONE, scope="read", query=FacetsQuery, errors=(Overloaded, RateLimited), headers=ETAG),
    )
    async def facets(
        self,
        request: Request[Any, Any, Any],
        sessions: FromDishka[SessionService],
        kept: FromDishka[KeptAnswers],
        heavy: FromDishka[HeavyWork],
        counts: FromDishka[PersonalCounts],
    ) -> Response[FacetsOut]:
        """Takes the filters of the list."""
        return (await count_sessions(Ask(request.scope), sessions, kept, heavy, counts)).response()

    @post(
        "/",
        operation_id="create_session",
        summary="Create a session",
        opt=opt(
            Access.CREATOR,
            scope="sessions:write",
            body=SessionIn,
            is_keyed=True,
            errors=(EmailUnverified, TooManySessions),
        ),
    )
    async def create(
        self, request: Request[Any, Any, Any], sessions: FromDishka[SessionService]
    ) -> Response[SessionOut]:
        """For creators only."""
        parsed = await read_body(request, SessionIn)
        data = parsed.checked(sessions.validate(parsed.values), validate_key(request))
        changes = msgspec.structs.asdict(data)
        principal = principal_of(request)
        created = await sessions.create(principal, changes, key=key_of(request, parsed))
        shown = session_out(created.resource, principal.time_zone)
        return answer(Outcome(shown, is_replay=created.is_replay), SessionOut)

    @get(
        "/{session_id:uuid}",
        operation_id="get_session",
        summary="Get a session",
        opt=opt(Access.ANYONE, scope="read", query=ViewerQuery, errors=(NotFound,), headers=ETAG),
    )
    async def retrieve(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        sessions: FromDishka[SessionService],
        kept: FromDishka[KeptAnswers],
    ) -> Response[SessionOut]:
        """An inactive session is visible only to its creator, staff, and holders of a booking that is not cancelled."""
        return (await get_session(Ask(request.scope), session_id, sessions, kept)).response()

    @put(
        "/{session_id:uuid}",
        operation_id="replace_session",
        summary="Update a session",
        opt=opt(Access.CREATOR, scope="sessions:write", body=SessionIn, errors=CHANGE_ERRORS),
    )
    async def replace(
        self, request: Request[Any, Any, Any], session_id: FromPath[UUID], sessions: FromDishka[SessionService]
    ) -> SessionOut:
        """For its creator only. Optional fields you don't send stay as they are. Bookings keep their `terms`."""
        parsed = await read_body(request, SessionIn)
        return await self._change(request, session_id, sessions, parsed)

    @patch(
        "/{session_id:uuid}",
        operation_id="change_session",
        summary="Update parts of a session",
        opt=opt(
            Access.CREATOR,
            scope="sessions:write",
            body=SessionIn,
            is_partial=True,
            errors=CHANGE_ERRORS,
        ),
    )
    async def change(
        self, request: Request[Any, Any, Any], session_id: FromPath[UUID], sessions: FromDishka[SessionService]
    ) -> SessionOut:
        """For its creator only. Fields you don't send stay as they are.

        A new capacity applies to upcoming times; bookings keep their `terms`.
        """
        parsed = await read_body(request, SessionIn, partial=True)
        return await self._change(request, session_id, sessions, parsed)

    @delete(
        "/{session_id:uuid}",
        operation_id="archive_session",
        summary="Archive a session",
        opt=opt(Access.CREATOR, scope="sessions:write", errors=(NotFound, NotYours, HasUpcomingBookings)),
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
        principal = principal_of(request)
        return session_out(await sessions.change(principal, session_id, changes), principal.time_zone)
