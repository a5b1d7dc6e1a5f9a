"""Tables of passkeys."""

from datetime import datetime
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from sqlalchemy import ARRAY, BigInteger, ForeignKey, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.adapters.postgres.schema.tables.checks import one_of
from marketplace.core.domain.passkeys import ChallengePurpose


class PasskeyTable(DefaultBase):
    """Registered credentials. `sign_count` has 32 bits without a sign."""

    __tablename__ = "passkeys"
    __table_args__ = (
        UniqueConstraint("credential_id", name="uq_passkeys_credential_id"),
        Index("ix_passkeys_user_id", "user_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    is_backup_eligible: Mapped[bool]
    is_backed_up: Mapped[bool]
    name: Mapped[str] = mapped_column(Text)
    transports: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class PasskeyHandleTable(DefaultBase):
    """What authenticators know an account by: random, the same for all its passkeys."""

    __tablename__ = "passkey_handles"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    handle: Mapped[bytes] = mapped_column(LargeBinary)


class PasskeyChallengeTable(DefaultBase):
    """Challenges that were not answered yet, as hashes. Those of a person go with the login that asked for them."""

    __tablename__ = "passkey_challenges"
    __table_args__ = (
        one_of("purpose", ChallengePurpose),
        Index("ix_passkey_challenges_expires_at", "expires_at"),
        Index("ix_passkey_challenges_user_id", "user_id"),
        Index("ix_passkey_challenges_login_id", "login_id"),
    )

    challenge_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    purpose: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    login_id: Mapped[UUID | None] = mapped_column(ForeignKey("token_families.id", ondelete="CASCADE"))
