"""Favourites: the sessions that a person keeps."""

from typing import Any
from uuid import UUID

from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, delete, get, put
from litestar.params import FromPath

from marketplace.core.domain.pages import Page
from marketplace.core.errors import NotFound, TooManyFavourites
from marketplace.core.services.favourites import FavouriteService
from marketplace.http.api.offsets import ViewerZone, zone_or_profile
from marketplace.http.api.sessions import SessionOut, session_out
from marketplace.http.pagination import LINK, Cursors, PageQuery
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.validation.parsing import read_nothing, read_query


class FavouritesQuery(PageQuery, kw_only=True):
    """Page of the favourites, and the viewer's time zone."""

    time_zone: ViewerZone | None = None


class FavouriteController(Controller):
    """Favourites."""

    path = "/api/favourites"
    tags = ["favourites"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/",
        operation_id="list_favourites",
        summary="List your favourites",
        opt=opt(Access.SIGNED_IN, scope="read", query=FavouritesQuery, headers=LINK),
    )
    async def list_favourites(
        self, request: Request[Any, Any, Any], favourites: FromDishka[FavouriteService], cursors: FromDishka[Cursors]
    ) -> Response[list[SessionOut]]:
        """Most recently added first. Sessions that the catalog no longer lists are left out."""
        parsed = read_query(request, FavouritesQuery)
        query = parsed.checked(cursors.validate(request, parsed.values))
        position, zone = cursors.open(request, query.cursor), zone_or_profile(request, query.time_zone)
        page = await favourites.list_own(principal_of(request), query.limit, position)
        shown = tuple(session_out(each, zone) for each in page.items)
        return cursors.answer(request, Page(shown, page.next)).response()

    @get(
        "/ids",
        operation_id="list_favourite_ids",
        summary="List the IDs of your favourites",
        opt=opt(Access.SIGNED_IN, scope="read"),
    )
    async def list_ids(self, request: Request[Any, Any, Any], favourites: FromDishka[FavouriteService]) -> list[UUID]:
        """All at once, most recently added first, including sessions that the catalog no longer lists."""
        return [*await favourites.ids(principal_of(request))]

    @put(
        "/{session_id:uuid}",
        status_code=204,
        operation_id="add_favourite",
        summary="Add a favourite",
        opt=opt(Access.SIGNED_IN, scope="profile:write", errors=(NotFound, TooManyFavourites)),
    )
    async def add(
        self, request: Request[Any, Any, Any], session_id: FromPath[UUID], favourites: FromDishka[FavouriteService]
    ) -> None:
        """Any session that you can see, up to 500. If it is one already, nothing changes."""
        await read_nothing(request)
        await favourites.add(principal_of(request), session_id)

    @delete(
        "/{session_id:uuid}",
        operation_id="remove_favourite",
        summary="Remove a favourite",
        opt=opt(Access.SIGNED_IN, scope="profile:write", errors=(NotFound,)),
    )
    async def remove(
        self, request: Request[Any, Any, Any], session_id: FromPath[UUID], favourites: FromDishka[FavouriteService]
    ) -> None:
        """If it isn't one, nothing changes."""
        await favourites.remove(principal_of(request), session_id)
