"""Summaries of creators in PostgreSQL."""

from uuid import UUID

import asyncpg

from marketplace.adapters.postgres.connection.pool import Database
from marketplace.core.domain.summaries import CreatorSummary, NextSlot, SummaryWindow, UpcomingSeats

NEXT = ("session_id", "title", "starts_at", "ends_at", "seats_taken", "capacity")

# each part is a range of one index over the creator's own rows; upcoming slots are few, since they exclude one another
FIND = """
    WITH held AS (
        SELECT session_id, requested_start AS starts_at, sum(held_seats)::int AS seats FROM bookings
        WHERE creator_id = $1 AND requested_start > $2 GROUP BY session_id, requested_start),
    upcoming AS (
        SELECT session_id, starts_at, ends_at, capacity,
            seats_taken - seats_on_offer - coalesce(held.seats, 0) AS seats_taken
        FROM slots LEFT JOIN held USING (session_id, starts_at)
        WHERE creator_id = $1 AND occupied AND blocked && tstzrange($2, NULL) AND starts_at > $2
            AND seats_taken - seats_on_offer > coalesce(held.seats, 0)),
    first AS (SELECT * FROM upcoming ORDER BY starts_at LIMIT 1),
    sold AS (
        SELECT width_bucket(created_at, $5::timestamptz[]) AS day, sum(seats) AS seats, sum(amount) AS income
        FROM bookings
        WHERE creator_id = $1 AND created_at >= $6 AND created_at < $7
            AND status IN ('pending', 'confirmed', 'completed') GROUP BY day)
    SELECT seats.*, month.*, first.*, s.title, s.schedule ->> 'time_zone' AS time_zone,
        (SELECT count(*) FROM bookings
            WHERE creator_id = $1 AND status = 'pending' AND pay_by IS NULL AND coalesce(answer_by, starts_at) > $2)
        + (SELECT count(*) FROM bookings
            WHERE creator_id = $1 AND requested_start IS NOT NULL AND answer_by > $2) AS pending_bookings,
        ARRAY(SELECT day FROM sold ORDER BY day) AS days,
        ARRAY(SELECT seats FROM sold ORDER BY day) AS day_seats,
        ARRAY(SELECT income FROM sold ORDER BY day) AS day_incomes
    FROM
        (SELECT coalesce(sum(seats_taken), 0) AS seats_sold, coalesce(sum(capacity), 0) AS seats_offered
            FROM upcoming) seats,
        (SELECT coalesce(sum(amount), 0.00) AS expected_income,
                coalesce(sum(amount) FILTER (WHERE status = 'completed'), 0.00) AS completed_income
            FROM bookings
            WHERE creator_id = $1 AND starts_at >= $3 AND starts_at < $4
                AND status IN ('pending', 'confirmed', 'completed')) month
        LEFT JOIN first ON true LEFT JOIN sessions s ON s.id = first.session_id
"""


class PostgresCreatorSummaries:
    """`CreatorSummaries` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, creator_id: UUID, window: SummaryWindow) -> CreatorSummary:
        begin, *_, end = midnights = list(window.midnights)
        (row,) = await self._database.fetch(
            FIND, creator_id, window.now, window.month_begin, window.month_end, midnights, begin, end
        )
        return _summary(row, window)


def _summary(row: asyncpg.Record, window: SummaryWindow) -> CreatorSummary:
    sold = zip(row["days"], row["day_seats"], row["day_incomes"], strict=True)
    return CreatorSummary(
        time_zone=window.time_zone,
        upcoming=UpcomingSeats(seats_sold=row["seats_sold"], seats_offered=row["seats_offered"]),
        pending_bookings=row["pending_bookings"],
        expected_income=row["expected_income"],
        completed_income=row["completed_income"],
        next_slot=_next_slot(row, window.time_zone) if row["session_id"] else None,
        days=window.sales({day - 1: (seats, income) for day, seats, income in sold}),
    )


def _next_slot(row: asyncpg.Record, creator_zone: str) -> NextSlot:
    return NextSlot(**{name: row[name] for name in NEXT}, time_zone=row["time_zone"] or creator_zone)
