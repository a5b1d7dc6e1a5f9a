"""Advisory locks, which queue fairly where row locks do not.

A row lock that buyers share (`FOR KEY SHARE`) is granted to each new buyer past a waiting `FOR UPDATE`, so an edit of a
session in demand would wait for the end of the sale. Buyers therefore share a lock per creator first, and whoever
edits what they read takes it alone.
"""

BUYERS_OF = "hashtextextended('buyers of ' || {creator_id}, 0)"

BLOCK_BUYERS = f"SELECT pg_advisory_xact_lock({BUYERS_OF.format(creator_id='$1::uuid')})"
"""Wait for the buyers of a creator that are under way, and keep out others until the transaction ends."""

BLOCK_BUYERS_OF_SESSION = f"""
    SELECT pg_advisory_xact_lock({BUYERS_OF.format(creator_id="creator_id")}) FROM sessions WHERE id = $1
"""  # noqa: S608 - constant text
"""The same for the creator of a session."""

SUPERUSERS = "SELECT pg_advisory_xact_lock(hashtextextended('superusers', 0))"
"""Wait for whoever else changes who is a superuser, and hold that until the transaction ends."""

AS_BUYER = f"""
    turn AS MATERIALIZED (
        SELECT pg_advisory_xact_lock_shared({BUYERS_OF.format(creator_id="creator_id")}) FROM sessions WHERE id = $1)
"""  # noqa: S608 - constant text
"""A part of a statement that waits, as a buyer of session `$1`, for edits under way."""

SEATS_OF = "SELECT pg_advisory_xact_lock(hashtextextended('seats of ' || $1::uuid, 0))"
"""Wait for the right to occupy slots of a creator, and hold it until the transaction ends."""
