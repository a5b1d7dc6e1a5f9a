"""Migration of jobs that servers of the previous release left in pgqueuer's table.

For one release: drop this module together with those tables.
"""

from marketplace.adapters.postgres.connection.pool import Database

BATCH_SIZE = 1_000

LEFT_BEHIND = "status = 'queued' OR (status = 'picked' AND heartbeat < now() - interval '1 minute')"
"""Jobs that no older worker holds; those send a heartbeat every 15 seconds."""
# Tell whether there is anything to move. Checked first: a DELETE notifies the older workers even if it finds nothing.
ANY_LEFT = f"SELECT EXISTS (SELECT FROM pgqueuer WHERE {LEFT_BEHIND}) AS any_left"  # noqa: S608 - constant text
# Move one batch. A chore that was enqueued in both tables is kept once.
MOVE = f"""
    WITH moved AS (
        DELETE FROM pgqueuer WHERE id IN (
            SELECT id FROM pgqueuer WHERE {LEFT_BEHIND} ORDER BY execute_after LIMIT $1 FOR UPDATE SKIP LOCKED)
        RETURNING id, entrypoint, payload, execute_after, dedupe_key, attempts)
    INSERT INTO jobs (kind, subject, run_at, dedupe_key, attempts, fault, failed_at)
    SELECT entrypoint, encode(payload, 'hex')::uuid, execute_after, dedupe_key, attempts, seen.fault, seen.failed_at
    FROM moved LEFT JOIN LATERAL (
        SELECT traceback -> 'additional_context' ->> 'reason' AS fault, created AS failed_at FROM pgqueuer_log l
        WHERE moved.attempts > 0 AND l.job_id = moved.id AND l.traceback IS NOT NULL
        ORDER BY created DESC LIMIT 1) AS seen ON true
    ON CONFLICT (dedupe_key) WHERE dedupe_key IS NOT NULL DO NOTHING
"""  # noqa: S608 - constant text


async def adopt_jobs(database: Database) -> bool:
    """Move one batch. Returns whether there may be more."""
    row = await database.fetchrow(ANY_LEFT)
    if row is None or not row["any_left"]:
        return False
    await database.fetch(MOVE, BATCH_SIZE)
    return True
