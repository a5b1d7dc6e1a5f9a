"""A function that writes bookings of one slot in one call. See docs/decisions/0041.

A change of its arguments or results is a new function with another name: programs of the release before call this one.
"""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

# All arrays have one element per booking, except the accounts (creator and buyers, each once) and their versions.
# `new_end` and the three after it are NULL if the slot is occupied; `key_texts` is NULL if no booking has a key.
ARGUMENTS = """
    of_session uuid, of_creator uuid, slot_start timestamptz, session_version text,
    account_ids uuid[], account_versions text[],
    new_end timestamptz, new_capacity int, blocked_from timestamptz, blocked_until timestamptz,
    booking_ids uuid[], buyer_ids uuid[], seat_counts int[], amounts numeric[], statuses text[],
    created_ats timestamptz[], terms_texts text[], respond_bys timestamptz[], local_starts timestamp[], zones text[],
    job_kinds text[], job_times timestamptz[],
    key_routes text[], key_texts text[], key_hashes bytea[], unused_until timestamptz
"""
# Each statement sees what was committed before it started, so what waited for a lock is read again under it.
BODY = """
DECLARE
    wanted int := (SELECT sum(n) FROM unnest(seat_counts) n);
    done int;
BEGIN
    <<attempt>>
    BEGIN
        -- first, so that a request that waits for its duplicate holds no lock
        IF key_texts IS NOT NULL THEN
            INSERT INTO idempotency_keys AS used (user_id, route, key, body_hash, thing_id, created_at)
            SELECT * FROM unnest(buyer_ids, key_routes, key_texts, key_hashes, booking_ids, created_ats)
                AS claimed (user_id, route, key, body_hash, thing_id, created_at)
            WHERE claimed.key IS NOT NULL ORDER BY 1, 2, 3
            ON CONFLICT (user_id, route, key) DO UPDATE
                SET body_hash = excluded.body_hash, thing_id = excluded.thing_id, created_at = excluded.created_at
                WHERE used.created_at <= unused_until;
            GET DIAGNOSTICS done = ROW_COUNT;
            EXIT attempt WHEN done < (SELECT count(text) FROM unnest(key_texts) text);
        END IF;

        PERFORM pg_advisory_xact_lock_shared(hashtextextended('buyers of ' || of_creator, 0));
        PERFORM FROM sessions s
        WHERE s.id = of_session AND s.creator_id = of_creator AND s.xmin::text = session_version
        FOR KEY SHARE;
        EXIT attempt WHEN NOT FOUND;
        PERFORM FROM users u
        WHERE u.id = ANY (account_ids)
            AND concat_ws(' ', u.is_active, u.time_zone) = account_versions[array_position(account_ids, u.id)]
        ORDER BY u.id FOR KEY SHARE;
        GET DIAGNOSTICS done = ROW_COUNT;
        EXIT attempt WHEN done < cardinality(account_ids);
        IF new_end IS NULL THEN
            UPDATE slots l SET seats_taken = l.seats_taken + wanted
            WHERE l.session_id = of_session AND l.starts_at = slot_start AND l.creator_id = of_creator
                AND l.occupied AND l.seats_taken + wanted <= l.capacity;
            GET DIAGNOSTICS done = ROW_COUNT;
            EXIT attempt WHEN done = 0;
        ELSE
            PERFORM pg_advisory_xact_lock_shared(hashtextextended('seats of ' || of_creator, 0));
            PERFORM pg_advisory_xact_lock(hashtextextended('seats of ' || of_creator || ' ' || piece, 0))
            FROM generate_series(floor(extract(epoch FROM blocked_from) / 14400)::bigint,
                ceil(extract(epoch FROM blocked_until) / 14400)::bigint - 1) piece;
        END IF;
        -- a buyer who requests this start meanwhile holds the lock of the slot, or that of all slots
        IF EXISTS (
            SELECT FROM bookings b WHERE b.creator_id = of_creator AND b.session_id = of_session
                AND b.requested_start = slot_start AND b.user_id = ANY (buyer_ids))
        THEN
            IF new_end IS NULL THEN
                UPDATE slots l SET seats_taken = l.seats_taken - wanted
                WHERE l.session_id = of_session AND l.starts_at = slot_start AND l.creator_id = of_creator;
            END IF;
            EXIT attempt;
        END IF;
        IF new_end IS NOT NULL THEN
            INSERT INTO slots AS l (session_id, creator_id, starts_at, ends_at, blocked, capacity, seats_taken,
                local_start, time_zone)
            VALUES (of_session, of_creator, slot_start, new_end, tstzrange(blocked_from, blocked_until), new_capacity,
                wanted, local_starts[1], zones[1])
            ON CONFLICT (session_id, starts_at) DO UPDATE
                SET seats_taken = l.seats_taken + excluded.seats_taken, capacity = excluded.capacity,
                    ends_at = CASE WHEN l.occupied THEN greatest(l.ends_at, excluded.ends_at) ELSE excluded.ends_at END,
                    blocked = excluded.blocked + CASE WHEN l.occupied THEN l.blocked ELSE 'empty' END,
                    local_start = CASE WHEN l.occupied THEN l.local_start ELSE excluded.local_start END,
                    time_zone = CASE WHEN l.occupied THEN l.time_zone ELSE excluded.time_zone END
                WHERE l.creator_id = of_creator AND l.seats_taken + excluded.seats_taken <= excluded.capacity;
            GET DIAGNOSTICS done = ROW_COUNT;
            EXIT attempt WHEN done = 0;
        END IF;

        INSERT INTO bookings (creator_id, session_id, starts_at, id, user_id, seats, amount, status, created_at, terms,
            answer_by, local_start, time_zone)
        SELECT of_creator, of_session, slot_start, b.id, b.user_id, b.seats, b.amount, b.status, b.created_at,
            b.terms::jsonb, b.respond_by, b.local_start, b.zone
        FROM unnest(booking_ids, buyer_ids, seat_counts, amounts, statuses, created_ats, terms_texts, respond_bys,
                local_starts, zones)
            AS b (id, user_id, seats, amount, status, created_at, terms, respond_by, local_start, zone);
        INSERT INTO jobs (kind, subject, run_at)
        SELECT j.kind, j.subject, j.run_at FROM unnest(job_kinds, booking_ids, job_times) AS j (kind, subject, run_at)
        WHERE j.kind IS NOT NULL;
        INSERT INTO booking_steps (booking_id, at, actor_id, action, from_status, to_status, reason)
        SELECT h.booking_id, h.at, h.actor_id, 'book', NULL, h.status, ''
        FROM unnest(booking_ids, created_ats, buyer_ids, statuses) AS h (booking_id, at, actor_id, status);
        RETURN true;
    END;

    -- nothing else was written
    IF key_texts IS NOT NULL THEN
        DELETE FROM idempotency_keys k WHERE k.user_id = ANY (buyer_ids) AND k.thing_id = ANY (booking_ids);
    END IF;
    RETURN false;
END
"""


def upgrade() -> None:
    """The release before does not call it."""
    # the planner likes to know how long the arrays are, and would make every plan again at each call; a plan that it
    # keeps from when a table was empty must not scan the table
    options = "LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off"
    op.execute(f"CREATE FUNCTION book_1 ({ARGUMENTS}) RETURNS boolean {options} AS $${BODY}$$")


def downgrade() -> None:
    """Back: the release before books in a transaction of several statements."""
    op.execute("DROP FUNCTION book_1")
