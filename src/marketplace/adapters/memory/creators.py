"""Creators."""

import asyncio

from marketplace.adapters.memory.database import MemoryDatabase
from marketplace.core.domain.creators import MAX_COUNTED, Creator
from marketplace.core.domain.fields import field_names
from marketplace.core.domain.ratings import UNRATED
from marketplace.core.domain.users import fold

STORED = field_names(Creator, "people_taught", "is_bounded", "rating")


class MemoryCreatorDirectory:
    """`CreatorDirectory` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def find(self, username: str) -> Creator | None:
        await asyncio.sleep(0)
        user_id = self._database.usernames.rows.get(fold(username))
        user = None if user_id is None else self._database.users.rows[user_id]
        if user is None or user.role != "creator" or not user.is_active:
            return None
        bookings = self._database.bookings.rows.values()
        taught = (each.user_id for each in bookings if (each.creator_id, each.status) == (user.id, "completed"))
        counted = sorted(taught)[: MAX_COUNTED + 1]
        values = {name: getattr(user, name) for name in STORED}
        values["rating"] = self._database.reviews.of_creators.rows.get(user.id, UNRATED)
        return Creator.counted(values, len({*counted}), len(counted))
