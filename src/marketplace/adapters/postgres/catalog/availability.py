"""The SQL of `Availability.next_bookable_start` and `has_bookable_start`, over materialized starts and slots.

In every fragment `s` is a session (its `id`, `creator_id`, `duration` and `max_participants`), `o` its row of
`open_times`, and `w` the window to search, with the intervals that a slot blocks `before` and `after` its start. A
start is free if no occupied slot of the creator overlaps it; a start at the session's own slot is bookable while seats
are left.

The first start is checked on its own, which nearly always settles it. If it is taken, only the first start after the
end of an occupied slot can be the first free one, since the starts before it collide with the same slot. So the cost is
one read of the creator's occupied slots, however many starts there are. They are read in parts `p`, nearest first.
"""
# ruff: noqa: S608 - constant text and placeholders

PARTS = "(0, 7), (7, 35), (35, 100000)"
"""Ranges of days from the start of the search."""
MICROSECOND = "interval '1 microsecond'"
FOREVER = "'infinity'::timestamptz"

IS_LISTED = "s.status = 'active' AND s.archived_at IS NULL AND s.hidden_at IS NULL AND c.is_active"
SEATS_TAKEN = "coalesce((SELECT l.seats_taken FROM slots l WHERE l.session_id = s.id AND l.starts_at = next.at), 0)"


def _next_start(since: str) -> str:
    """The first start of `o` at or after a time, free or not; null if there is none."""
    stride = "make_interval(mins => o.steps[n])"
    return f"""(SELECT CASE
            WHEN n > 0 AND {since} <= o.firsts[n] + make_interval(mins => o.steps[n] * (o.counts[n] - 1))
            THEN date_bin({stride}, {since} + {stride} - {MICROSECOND}, o.firsts[n])
            ELSE o.firsts[n + 1] END
        FROM (SELECT width_bucket({since}, o.firsts) AS n OFFSET 0) AS place)"""


def _parts(since: str) -> str:
    """The time from `since` to the end of `w`, divided into parts, in order."""
    day = "interval '24 hours'"
    return f"""(SELECT {since} + first * {day} AS since, least({since} + last * {day}, w.until) AS until
            FROM (VALUES {PARTS}) AS part (first, last) ORDER BY first) AS p"""


GAPS = """(SELECT since, lead(taken_from) OVER (ORDER BY since) AS until FROM (
                SELECT p.since, NULL::timestamptz AS taken_from
                UNION ALL
                SELECT upper(l.blocked) + w.before, lower(l.blocked) FROM slots l
                WHERE l.creator_id = s.creator_id AND l.occupied
                    AND l.blocked && tstzrange(p.since - w.before, p.until + w.after)
            ) AS taken) AS gap"""
"""The gaps between occupied slots of the creator in a part: free from `since` to `until` (null for no end)."""
OWN_SLOTS = """slots l WHERE l.session_id = s.id AND l.starts_at >= p.since AND l.starts_at < p.until
                AND l.occupied AND l.seats_taken < s.max_participants"""
"""The session's own slots in a part that have seats left."""


def _next_bookable_start(now: str, begin: str, end: str) -> str:
    """The first start in `[begin, end)` of a session with a schedule that can be booked now; null if there is none."""
    first_free = f"""SELECT min(at) AS at FROM (
                SELECT next.at FROM {GAPS}, LATERAL (SELECT {_next_start("gap.since")} AS at
                    WHERE gap.until IS NULL OR gap.since + w.after <= gap.until OFFSET 0) AS next
                WHERE next.at < p.until AND (gap.until IS NULL OR next.at + w.after <= gap.until)
                UNION ALL
                SELECT l.starts_at FROM {OWN_SLOTS} AND {_next_start("l.starts_at")} = l.starts_at) AS free"""
    return f"""(SELECT CASE
            WHEN NOT EXISTS (SELECT FROM slots l WHERE l.creator_id = s.creator_id AND l.occupied
                AND l.blocked && tstzrange(f.at - w.before, f.at + w.after)
                AND NOT (l.session_id = s.id AND l.starts_at = f.at AND l.seats_taken < s.max_participants))
            THEN f.at
            ELSE (SELECT found.at FROM {_parts("f.at")}, LATERAL ({first_free}) AS found
                WHERE p.since < p.until AND found.at IS NOT NULL ORDER BY p.since LIMIT 1) END
        FROM open_times o,
            LATERAL (SELECT greatest({begin}, {now} + make_interval(mins => o.notice)) AS since,
                least({end}, {now} + make_interval(hours => 24 * o.horizon)) AS until,
                make_interval(mins => o.buffer_before) AS before,
                make_interval(mins => s.duration + o.buffer_after) AS after OFFSET 0) AS w,
            LATERAL (SELECT {_next_start("w.since")} AS at OFFSET 0) AS f
        WHERE o.session_id = s.id AND f.at < w.until)"""


