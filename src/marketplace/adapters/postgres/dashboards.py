"""The dashboard of the back office in PostgreSQL."""

from marketplace.adapters.postgres.connection.pool import Database
from marketplace.adapters.postgres.jobs.failing import IS_FAILING
from marketplace.core.domain.dashboards import MAX_COUNTED, Attention, Dashboard, DashboardWindow, DayNumbers
from marketplace.core.domain.fields import field_names

# every number is an index-only scan of one range, one day at a time: for a whole year the planner would choose by its
# estimate of all rows
FIND = f"""
    SELECT sold.seats, sold.income, cancelled.n AS cancellations, joined.n AS new_people,
        (SELECT count(*) FROM reports WHERE resolved_at IS NULL) AS open_reports,
        (SELECT count(*) FROM bookings
            WHERE status = 'pending' AND pay_by IS NULL AND coalesce(answer_by, starts_at) < $3)
        + (SELECT count(*) FROM bookings WHERE requested_start IS NOT NULL AND answer_by < $3) AS expiring_requests,
        (SELECT count(*) FROM jobs WHERE {IS_FAILING}) AS failed_jobs,
        (SELECT count(*) FROM (SELECT FROM messages WHERE state = 'held' LIMIT {MAX_COUNTED}) AS held)
            AS held_messages,
        (SELECT count(*) FROM (SELECT FROM messages WHERE state IN ('refused', 'unknown') AND expires_at > $4
            LIMIT {MAX_COUNTED}) AS failed) AS failed_messages,
        (SELECT count(*) FROM (SELECT FROM parked_payments WHERE resolved_at IS NULL LIMIT {MAX_COUNTED}) AS waiting)
            AS parked_payments
    FROM unnest($1::timestamptz[], $2::timestamptz[]) WITH ORDINALITY AS days (begins, ends, place),
        LATERAL (SELECT coalesce(sum(seats), 0) AS seats, coalesce(sum(amount), 0.00) AS income FROM bookings
            WHERE created_at >= begins AND created_at < ends AND status <> 'cancelled') AS sold,
        LATERAL (SELECT count(*) AS n FROM booking_steps
            WHERE to_status = 'cancelled' AND at >= begins AND at < ends) AS cancelled,
        LATERAL (SELECT count(*) AS n FROM users WHERE date_joined >= begins AND date_joined < ends) AS joined
    ORDER BY place
"""  # noqa: S608 - constant text
NUMBERS = ("seats", "income", "cancellations", "new_people")
ATTENTION = field_names(Attention)


class PostgresDashboards:
    """`Dashboards` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, window: DashboardWindow) -> Dashboard:
        begins, ends = list(window.midnights[:-1]), list(window.midnights[1:])
        rows = await self._database.fetch(FIND, begins, ends, window.expiring_before, window.now)
        numbers = {place: DayNumbers(**{name: row[name] for name in NUMBERS}) for place, row in enumerate(rows)}
        return Dashboard.of(window, numbers, Attention(**{name: rows[0][name] for name in ATTENTION}))
