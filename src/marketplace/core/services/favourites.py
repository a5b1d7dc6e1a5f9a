"""Favourites of a person."""

from uuid import UUID

from marketplace.core.domain.availability import CatalogSession
from marketplace.core.domain.favourites import MAX_FAVOURITES, Favourite
from marketplace.core.domain.pages import Page
from marketplace.core.domain.principals import Principal
from marketplace.core.errors import NotFound
from marketplace.core.ports.favourites import FavouriteLists
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.retries import with_retries
from marketplace.core.services.rights import acquire_principal
from marketplace.core.services.visibility import require_visible


class FavouriteService:
    """Favourites."""

    def __init__(self, *, unit_of_work: UnitOfWork, lists: FavouriteLists, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._lists = lists
        self._clock = clock

    async def ids(self, principal: Principal) -> tuple[UUID, ...]:
        """Return the IDs of the sessions that the principal keeps, newest first, listed or not."""
        return await self._lists.ids(principal.user_id)

    async def list_own(self, principal: Principal, limit: int, after: str | None) -> Page[CatalogSession]:
        """Return a page of the listed sessions that the principal keeps, most recently added first."""
        page = await self._lists.of_user(principal.user_id, limit, after, self._clock.now())
        return page.with_items(tuple(session.seen_by(None) for session in page.items))

    async def add(self, principal: Principal, session_id: UUID) -> None:
        """Keep a session. Idempotent. Raises `NotFound` if the principal cannot see it, `TooManyFavourites`."""

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                await _require_visible(tx, principal, session_id)
                now = self._clock.now()
                favourite = Favourite(user_id=principal.user_id, session_id=session_id, created_at=now)
                await tx.favourites.add(favourite, MAX_FAVOURITES)

        await with_retries(operation)

    async def remove(self, principal: Principal, session_id: UUID) -> None:
        """Stop keeping a session, also one that is no longer visible. Idempotent. Raises `NotFound` as `add`."""

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                if not await tx.favourites.remove(principal.user_id, session_id):
                    await _require_visible(tx, principal, session_id)

        await with_retries(operation)


async def _require_visible(tx: Transaction, principal: Principal, session_id: UUID) -> None:
    session = await tx.sessions.find(session_id)
    if session is None:
        raise NotFound
    await require_visible(session, await acquire_principal(tx, principal), tx.bookings)
