"""Calendar feeds in PostgreSQL."""

from uuid import UUID

from marketplace.adapters.postgres.bookings import DETAILS, HISTORIES, booking_history
from marketplace.adapters.postgres.bookings_query import STATUSES
from marketplace.adapters.postgres.connection.pool import Connection, Database
from marketplace.core.domain.calendars import CalendarFeed, FeedBookings, FeedWindow

FIND = "SELECT user_id, token, created_at FROM calendar_feeds WHERE user_id = $1"
UPCOMING = "b.starts_at >= $2 ORDER BY b.starts_at, b.id"
PAST = "b.starts_at >= $3 AND b.starts_at < $2 ORDER BY b.starts_at DESC, b.id"
# each part reads the first rows of one index scan, however many bookings a person has
NEAREST = " UNION ALL ".join(
    f"(SELECT b.id, b.starts_at FROM bookings b WHERE b.{party} = (SELECT user_id FROM owner)"  # noqa: S608 - constants
    f" AND b.status = '{status}' AND {part} LIMIT $4)"
    for party in ("user_id", "creator_id")
    for status in STATUSES
    for part in (UPCOMING, PAST)
)
FIND_BOOKINGS = f"""
    WITH owner AS (
        SELECT f.user_id, u.time_zone FROM calendar_feeds f JOIN users u ON u.id = f.user_id
        WHERE f.token = $1 AND u.is_active),
    nearest AS (
        SELECT n.id FROM ({NEAREST}) n
        ORDER BY n.starts_at < $2, abs(extract(epoch FROM n.starts_at - $2)), n.id LIMIT $4),
    found AS ({DETAILS} WHERE b.id = ANY(ARRAY(SELECT id FROM nearest))),
    histories AS ({HISTORIES})
    SELECT histories.*, owner.user_id AS owner_id, owner.time_zone AS owner_zone
    FROM owner LEFT JOIN histories ON true ORDER BY histories.id
"""  # noqa: S608 - constant text
ADD = """
    INSERT INTO calendar_feeds (user_id, token, created_at) VALUES ($1, $2, $3)
    ON CONFLICT (user_id) DO UPDATE SET token = calendar_feeds.token RETURNING user_id, token, created_at
"""
SAVE = """
    INSERT INTO calendar_feeds (user_id, token, created_at) VALUES ($1, $2, $3)
    ON CONFLICT (user_id) DO UPDATE SET token = excluded.token, created_at = excluded.created_at
"""


class PostgresFeedDirectory:
    """`FeedDirectory` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, user_id: UUID) -> CalendarFeed | None:
        row = await self._database.fetchrow(FIND, user_id)
        return CalendarFeed(**row) if row else None

    async def find_bookings(self, token: str, window: FeedWindow) -> FeedBookings | None:
        """Return `None` for an unknown token; an owner without bookings is a row with NULLs."""
        rows = await self._database.fetch(FIND_BOOKINGS, token, window.now, window.since, window.maximum)
        if not rows:
            return None
        bookings = tuple(booking_history(row) for row in rows if row["id"] is not None)
        return FeedBookings(owner_id=rows[0]["owner_id"], bookings=bookings, time_zone=rows[0]["owner_zone"])


class PostgresFeeds:
    """`Feeds` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, feed: CalendarFeed) -> CalendarFeed:
        """Insert, or return the existing feed: the update changes nothing, but waits for a concurrent insert."""
        row = await self._connection.fetchrow(ADD, feed.user_id, feed.token, feed.created_at)
        return feed if row is None else CalendarFeed(**row)

    async def save(self, feed: CalendarFeed) -> None:
        await self._connection.execute(SAVE, feed.user_id, feed.token, feed.created_at)
