"""Statements of lists of bookings: index scans merged into a page.

Every index that serves a list starts with the party and the status. So a page is merged from up to four scans, one per
status and each in the order of the list; its cost does not depend on the number of other bookings.
"""

import json
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from marketplace.adapters.postgres.connection.conditions import Conditions
from marketplace.core.domain.booking_details import BookingFilters
from marketplace.core.domain.booking_steps import BookingStatus
from marketplace.core.domain.bookings import Booking

STATUSES: tuple[BookingStatus, ...] = get_args(BookingStatus)
Party = Literal["user_id", "creator_id"]


PARTIES: tuple[Party, ...] = get_args(Party)


def first_pages(party: Party) -> tuple[str, str]:
    """Return the source `page (id)` of the newest bookings of people, and the order of the rows that are joined to it.

    `$1` are the people and `$2` how many bookings to select for each, which are read as in one page. The arrays are
    subqueries, so that the planner does not see their length and keeps one plan.
    """
    newest = "ORDER BY b.created_at DESC, b.id DESC"
    scans = " UNION ALL ".join(
        f"(SELECT b.id, b.created_at FROM bookings b WHERE b.{party} = asked.person AND b.status = '{status}'"  # noqa: S608
        f" {newest} LIMIT asked.size)"
        for status in STATUSES
    )
    people = "unnest((SELECT $1::uuid[]), (SELECT $2::int[])) WITH ORDINALITY AS asked (person, size, place)"
    source = f"{people}, LATERAL (SELECT b.id FROM ({scans}) b {newest} LIMIT asked.size) AS page"  # noqa: S608
    return source, f"ORDER BY asked.place, {newest.removeprefix('ORDER BY ')}"


class BookingsStatement:
    """A person's bookings as learner (`user_id`) or as creator (`creator_id`)."""

    def __init__(self, party: Party, person: UUID, filters: BookingFilters) -> None:
        self._party, self._person, self._filters = party, person, filters
        self._key = "created_at" if "created_at" in filters.ordering else "starts_at"
        self._direction, self._beyond = ("DESC", "<") if filters.ordering.startswith("-") else ("ASC", ">")
        self.order = f"ORDER BY b.{self._key} {self._direction}, b.id {self._direction}"

    def statement(self, limit: int, after: str | None) -> tuple[str, list[object]]:
        """Select the ids of a page and one more, which tells whether another page follows."""
        conditions, beyond = self._conditions(), "true"
        if after is not None:
            at, booking_id = json.loads(after)
            place = f"({conditions.bind(datetime.fromisoformat(at))}, {conditions.bind(UUID(booking_id))})"
            beyond = f"(b.{self._key}, b.id) {self._beyond} {place}"
        first = f"{self.order} LIMIT {conditions.bind(limit + 1)}"
        rows = f"SELECT b.id, b.{self._key} FROM bookings b WHERE {conditions.where()}"  # noqa: S608 - placeholders
        statuses = sorted(self._filters.statuses or STATUSES)
        if self._comes_sorted():
            parts = (f"({rows} AND b.status = {conditions.bind(status)} AND {beyond} {first})" for status in statuses)
            found = " UNION ALL ".join(parts)
        else:
            # OFFSET 0 keeps the planner from walking the index in order past every row that does not match
            matching = f"{rows} AND b.status = ANY({conditions.bind(statuses)}) OFFSET 0"
            found = f"SELECT * FROM ({matching}) b WHERE {beyond}"  # noqa: S608 - placeholders
        return f"SELECT b.id FROM ({found}) b {first}", conditions.arguments  # noqa: S608 - placeholders

    def position(self, booking: Booking) -> str:
        """Return the position of the page after this booking."""
        at: datetime = getattr(booking, self._key)
        return json.dumps([at.isoformat(), str(booking.id)])

    def _comes_sorted(self) -> bool:
        """Tell whether an index returns the matches in the order of the list."""
        filters = self._filters
        is_bounded = filters.starts_from is not None or filters.starts_to is not None
        is_learner_in_session = self._party == "user_id" and filters.session is not None
        return not (is_learner_in_session or filters.awaits_creator) and not (is_bounded and self._key == "created_at")

    def _conditions(self) -> Conditions:
        conditions, filters = Conditions(), self._filters
        if filters.session is None or self._party == "user_id":
            conditions.require(f"b.{self._party} = {{}}", self._person)
        else:
            # checked once on the session; otherwise every booking of the creator would be read
            of_theirs = "(SELECT s.creator_id FROM sessions s WHERE s.id = {}) = {}"
            conditions.require(of_theirs, filters.session, self._person)
        if filters.awaits_creator:
            conditions.require("(b.status = {} AND b.pay_by IS NULL OR b.requested_start IS NOT NULL)", "pending")
        for condition, value in (
            ("b.session_id = {}", filters.session),
            ("b.starts_at >= {}", filters.starts_from),
            ("b.starts_at < {}", filters.starts_to),
        ):
            if value is not None:
                conditions.require(condition, value)
        return conditions
