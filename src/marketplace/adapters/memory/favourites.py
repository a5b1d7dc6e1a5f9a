"""Favourites."""

import asyncio
import json
from datetime import datetime
from uuid import UUID

from marketplace.adapters.memory.catalog import MemoryCatalog
from marketplace.adapters.memory.database import MemoryDatabase, Rows
from marketplace.adapters.memory.pages import Moment, moment_from, moment_text, page_of
from marketplace.core.domain.availability import CatalogSession
from marketplace.core.domain.favourites import Favourite
from marketplace.core.domain.pages import Page
from marketplace.core.errors import TooManyFavourites


def _moment(favourite: Favourite) -> Moment:
    return favourite.created_at, favourite.session_id


class MemoryFavouriteLists:
    """`FavouriteLists` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database
        self._catalog = MemoryCatalog(database)

    async def ids(self, user_id: UUID) -> tuple[UUID, ...]:
        await asyncio.sleep(0)
        return tuple(each.session_id for each in self._newest_first(user_id))

    async def of_user(self, user_id: UUID, limit: int, after: str | None, now: datetime) -> Page[CatalogSession]:
        last = None if after is None else moment_from(json.loads(after))
        kept = [each for each in self._newest_first(user_id) if last is None or _moment(each) < last]
        found = {session.id: session for _, session in await self._catalog.read([e.session_id for e in kept], now)}
        listed = {key for key, each in found.items() if each.is_listed() and each.creator_is_active}
        shown = [each for each in kept if each.session_id in listed]
        page = page_of(shown, limit, lambda each: json.dumps(moment_text(_moment(each))))
        return Page(tuple(found[each.session_id] for each in page.items), page.next)

    def _newest_first(self, user_id: UUID) -> list[Favourite]:
        return sorted(Rows(self._database).group(self._database.favourites, user_id), key=_moment, reverse=True)


class MemoryFavourites:
    """`Favourites` in a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._table = rows.database.favourites

    async def add(self, favourite: Favourite, maximum: int) -> None:
        await self._rows.lock_name(("favourites of", favourite.user_id))
        for each in [*self._rows.group(self._table, favourite.user_id)]:
            if self._rows.get(self._rows.database.sessions, each.session_id).archived_at is not None:
                self._rows.drop(self._table, (each.user_id, each.session_id))
        key = (favourite.user_id, favourite.session_id)
        if self._rows.find(self._table, key) is not None:
            return
        if len([*self._rows.group(self._table, favourite.user_id)]) >= maximum:
            raise TooManyFavourites
        self._rows.put(self._table, key, favourite)

    async def remove(self, user_id: UUID, session_id: UUID) -> bool:
        key = (user_id, session_id)
        if await self._rows.acquire(self._table, key) is None:
            return False
        self._rows.drop(self._table, key)
        return True
