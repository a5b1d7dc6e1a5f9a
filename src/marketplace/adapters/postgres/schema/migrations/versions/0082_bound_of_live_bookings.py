"""A bound on the live bookings of a person.

`book_6` and `book_7` are `book_4` and `book_5` (0060) with one more argument, `max_live`, which NULL leaves out;
programs of the release before call those. A change of arguments or results is a new function with another name.
"""

from alembic import op

revision = "0082"
down_revision = "0081"
branch_labels = None
depends_on = None

# What decides a booking; other columns, such as the words that are searched, are written without an edit.
VERSION = """hash_record_extended(ROW(s.title, s.duration, s.price, s.max_participants, s.status, s.archived_at,
                s.hidden_at, s.requires_confirmation, s.cancellation_notice, s.format, s.schedule, s.payment_method,
                s.cancellation_policy), 0)::text"""
# Buyers who would have more live bookings than `max_live`. Those of other creators count, too.
FULL = """SELECT FROM unnest(buyer_ids) AS w (buyer) GROUP BY w.buyer
                HAVING count(*) + (SELECT count(*) FROM (
                    SELECT FROM bookings b
                    WHERE b.user_id = w.buyer AND b.status IN ('pending', 'confirmed') AND b.starts_at > created_ats[1]
                    LIMIT max_live) AS live) > max_live"""
ROOM = """IF max_live IS NOT NULL THEN
            -- a person's bookings wait for each other here, so that the next statement sees all of them
            PERFORM pg_advisory_xact_lock(hashtextextended('bookings of ' || buyer, 0))
            FROM (SELECT DISTINCT buyer FROM unnest(buyer_ids) buyer ORDER BY buyer) AS buyers;
            IF EXISTS ({full})
            THEN
                RAISE check_violation USING CONSTRAINT = 'max_live_bookings', MESSAGE = 'too many live bookings';
            END IF;
        END IF;"""
# All arrays have one element per booking, except the accounts (creator and buyers, each once) and their versions.
# `new_end` and the three after it are NULL if the slot is occupied; `key_texts` is NULL if no booking has a key.
ARGUMENTS = """
    of_session uuid, of_creator uuid, slot_start timestamptz, session_version text,
    account_ids uuid[], account_versions text[],
    new_end timestamptz, new_capacity int, blocked_from timestamptz, blocked_until timestamptz,
    booking_ids uuid[], buyer_ids uuid[], seat_counts int[], amounts numeric[], statuses text[],
    created_ats timestamptz[], terms_texts text[], respond_bys timestamptz[], pay_bys timestamptz[],
    local_starts timestamp[], zones text[], addresses text[], job_kinds text[], job_times timestamptz[],
    key_routes text[], key_texts text[], key_hashes bytea[], unused_until timestamptz, max_live int
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
        WHERE s.id = of_session AND s.creator_id = of_creator AND {version} = session_version
        FOR KEY SHARE;
        EXIT attempt WHEN NOT FOUND;
        PERFORM FROM users u
        WHERE u.id = ANY (account_ids)
            AND concat_ws(' ', u.is_active, u.time_zone) = account_versions[array_position(account_ids, u.id)]
        ORDER BY u.id FOR KEY SHARE;
        GET DIAGNOSTICS done = ROW_COUNT;
        EXIT attempt WHEN done < cardinality(account_ids);
        {room}
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
            answer_by, pay_by, local_start, time_zone, address)
        SELECT of_creator, of_session, slot_start, b.id, b.user_id, b.seats, b.amount, b.status, b.created_at,
            b.terms::jsonb, b.respond_by, b.pay_by, b.local_start, b.zone, b.address
        FROM unnest(booking_ids, buyer_ids, seat_counts, amounts, statuses, created_ats, terms_texts, respond_bys,
                pay_bys, local_starts, zones, addresses)
            AS b (id, user_id, seats, amount, status, created_at, terms, respond_by, pay_by, local_start, zone,
                address);
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


MANY_ARGUMENTS = """
    session_ids uuid[], owner_ids uuid[], session_versions text[],
    account_ids uuid[], account_versions text[],
    of_sessions uuid[], of_creators uuid[], slot_starts timestamptz[],
    new_ends timestamptz[], new_capacities int[], blocked_froms timestamptz[], blocked_untils timestamptz[],
    booking_ids uuid[], buyer_ids uuid[], seat_counts int[], amounts numeric[], statuses text[],
    created_ats timestamptz[], terms_texts text[], respond_bys timestamptz[], pay_bys timestamptz[],
    local_starts timestamp[], zones text[], addresses text[], job_kinds text[], job_times timestamptz[],
    key_routes text[], key_texts text[], key_hashes bytea[], unused_until timestamptz, max_live int
