"""The table of accounts at identity providers."""

from datetime import datetime
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column


class IdentityTable(DefaultBase):
    """Identities. Issuer and subject are compared byte by byte (OpenID Connect Core, 5.7); of one person, few."""

    __tablename__ = "identities"
    __table_args__ = (
        Index("uq_identities_issuer_subject", "issuer", "subject", unique=True),
        Index("ix_identities_user_id", "user_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    issuer: Mapped[str] = mapped_column(Text(collation="C"))
    subject: Mapped[str] = mapped_column(Text(collation="C"))
    email: Mapped[str | None] = mapped_column(Text)
    connected_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
