"""Tables of sessions, and of what is searched in them."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from sqlalchemy import DateTime, ForeignKey, Index, Integer, Numeric, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, column_property, mapped_column

from marketplace.adapters.postgres.catalog.labels import EARLIER_LABELS, LABELS, LISTED_ROWS
from marketplace.adapters.postgres.catalog.lexemes import INDEXED
from marketplace.adapters.postgres.schema.tables.checks import amount_of, one_of, within_bounds
from marketplace.core.domain.ratings import UNRATED
from marketplace.core.domain.sessions import PRICE_DIGITS, PaymentMethod, Session, SessionStatus

LISTED = text(LISTED_ROWS)
NOT_LISTED = text(f"NOT ({LISTED_ROWS})")
OUTDATED_WORDS = text(f"NOT searched @@ '''{INDEXED}'''::tsquery")
LISTED_OPEN = text(f"{LISTED_ROWS} AND schedule IS NULL")

FACETS = (
    *("category", "creator_id", "tags", "price", "duration", "hidden_at"),
    *("format", "language", "place", "place_key"),
)
"""Columns that facets are counted by, so that the index alone answers them."""


class SessionTable(DefaultBase):
    """Sessions of creators. `duration` is in minutes, `cancellation_notice` in hours.

    `title_key` is the title folded by the core, to sort by, and `place_key` the place, to compare; `coordinates` are
    latitude and longitude. `star_counts` are those of published reviews with 1 to 5 stars, and `rating_score` sorts by
    them. `searched` holds the core's words of title (weight A), description (B), category and tags
    (C) and the creator's names (D), and the stems of A to C, marked with a language.
    """

    __tablename__ = "sessions"
    __table_args__ = (
        within_bounds(Session, "duration"),
        amount_of("price", PRICE_DIGITS),
        within_bounds(Session, "max_participants"),
        one_of("status", SessionStatus),
        within_bounds(Session, "cancellation_notice"),
        one_of("payment_method", PaymentMethod),
        Index("ix_sessions_listed_facets", "created_at", "id", postgresql_include=FACETS, postgresql_where=LISTED),
        Index("ix_sessions_listed_open", "created_at", "id", postgresql_where=LISTED_OPEN),
        Index("ix_sessions_listed_price", "price", "id", postgresql_where=LISTED),
        Index("ix_sessions_listed_duration", "duration", "id", postgresql_where=LISTED),
        Index("ix_sessions_listed_title_key", "title_key", "id", postgresql_where=LISTED),
        Index("ix_sessions_listed_rating_score", "rating_score", "id", postgresql_where=LISTED),
        Index("ix_sessions_featured_at", "featured_at", "id", postgresql_where=text("featured_at IS NOT NULL")),
        Index(
            "ix_sessions_listed_category_facets",
            "category",
            "created_at",
            "id",
            postgresql_include=FACETS[1:],
            postgresql_where=LISTED,
        ),
        Index("ix_sessions_creator_id_created_at", "creator_id", "created_at", "id"),
        Index("ix_sessions_tags", "tags", postgresql_using="gin", postgresql_where=LISTED),
        Index("ix_sessions_labels", text(EARLIER_LABELS), postgresql_using="gin", postgresql_where=LISTED),
        Index("ix_sessions_all_labels", text(LABELS), postgresql_using="gin", postgresql_where=LISTED),
        Index("ix_sessions_searched", "searched", postgresql_using="gin", postgresql_where=LISTED),
        Index("ix_sessions_searched_unlisted", "searched", postgresql_using="gin", postgresql_where=NOT_LISTED),
        Index("ix_sessions_outdated_words", "id", postgresql_where=OUTDATED_WORDS),
        *(Index(f"ix_sessions_{column}", column, "id") for column in ("created_at", "price", "duration", "title_key")),
        Index("ix_sessions_inactive", "created_at", "id", postgresql_where=text("status = 'inactive'")),
        Index("ix_sessions_archived", "created_at", "id", postgresql_where=text("archived_at IS NOT NULL")),
        Index("ix_sessions_hidden", "created_at", "id", postgresql_where=text("hidden_at IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creator_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    title: Mapped[str] = mapped_column(Text)
    title_key: Mapped[str] = mapped_column(Text(collation="C"))
    description: Mapped[str] = mapped_column(Text)
    duration: Mapped[int]
    price: Mapped[Decimal] = mapped_column(Numeric)
    max_participants: Mapped[int]
    image_url: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    category: Mapped[str | None] = mapped_column(Text)
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]
    requires_confirmation: Mapped[bool] = mapped_column(server_default=text("false"))
    cancellation_notice: Mapped[int] = mapped_column(server_default=text("0"))
    payment_method: Mapped[str] = mapped_column(Text, server_default=text("'online'"))
    cancellation_policy: Mapped[list[dict[str, int]]] = mapped_column(
        JSONB, server_default=text("""'[{"hours_before": 0, "refund_percent": 100}]'""")
    )
    schedule: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    revision: Mapped[int] = mapped_column(server_default=text("0"))
    revised_at: Mapped[datetime | None]
    hidden_at: Mapped[datetime | None]
    hidden_reason: Mapped[str | None] = mapped_column(Text)
    featured_at: Mapped[datetime | None]
    audience: Mapped[str] = mapped_column(Text, server_default=text("''"))
    bring: Mapped[str] = mapped_column(Text, server_default=text("''"))
    format: Mapped[str | None] = mapped_column(Text)
    place: Mapped[str | None] = mapped_column(Text)
    place_key: Mapped[str | None] = mapped_column(Text(collation="C"))
    language: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    coordinates: Mapped[str | None] = mapped_column(Text)
    address_public: Mapped[bool] = mapped_column(server_default=text("false"))
    join_url: Mapped[str | None] = mapped_column(Text)
    pictures: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    star_counts: Mapped[list[int]] = mapped_column(ARRAY(Integer), server_default=text("'{0,0,0,0,0}'"))
    rating_score: Mapped[int] = mapped_column(server_default=text(str(UNRATED.score)))
    searched: Mapped[str] = mapped_column(TSVECTOR)
    schedule_zone: Mapped[str | None] = column_property(
        schedule.column["time_zone"].astext,  # type: ignore[attr-defined]  # a `MappedColumn` until the class exists
        deferred=True,
    )


class MaterializedAvailabilityTable(DefaultBase):
    """The upcoming starts of a session, computed from its schedule; see `materialized_availability.py`.

    Each recurring run is one element of `firsts`, `steps` (minutes) and `counts`. `days` (since 1970) and `hours` (of
    the week) are search keys: when something starts. Other numbers are minutes, `horizon` days, as in the schedule.
    Rows up to half a page are not moved to TOAST, since listing a session reads its row.
    """

    __tablename__ = "open_times"
    __table_args__ = (
        Index("ix_open_times_when", "days", "hours", postgresql_using="gin"),
        Index("ix_open_times_outdated_at", "outdated_at"),
        {"postgresql_with": {"toast_tuple_target": 4096}},
    )

    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"), primary_key=True)
    firsts: Mapped[list[datetime]] = mapped_column(ARRAY(DateTime(timezone=True)))
    steps: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    counts: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    days: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    hours: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    notice: Mapped[int]
    horizon: Mapped[int]
    buffer_before: Mapped[int]
    buffer_after: Mapped[int]
    outdated_at: Mapped[datetime | None]


class LexemeTable(DefaultBase):
    """The words and stems of sessions that were listed.

    Those of titles, labels and names have their one-character deletions, to find words one typo away. `en~` says that a
    session was stemmed in English.
    """

    __tablename__ = "lexemes"
    __table_args__ = (Index("ix_lexemes_deletions", "deletions", postgresql_using="gin"),)

    lexeme: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    deletions: Mapped[list[str]] = mapped_column(ARRAY(Text(collation="C")))