"""
# The guards of `book_6` in its order, for new slots only. It waits for other bookings, but for no edit: whatever is in
# the way, the caller writes each booking alone.
MANY_BODY = """
DECLARE
    done int;
BEGIN
    <<attempt>>
    BEGIN
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

        EXIT attempt WHEN NOT (
            SELECT bool_and(pg_try_advisory_xact_lock_shared(hashtextextended('buyers of ' || creator, 0))
                AND pg_try_advisory_xact_lock_shared(hashtextextended('seats of ' || creator, 0)))
            FROM unnest(owner_ids) creator);
        PERFORM FROM sessions s
        WHERE s.id = ANY (session_ids) AND s.creator_id = owner_ids[array_position(session_ids, s.id)]
            AND {version} = session_versions[array_position(session_ids, s.id)]
        FOR KEY SHARE SKIP LOCKED;
        GET DIAGNOSTICS done = ROW_COUNT;
        EXIT attempt WHEN done < cardinality(session_ids);
        PERFORM FROM users u
        WHERE u.id = ANY (account_ids)
            AND concat_ws(' ', u.is_active, u.time_zone) = account_versions[array_position(account_ids, u.id)]
        FOR KEY SHARE SKIP LOCKED;
        GET DIAGNOSTICS done = ROW_COUNT;
        EXIT attempt WHEN done < cardinality(account_ids);
        IF max_live IS NOT NULL THEN
            EXIT attempt WHEN NOT (
                SELECT bool_and(pg_try_advisory_xact_lock(hashtextextended('bookings of ' || buyer, 0)))
                FROM unnest(buyer_ids) buyer);
            EXIT attempt WHEN EXISTS ({full});
        END IF;
        -- in one order for all, as only these are waited for
        PERFORM pg_advisory_xact_lock(hashtextextended('seats of ' || creator || ' ' || piece, 0))
        FROM (SELECT DISTINCT blocked.creator, piece
            FROM unnest(of_creators, blocked_froms, blocked_untils) AS blocked (creator, since, until),
                generate_series(floor(extract(epoch FROM since) / 14400)::bigint,
                    ceil(extract(epoch FROM until) / 14400)::bigint - 1) piece
            ORDER BY 1, 2) AS pieces;
        EXIT attempt WHEN EXISTS (
            SELECT FROM unnest(of_creators, of_sessions, slot_starts, buyer_ids) AS w (creator, session, start, buyer)
                JOIN bookings b ON b.creator_id = w.creator AND b.session_id = w.session
                    AND b.requested_start = w.start AND b.user_id = w.buyer);

        INSERT INTO slots (session_id, creator_id, starts_at, ends_at, blocked, capacity, seats_taken, local_start,
            time_zone)
        SELECT n.session, n.creator, n.start, n.ends, tstzrange(n.since, n.until), n.capacity, n.seats, n.local, n.zone
        FROM unnest(of_sessions, of_creators, slot_starts, new_ends, blocked_froms, blocked_untils, new_capacities,
                seat_counts, local_starts, zones)
            AS n (session, creator, start, ends, since, until, capacity, seats, local, zone);
        INSERT INTO bookings (creator_id, session_id, starts_at, id, user_id, seats, amount, status, created_at, terms,
            answer_by, pay_by, local_start, time_zone, address)
        SELECT b.creator, b.session, b.start, b.id, b.user_id, b.seats, b.amount, b.status, b.created_at,
            b.terms::jsonb, b.respond_by, b.pay_by, b.local_start, b.zone, b.address
        FROM unnest(of_creators, of_sessions, slot_starts, booking_ids, buyer_ids, seat_counts, amounts, statuses,
                created_ats, terms_texts, respond_bys, pay_bys, local_starts, zones, addresses)
            AS b (creator, session, start, id, user_id, seats, amount, status, created_at, terms, respond_by, pay_by,
                local_start, zone, address);
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
    """Add functions that the release before does not call."""
    # the options are those of migration 0031
    options = "LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off"
    body = BODY.format(version=VERSION, room=ROOM.format(full=FULL))
    op.execute(f"CREATE FUNCTION book_6 ({ARGUMENTS}) RETURNS boolean {options} AS $${body}$$")
    # a booking that takes long must not hold up those of other creators
    options += " SET lock_timeout = '200ms'"
    many_body = MANY_BODY.format(version=VERSION, full=FULL)
    op.execute(f"CREATE FUNCTION book_7 ({MANY_ARGUMENTS}) RETURNS boolean {options} AS $${many_body}$$")


def downgrade() -> None:
    """Back."""
    op.execute("DROP FUNCTION book_7")
    op.execute("DROP FUNCTION book_6")