def _has_room(begin: str, end: str) -> str:
    """A condition: a session by arrangement could start in `[begin, end)`."""
    return f"""(SELECT NOT EXISTS (SELECT FROM slots l WHERE l.creator_id = s.creator_id AND l.occupied
                AND l.blocked && tstzrange(w.since, w.since + w.after))
            OR EXISTS (SELECT FROM {_parts("w.since")} WHERE p.since < p.until AND (
                EXISTS (SELECT FROM {GAPS}
                    WHERE gap.since < p.until AND (gap.until IS NULL OR gap.since + w.after <= gap.until))
                OR EXISTS (SELECT FROM {OWN_SLOTS})))
        FROM (SELECT {begin} AS since, {end} AS until, interval '0' AS before,
            make_interval(mins => s.duration) AS after OFFSET 0) AS w
        WHERE w.since < w.until)"""


def has_bookable_start(now: str, begin: str, end: str) -> str:
    """A condition: a start in `[begin, end)`, which must be in the future, can be booked now.

    `s` also has the column `is_open` (by arrangement).
    """
    return (
        f"CASE WHEN s.is_open THEN {_has_room(begin, end)} ELSE {_next_bookable_start(now, begin, end)} IS NOT NULL END"
    )


def first_bookable_start(now: str, begin: str, end: str) -> str:
    """A column: the first start in `[begin, end)` that can be booked now; infinity if none, or `s.is_open`."""
    return f"CASE WHEN s.is_open THEN {FOREVER} ELSE coalesce({_next_bookable_start(now, begin, end)}, {FOREVER}) END"


def is_available(begin: str, end: str) -> str:
    """A condition: `has_bookable_start`, of a row of `s` that also has its `first_bookable_start` as `at`."""
    return f"CASE WHEN s.is_open THEN {_has_room(begin, end)} ELSE s.at < {FOREVER} END"


def next_slot(now: str) -> str:
    """A column: the first start that can be booked now and its seats taken; null if there is none.

    `s` is the whole row of the session, and `c` that of its creator.
    """
    return f"""CASE WHEN {IS_LISTED} AND s.schedule IS NOT NULL THEN (
        SELECT (next.at, {SEATS_TAKEN}) FROM {_next(now)} WHERE next.at IS NOT NULL) END"""


def next_slots(now: str, ids: str) -> str:
    """Select the same of all sessions with these ids that have one, as `id`, `starts_at` and `seats_taken`."""
    return f"""
        SELECT s.id, next.at AS starts_at, {SEATS_TAKEN} AS seats_taken
        FROM sessions s JOIN users c ON c.id = s.creator_id, LATERAL {_next(now)}
        WHERE s.id = ANY({ids}) AND {IS_LISTED} AND next.at IS NOT NULL
    """


def _next(now: str) -> str:
    return f"(SELECT {_next_bookable_start(now, f'{now} + {MICROSECOND}', FOREVER)} AS at OFFSET 0) AS next"


def first_slots(now: str, begin: str, end: str, ids: str) -> str:
    """Select the first bookable start in `[begin, end)` of all sessions with these ids that have one, and its seats."""
    return f"""
        SELECT s.id, s.duration, s.max_participants, coalesce(s.schedule ->> 'time_zone', c.time_zone) AS time_zone,
            next.at AS starts_at, {SEATS_TAKEN} AS seats_taken
        FROM sessions s JOIN users c ON c.id = s.creator_id,
            LATERAL (SELECT {_next_bookable_start(now, begin, end)} AS at OFFSET 0) AS next
        WHERE s.id = ANY({ids}) AND {IS_LISTED} AND next.at IS NOT NULL
    """
