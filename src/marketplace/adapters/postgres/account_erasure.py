"""Erasing what names a person in PostgreSQL."""

from marketplace.adapters.postgres.catalog.lexemes import INDEXED, names_vector
from marketplace.adapters.postgres.connection.pool import Connection
from marketplace.core.domain.account_erasure import DELETED_LABEL, DELETED_TEXT, SESSION_TEXTS
from marketplace.core.domain.search_terms import indexed_names, names_of
from marketplace.core.domain.users import User

DELETED = {
    "token_families": "user_id",
    "password_resets": "user_id",
    "second_factors": "user_id",
    "recovery_codes": "user_id",
    "calendar_feeds": "user_id",
    "creator_hours": "creator_id",
    "favourites": "user_id",
    "identities": "user_id",
    "messages": "user_id",
    "email_addresses": "user_id",
    "email_requests": "user_id",
    "passkeys": "user_id",
    "passkey_handles": "user_id",
    "passkey_challenges": "user_id",
    "unsubscribed_kinds": "user_id",
    "notifications": "user_id",
    "idempotency_keys": "user_id",
    "bulk_previews": "staff_id",
}
"""Tables whose rows of a person are deleted, with their column of the person."""
DELETE_CLAIMS = "DELETE FROM username_claims WHERE user_id = $1 AND username IS DISTINCT FROM $2"
DELETE_BY_EMAIL = (
    # a forgotten password that is not looked up yet
    "DELETE FROM email_requests WHERE user_id IS NULL AND lower(email) = lower($1)",
    "DELETE FROM inbox_mails WHERE lower(recipient) = lower($1)",
)
BOOKED = "SELECT id FROM bookings WHERE user_id = $1 OR creator_id = $1"
UPDATES = (
    "UPDATE bookings SET address = NULL WHERE user_id = $1 AND address IS NOT NULL",
    f"UPDATE booking_steps SET reason = '' WHERE booking_id IN ({BOOKED}) AND actor_id = $1 AND reason <> ''",  # noqa: S608 - constant text
    f"""UPDATE payment_operations SET reason = '' WHERE actor_id = $1 AND reason <> ''
        AND payment_id IN (SELECT id FROM payments WHERE booking_id IN ({BOOKED}))""",  # noqa: S608 - constant text
    "UPDATE reviews SET text = '' WHERE author_id = $1 AND text <> ''",
    "UPDATE reviews SET answer = NULL, answered_at = NULL WHERE creator_id = $1 AND answered_at IS NOT NULL",
    "UPDATE review_reports SET text = '' WHERE reporter_id = $1 AND text <> ''",
    "UPDATE reports SET text = '' WHERE reporter_id = $1 AND text <> ''",
    "UPDATE bulk_runs SET address = NULL, agent = NULL WHERE staff_id = $1",
)
TEXTS = "UPDATE booking_messages SET text = $2 WHERE author_id = $1"
LABELS = """
    UPDATE bulk_refusals SET label = $2
    WHERE target_id = $1 OR target_id IN (SELECT id FROM bookings WHERE user_id = $1)
"""
OWN_WORDS = """
    SELECT DISTINCT word FROM sessions s, unnest(tsvector_to_array(s.searched)) AS word WHERE s.creator_id = $1
"""
SESSIONS = f"""
    UPDATE sessions SET ({", ".join((*SESSION_TEXTS, "place_key", "searched"))}) = ROW(
        {", ".join(f"${place + 3}" for place in range(len(SESSION_TEXTS)))}, NULL,
        ts_filter(searched, '{{a}}') || '''{INDEXED}'':2B'::tsvector || $2::tsvector)
    WHERE creator_id = $1
"""  # noqa: S608 - column names
# words that no listed session has: searches guess from what is known
FORGET = """
    DELETE FROM lexemes WHERE lexeme = ANY ($1::text[]) AND NOT EXISTS (
        SELECT FROM sessions s WHERE s.status = 'active' AND s.archived_at IS NULL AND s.hidden_at IS NULL
            AND s.searched @@ quote_literal(lexeme)::tsquery)
"""
# last, as those who use a key lock it
DELETE_KEYS = "DELETE FROM api_keys WHERE user_id = $1"
ERASE_AUDIT_VALUES = "SELECT erase_audit_values($1, $2)"


class PostgresErasure:
    """`Erasure` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def erase(self, before: User, after: User) -> None:
        for table, column in DELETED.items():
            await self._connection.execute(f"DELETE FROM {table} WHERE {column} = $1", before.id)  # noqa: S608 - names
        await self._connection.execute(DELETE_CLAIMS, before.id, after.username)
        for statement in DELETE_BY_EMAIL:
            await self._connection.execute(statement, before.email)
        for statement in UPDATES:
            await self._connection.execute(statement, before.id)
        await self._connection.execute(TEXTS, before.id, DELETED_TEXT)
        await self._connection.execute(LABELS, before.id, DELETED_LABEL)
        await self._erase_sessions(before, after)
        await self._connection.execute(ERASE_AUDIT_VALUES, before.id, before.email)
        await self._connection.execute(DELETE_KEYS, before.id)

    async def _erase_sessions(self, before: User, after: User) -> None:
        written = {row["word"] for row in await self._connection.fetch(OWN_WORDS, before.id)}
        names = {each.word for each in indexed_names(*names_of(before))}
        texts = SESSION_TEXTS.values()
        await self._connection.execute(SESSIONS, before.id, names_vector(*names_of(after)), *texts)
        await self._connection.execute(FORGET, sorted(written | names))
