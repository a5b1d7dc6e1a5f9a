"""Advisory locks, which queue fairly where row locks do not.

A row lock that buyers share (`FOR KEY SHARE`) is granted to each new buyer past a waiting `FOR UPDATE`, so an edit of a
session in demand would wait for the end of the sale. Buyers therefore first share an advisory lock per creator, and an
edit of what they read acquires it exclusively.
"""

BUYERS_OF = "hashtextextended('buyers of ' || {creator_id}, 0)"

BLOCK_BUYERS = f"SELECT pg_advisory_xact_lock({BUYERS_OF.format(creator_id='$1::uuid')})"
"""Wait for current buyers of a creator, and block new ones until the transaction ends."""

BLOCK_BUYERS_OF_SESSION = f"""
    SELECT pg_advisory_xact_lock({BUYERS_OF.format(creator_id="creator_id")}) FROM sessions WHERE id = $1
"""  # noqa: S608 - constant text
"""The same for the creator of a session."""

SUPERUSERS = "SELECT pg_advisory_xact_lock(hashtextextended('superusers', 0))"
"""Serialize changes of superusers until the transaction ends."""

AS_BUYER = f"""
    turn AS MATERIALIZED (
        SELECT pg_advisory_xact_lock_shared({BUYERS_OF.format(creator_id="creator_id")}) FROM sessions WHERE id = $1)
"""  # noqa: S608 - constant text
"""A CTE that waits, as a buyer of session `$1`, for current edits."""

BOOKINGS_OF = "SELECT pg_advisory_xact_lock(hashtextextended('bookings of ' || $1::uuid, 0))"
"""Serialize a person's new bookings until the transaction ends, as `book_6` and `book_7` do."""

FAVOURITES_OF = "SELECT pg_advisory_xact_lock(hashtextextended('favourites of ' || $1::uuid, 0))"
"""Serialize additions to a person's favourites until the transaction ends."""

LINES_OF = "SELECT pg_advisory_xact_lock(hashtextextended('waitlists of ' || $1::uuid, 0))"
"""Serialize a person's joining of waitlists until the transaction ends."""

SEATS_OF = "SELECT pg_advisory_xact_lock(hashtextextended('seats of ' || $1::uuid, 0))"
"""Keep others from occupying new slots of a creator until the transaction ends.

Buyers, in `book_6` and `book_7` (migration 0082), share this lock and then lock the four-hour pieces of time that
their slot blocks, by time: overlapping slots have a piece in common and wait for each other, others are opened at the
same time.
"""
