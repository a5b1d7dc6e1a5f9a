"""The share cards of sessions."""

from uuid import UUID

from marketplace.core.domain.share_cards import ShareCard
from marketplace.core.ports.pictures import ObjectStore
from marketplace.core.ports.share_cards import CardPainter
from marketplace.core.services.sessions import SessionService


class ShareCardService:
    """Cards of the sessions that anyone may see."""

    def __init__(self, *, sessions: SessionService, painter: CardPainter, store: ObjectStore) -> None:
        self._sessions = sessions
        self._painter = painter
        self._store = store

    async def find(self, session_id: UUID) -> ShareCard:
        """Return what the card of a session shows now. Raises `NotFound` if not everyone may see the session."""
        return ShareCard.of(await self._sessions.get(session_id, None))

    async def draw(self, card: ShareCard) -> bytes:
        """Return the picture. Raises `PicturesBusy`, `StoreUnknown`, `StoreRefused`."""
        key = card.picture_key

        async def read_picture() -> bytes | None:
            return None if key is None else await self._store.get(key)

        return await self._painter.draw(card, read_picture)
