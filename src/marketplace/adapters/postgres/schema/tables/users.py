"""The table of accounts."""

from datetime import datetime
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from sqlalchemy import Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.adapters.postgres.schema.tables.checks import one_of
from marketplace.core.domain.principals import Role


class UserTable(DefaultBase):
    """Accounts. Uniqueness and sorting use the folded columns; sorting by name uses `name_key`.

    `searched` holds the core's words of e-mail address, username and names.
    """

    __tablename__ = "users"
    __table_args__ = (
        one_of("role", Role),
        Index("uq_users_email_folded", "email_folded", unique=True),
        Index("uq_users_username_folded", "username_folded", unique=True),
        Index("ix_users_date_joined", "date_joined", "id"),
        Index("ix_users_name_key", "name_key", "id"),
        Index("ix_users_searched", "searched", postgresql_using="gin"),
        Index("ix_users_inactive", "date_joined", "id", postgresql_where=text("NOT is_active")),
        Index("ix_users_staff", "date_joined", "id", postgresql_where=text("is_staff OR is_superuser")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(Text)
    email_folded: Mapped[str] = mapped_column(Text(collation="C"))
    username: Mapped[str] = mapped_column(Text)
    username_folded: Mapped[str] = mapped_column(Text(collation="C"))
    password_hash: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    avatar: Mapped[str | None] = mapped_column(Text)
    first_name: Mapped[str] = mapped_column(Text)
    last_name: Mapped[str] = mapped_column(Text)
    time_zone: Mapped[str] = mapped_column(Text)
    is_active: Mapped[bool]
    is_staff: Mapped[bool]
    is_superuser: Mapped[bool]
    date_joined: Mapped[datetime]
    bio: Mapped[str] = mapped_column(Text, server_default=text("''"))
    languages: Mapped[tuple[str, ...]] = mapped_column(ARRAY(Text, as_tuple=True), server_default=text("'{}'"))
    email_verified_at: Mapped[datetime | None]
    locale: Mapped[str | None] = mapped_column(Text)
    deleted_at: Mapped[datetime | None]
    name_key: Mapped[str] = mapped_column(Text(collation="C"), server_default=text("''"))
    searched: Mapped[str] = mapped_column(TSVECTOR, server_default=text("''"))
