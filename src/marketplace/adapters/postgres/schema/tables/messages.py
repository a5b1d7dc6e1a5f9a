"""Tables of messages, and of e-mail addresses that were refused."""

from datetime import datetime
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, SmallInteger, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.adapters.postgres.schema.tables.checks import one_of
from marketplace.core.domain.messages import MessageState


class MessageTable(DefaultBase):
    """Messages. `next_attempt_at` is the end of a worker's lease too, and NULL once nothing is left to do.

    `kind` has no CHECK, so that a release can add one while the release before still runs. A booking or session is
    named without a foreign key: nothing deletes them, and a key would lock their row.
    """

    __tablename__ = "messages"
    __table_args__ = (
        one_of("state", MessageState),
        Index("uq_messages_once", "user_id", "subject", "kind", "version", unique=True),
        Index(
            "ix_messages_next_attempt", "next_attempt_at", "id", postgresql_where=text("next_attempt_at IS NOT NULL")
        ),
        Index("ix_messages_held", "due_at", "id", postgresql_where=text("state = 'held'")),
        Index("ix_messages_failed", "expires_at", "id", postgresql_where=text("state IN ('refused', 'unknown')")),
        Index("ix_messages_ended", "due_at", postgresql_where=text("next_attempt_at IS NULL")),
        Index("ix_messages_newest", "user_id", "created_at", "id"),
        Index("ix_messages_booking", "booking_id", "created_at", "id", postgresql_where=text("booking_id IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(BigInteger)
    booking_id: Mapped[UUID | None]
    session_id: Mapped[UUID | None]
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(SmallInteger)
    next_attempt_at: Mapped[datetime | None]
    message_id: Mapped[str] = mapped_column(Text)
    unknown_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class EmailAddressTable(DefaultBase):
    """Addresses that a mail server refused, as long as the `digest` is that of the person's present one."""

    __tablename__ = "email_addresses"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    refused_at: Mapped[datetime]


class UnsubscribedKindTable(DefaultBase):
    """Kinds of messages that people get no mail of."""

    __tablename__ = "unsubscribed_kinds"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    at: Mapped[datetime]


class InboxMailTable(DefaultBase):
    """Mails of the demo, which are kept instead of sent; their number is bounded."""

    __tablename__ = "inbox_mails"
    __table_args__ = (Index("ix_inbox_mails_newest", "created_at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    recipient: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    source: Mapped[bytes] = mapped_column(LargeBinary)
