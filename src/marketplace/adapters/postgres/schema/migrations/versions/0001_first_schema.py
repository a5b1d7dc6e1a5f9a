"""The first schema: people, logins, sessions, slots, bookings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

LISTED = sa.text("status = 'active' AND archived_at IS NULL")


def upgrade() -> None:
    """The extension that the exclusion constraint needs, and the tables."""
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    _users()
    _logins()
    _sessions()
    _words()
    _slots()
    _bookings()


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_folded", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("username_folded", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("avatar", sa.Text(), nullable=True),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_staff", sa.Boolean(), nullable=False),
        sa.Column("is_superuser", sa.Boolean(), nullable=False),
        sa.Column("date_joined", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('user', 'creator')", name=op.f("ck_users_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
    )
    op.create_index("uq_users_email_folded", "users", ["email_folded"], unique=True)
    op.create_index("uq_users_username_folded", "users", ["username_folded"], unique=True)


def _logins() -> None:
    op.create_table(
        "token_families",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_token_families_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token_families")),
    )
    op.create_index("ix_token_families_user_id", "token_families", ["user_id"], unique=False)
    op.create_table(
        "refresh_tokens",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["family_id"],
            ["token_families.id"],
            name=op.f("fk_refresh_tokens_family_id_token_families"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_refresh_tokens")),
    )
    op.create_index("ix_refresh_tokens_family_id", "refresh_tokens", ["family_id"], unique=False)


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_key", sa.Text(collation="C"), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("duration", sa.Integer(), nullable=False),
        sa.Column("price", sa.Numeric(precision=10, scale=2), nullable=False),
        sa.Column("max_participants", sa.Integer(), nullable=False),
        sa.Column("image_url", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("searched", postgresql.TSVECTOR(), nullable=False),
        sa.CheckConstraint("status IN ('active', 'inactive')", name=op.f("ck_sessions_status")),
        sa.CheckConstraint("duration BETWEEN 1 AND 1440", name=op.f("ck_sessions_duration")),
        sa.CheckConstraint("max_participants BETWEEN 1 AND 10000", name=op.f("ck_sessions_max_participants")),
        sa.CheckConstraint("price >= 0", name=op.f("ck_sessions_price")),
        sa.ForeignKeyConstraint(["creator_id"], ["users.id"], name=op.f("fk_sessions_creator_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    op.create_index("ix_sessions_creator_id_created_at", "sessions", ["creator_id", "created_at", "id"], unique=False)
    op.create_index(
        "ix_sessions_listed_category",
        "sessions",
        ["category", "created_at", "id"],
        unique=False,
        postgresql_where=LISTED,
    )
    op.create_index(
        "ix_sessions_listed_created_at", "sessions", ["created_at", "id"], unique=False, postgresql_where=LISTED
    )
    op.create_index(
        "ix_sessions_listed_duration", "sessions", ["duration", "id"], unique=False, postgresql_where=LISTED
    )
    op.create_index("ix_sessions_listed_price", "sessions", ["price", "id"], unique=False, postgresql_where=LISTED)
    op.create_index(
        "ix_sessions_listed_title_key", "sessions", ["title_key", "id"], unique=False, postgresql_where=LISTED
    )
    op.create_index(
        "ix_sessions_searched", "sessions", ["searched"], unique=False, postgresql_using="gin", postgresql_where=LISTED
    )
    op.create_index(
        "ix_sessions_tags", "sessions", ["tags"], unique=False, postgresql_using="gin", postgresql_where=LISTED
    )


def _words() -> None:
    op.create_table(
        "lexemes",
        sa.Column("lexeme", sa.Text(collation="C"), nullable=False),
        sa.Column("deletions", postgresql.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.PrimaryKeyConstraint("lexeme", name=op.f("pk_lexemes")),
    )
    op.create_index("ix_lexemes_deletions", "lexemes", ["deletions"], unique=False, postgresql_using="gin")


def _slots() -> None:
    op.create_table(
        "slots",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("seats_taken", sa.Integer(), nullable=False),
        sa.Column("occupied", sa.Boolean(), sa.Computed("seats_taken > 0", persisted=True), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("creator_id"), "="),
            (sa.column("blocked"), "&&"),
            where=sa.text("occupied"),
            using="gist",
            name="ex_slots_one_place_at_a_time",
        ),
        sa.CheckConstraint("seats_taken BETWEEN 0 AND capacity", name=op.f("ck_slots_seats_within_capacity")),
        sa.ForeignKeyConstraint(["creator_id"], ["users.id"], name=op.f("fk_slots_creator_id_users")),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_slots_session_id_sessions")),
        sa.PrimaryKeyConstraint("session_id", "starts_at", name=op.f("pk_slots")),
        postgresql_with={"fillfactor": 80},
    )


def _bookings() -> None:
    op.create_table(
        "bookings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('pending', 'confirmed', 'cancelled', 'completed')", name=op.f("ck_bookings_status")
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_bookings_amount")),
        sa.CheckConstraint("seats >= 1", name=op.f("ck_bookings_seats")),
        sa.ForeignKeyConstraint(
            ["session_id", "starts_at"], ["slots.session_id", "slots.starts_at"], name="fk_bookings_slot_slots"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_bookings_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookings")),
    )
    op.create_index("ix_bookings_creator_id_created_at", "bookings", ["creator_id", "created_at", "id"], unique=False)
    op.create_index("ix_bookings_user_id_created_at", "bookings", ["user_id", "created_at", "id"], unique=False)
    op.create_index(
        "uq_bookings_one_live_per_person_and_slot",
        "bookings",
        ["user_id", "session_id", "starts_at"],
        unique=True,
        postgresql_where=sa.text("status IN ('pending', 'confirmed')"),
    )
    op.create_table(
        "booking_steps",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("from_status", sa.Text(), nullable=True),
        sa.Column("to_status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_booking_steps_booking_id_bookings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_steps")),
    )
    op.create_index("ix_booking_steps_booking_id", "booking_steps", ["booking_id"], unique=False)


def downgrade() -> None:
    """Everything but the extension, which others may use."""
    op.drop_table("booking_steps")
    op.drop_table("bookings")
    op.drop_table("slots")
    op.drop_table("refresh_tokens")
    op.drop_table("token_families")
    op.drop_table("sessions")
    op.drop_table("users")
    op.drop_table("lexemes")
