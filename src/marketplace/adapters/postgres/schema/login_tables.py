"""Tables of logins, and of requests that are counted or may come again."""

from datetime import datetime
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from sqlalchemy import ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column


class TokenFamilyTable(DefaultBase):
    """Logins: the refresh tokens that follow from one another."""

    __tablename__ = "token_families"
    __table_args__ = (
        Index("ix_token_families_user_id", "user_id"),
        Index("ix_token_families_begun_by", "begun_by", postgresql_where=text("begun_by IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    address: Mapped[str | None] = mapped_column(Text)
    agent: Mapped[str | None] = mapped_column(Text)
    begun_by: Mapped[UUID | None] = mapped_column(ForeignKey("token_families.id", ondelete="CASCADE"))


class RefreshTokenTable(DefaultBase):
    """Refresh tokens, as hashes. Used ones are kept while their login lives, to notice when they come again."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (Index("ix_refresh_tokens_family_id", "family_id"),)

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    family_id: Mapped[UUID] = mapped_column(ForeignKey("token_families.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class IdempotencyKeyTable(DefaultBase):
    """Requests that may come again, and what was made of them.

    No foreign key to the person: its lock would come before those of the effect, in an order that nothing else keeps.
    """

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index("ix_idempotency_keys_created_at", "created_at"),)

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    route: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    body_hash: Mapped[bytes] = mapped_column(LargeBinary)
    thing_id: Mapped[UUID]
    created_at: Mapped[datetime]


class RateLimitTable(DefaultBase):
    """How often something was tried. Nothing that must outlive a crash, so it is not logged."""

    __tablename__ = "rate_limits"
    __table_args__ = (Index("ix_rate_limits_ends_at", "ends_at"), {"prefixes": ["UNLOGGED"]})

    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    attempts: Mapped[int]
    ends_at: Mapped[datetime]
