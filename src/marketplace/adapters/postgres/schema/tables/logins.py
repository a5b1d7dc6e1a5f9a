"""Tables of logins, idempotency keys and rate limits."""

from datetime import datetime
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from sqlalchemy import ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column


class TokenFamilyTable(DefaultBase):
    """Logins: families of rotated refresh tokens. `begun_by` is the login that an impersonation was started from.

    `proved_at` is when the person last proved who they are, if that was not at `created_at`.
    """

    __tablename__ = "token_families"
    __table_args__ = (
        Index("ix_token_families_user_id", "user_id"),
        Index("ix_token_families_expires_at", "expires_at"),
        Index("ix_token_families_begun_by", "begun_by", postgresql_where=text("begun_by IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    address: Mapped[str | None] = mapped_column(Text)
    agent: Mapped[str | None] = mapped_column(Text)
    proved_at: Mapped[datetime | None]
    is_by_passkey: Mapped[bool] = mapped_column(server_default=text("false"))
    begun_by: Mapped[UUID | None] = mapped_column(ForeignKey("token_families.id", ondelete="CASCADE"))


class RefreshTokenTable(DefaultBase):
    """Refresh tokens, as hashes. Used ones are kept as long as their login, to detect reuse."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (
        Index("ix_refresh_tokens_family_id", "family_id"),
        Index("ix_refresh_tokens_expires_at", "expires_at"),
    )

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    family_id: Mapped[UUID] = mapped_column(ForeignKey("token_families.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class UsernameClaimTable(DefaultBase):
    """Keys that look-alike usernames share. A released one stays reserved; the table never needs a purge.

    `username` is the account's when it was claimed: an older release renames accounts without a claim.
    """

    __tablename__ = "username_claims"
    __table_args__ = (Index("ix_username_claims_user_id", "user_id"),)

    key: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    username: Mapped[str | None] = mapped_column(Text)
    released_at: Mapped[datetime | None]


class IdempotencyKeyTable(DefaultBase):
    """Requests that may be repeated, and the resource each created.

    No foreign key to the person: its lock would be acquired before those of the operation, against the lock order.
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
    """Counts of attempts. They need not survive a crash, so the table is UNLOGGED."""

    __tablename__ = "rate_limits"
    __table_args__ = (Index("ix_rate_limits_ends_at", "ends_at"), {"prefixes": ["UNLOGGED"]})

    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    attempts: Mapped[int]
    ends_at: Mapped[datetime]
