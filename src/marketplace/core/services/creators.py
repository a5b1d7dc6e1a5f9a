"""The public pages of creators."""

from marketplace.core.domain.creators import Creator
from marketplace.core.errors import NotFound
from marketplace.core.ports.creators import CreatorDirectory


class CreatorService:
    """Creators as anyone sees them."""

    def __init__(self, *, creators: CreatorDirectory) -> None:
        self._creators = creators

    async def get(self, username: str) -> Creator:
        """Return a creator. Raises `NotFound`, also for learners and inactive accounts."""
        found = await self._creators.find(username)
        if found is None:
            raise NotFound
        return found
