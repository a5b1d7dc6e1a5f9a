"""Favourites: sessions that a person keeps to find them again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

MAX_FAVOURITES = 500
"""Of one person, archived sessions aside. The front end reads all their IDs at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Favourite:
    """A session that a person keeps."""

    user_id: UUID
    session_id: UUID
    created_at: datetime
