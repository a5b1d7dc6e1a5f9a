"""Drawing share cards."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from marketplace.core.domain.share_cards import ShareCard


class CardPainter(Protocol):
    """Draws share cards without delaying other work of the process."""

    async def draw(self, card: ShareCard, read_picture: Callable[[], Awaitable[bytes | None]]) -> bytes:
        """Return the card as `CARD_TYPE`, in `CARD_SIZE`. `read_picture` is called only if the card must be drawn.

        Text whose letters have no glyphs is left out. Raises `PicturesBusy`, and what `read_picture` raises.
        """
        ...
