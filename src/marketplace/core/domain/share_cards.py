"""Share cards: the picture that other sites and messengers show with a link to a session."""

import hashlib
from dataclasses import astuple, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Self
from uuid import UUID

from marketplace.core.domain.availability import CatalogSession
from marketplace.core.domain.money import currency
from marketplace.core.domain.pictures import address_of, key_of
from marketplace.core.domain.utc_offsets import utc_offset

CARD_SIZE = (1200, 630)
"""Pixels: the size that programs which show link previews ask for (ogp.me has none)."""
CARD_TYPE = "image/jpeg"
"""More of these programs show it than WebP."""
DESIGN = 1
"""Counts changes of the way cards are drawn, which need other addresses: caches keep an address forever."""
PICTURE_WIDTH = 800
"""Pixels; one of `WIDTHS`, the next one above what a card shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareCard:
    """What a card shows. `starts_at` is the next free start, `None` without one; `utc_offset` is that of its zone.

    Only uploaded pictures are shown: the server doesn't fetch addresses that people type.
    """

    session_id: UUID
    title: str
    creator: str
    price: Decimal
    currency: str
    max_participants: int
    is_open: bool
    starts_at: datetime | None
    time_zone: str
    utc_offset: str
    picture_id: UUID | None
    picture_width: int

    @classmethod
    def of(cls, session: CatalogSession) -> Self:
        """Return the card of a session as anyone sees it."""
        slot = session.next_slot
        first = session.pictures[0] if session.pictures else None
        return cls(
            session_id=session.id,
            title=session.title,
            creator=session.creator_details.display_name,
            price=session.price,
            currency=currency().code,
            max_participants=session.max_participants,
            is_open=session.is_open,
            starts_at=slot.starts_at if slot else None,
            time_zone=slot.time_zone if slot else "",
            utc_offset=utc_offset(slot.starts_at, slot.time_zone) if slot else "",
            picture_id=first.id if first else None,
            picture_width=min(first.width, PICTURE_WIDTH) if first else 0,
        )

    @property
    def version(self) -> str:
        """The name of this content: a card that shows anything else has another address."""
        return hashlib.sha256(repr((DESIGN, astuple(self))).encode()).hexdigest()[:24]

    @property
    def path(self) -> str:
        """The path of the card on the site."""
        return f"/pictures/cards/{self.session_id}/{self.version}.jpg"

    @property
    def picture_key(self) -> str | None:
        """The name of the picture in the object store."""
        return None if self.picture_id is None else key_of(self.picture_id, self.picture_width, "webp")

    @property
    def picture_path(self) -> str | None:
        """The path of the picture on the site, which can stand for the card."""
        return None if self.picture_id is None else address_of(self.picture_id, self.picture_width)
