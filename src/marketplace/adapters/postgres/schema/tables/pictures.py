"""The table of stored pictures."""

from datetime import datetime
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from sqlalchemy import Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.adapters.postgres.pictures import NOT_KEPT
from marketplace.adapters.postgres.schema.tables.checks import one_of
from marketplace.core.domain.pictures import PictureKind, StoreState


class PictureTable(DefaultBase):
    """Pictures whose bytes are in the object store, or may be. `owner_id` is the session or the person, by `kind`."""

    __tablename__ = "pictures"
    __table_args__ = (
        one_of("kind", PictureKind),
        one_of("state", StoreState),
        Index("ix_pictures_not_kept", "touched_at", "id", postgresql_where=text(NOT_KEPT)),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    touched_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
