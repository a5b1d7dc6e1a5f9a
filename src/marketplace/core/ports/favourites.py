"""Reading and writing favourites."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.availability import CatalogSession
from marketplace.core.domain.favourites import Favourite
from marketplace.core.domain.pages import Page


class FavouriteLists(Protocol):
    """Reads of a person's favourites, outside a transaction. They cost what the person keeps, which is bounded."""

    async def ids(self, user_id: UUID) -> tuple[UUID, ...]:
        """Return the IDs of all sessions kept, newest first, listed or not. One statement."""
        ...

    async def of_user(self, user_id: UUID, limit: int, after: str | None, now: datetime) -> Page[CatalogSession]:
        """Return a page of the sessions that were kept last, paged by keyset; ties by ID, descending.

        Only those that are listed, in the sense of `Catalog`; another one returns to its place when it is listed again.
        One statement, and one for the next slots.
        """
        ...


class Favourites(Protocol):
    """Favourites within a transaction."""

    async def add(self, favourite: Favourite, maximum: int) -> None:
        """Keep a session, unless it is kept already; then its time stays. Forgets archived sessions of the person.

        Callers for the same person wait for each other. Raises `TooManyFavourites` if the person keeps `maximum`.
        """
        ...

    async def remove(self, user_id: UUID, session_id: UUID) -> bool:
        """Stop keeping a session. Return whether it was kept."""
        ...
