"""Tables of mails that prove who reads an address."""

from datetime import datetime
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from sqlalchemy import ForeignKey, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.adapters.postgres.schema.tables.checks import one_of
from marketplace.core.domain.email_tokens import EmailPurpose


class EmailRequestTable(DefaultBase):
    """Requests. `user_id` is null until it is looked up whose the address of a forgotten password is."""

    __tablename__ = "email_requests"
    __table_args__ = (
        one_of("purpose", EmailPurpose),
        Index("ix_email_requests_user_id", "user_id"),
        Index("ix_email_requests_created_at", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]


class EmailTokenTable(DefaultBase):
    """Tokens, as hashes: one for each attempt to send the mail of a request, and gone with it."""

    __tablename__ = "email_tokens"
    __table_args__ = (Index("ix_email_tokens_request_id", "request_id"),)

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("email_requests.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime]
