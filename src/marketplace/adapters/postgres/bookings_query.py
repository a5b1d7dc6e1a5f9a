"""How a list of bookings becomes one statement: the scans that it is merged from, and where a page begins.

Every index that serves a list begins with whose it is and the status. So a page is the first rows of up to four scans,
one for each status and each in the list's order: what it costs does not depend on what else a person has.
"""

import json
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from marketplace.adapters.postgres.connection.conditions import Conditions
from marketplace.core.domain.bookings import Booking, BookingFilters, BookingStatus

STATUSES: tuple[BookingStatus, ...] = get_args(BookingStatus)
Party = Literal["user_id", "creator_id"]


class BookingsStatement:
    """What a person booked (`user_id`), or what was booked of theirs (`creator_id`)."""

    def __init__(self, party: Party, person: UUID, filters: BookingFilters) -> None:
        self._party, self._person, self._filters = party, person, filters
        self._key = "created_at" if "created_at" in filters.ordering else "starts_at"
        self._direction, self._beyond = ("DESC", "<") if filters.ordering.startswith("-") else ("ASC", ">")
        self.order = f"ORDER BY b.{self._key} {self._direction}, b.id {self._direction}"

    def statement(self, limit: int, after: str | None) -> tuple[str, list[object]]:
        """The ids of a page and of one booking more, which tells whether another page follows."""
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
            # OFFSET keeps the planner from walking in the list's order past everything that does not pass
            passing = f"{rows} AND b.status = ANY({conditions.bind(statuses)}) OFFSET 0"
            found = f"SELECT * FROM ({passing}) b WHERE {beyond}"  # noqa: S608 - placeholders
        return f"SELECT b.id FROM ({found}) b {first}", conditions.arguments  # noqa: S608 - placeholders

    def position(self, booking: Booking) -> str:
        """Where the page after this booking begins."""
        at: datetime = getattr(booking, self._key)
        return json.dumps([at.isoformat(), str(booking.id)])

    def _comes_sorted(self) -> bool:
        """Whether there is an index that has what passes in the list's order."""
        filters = self._filters
        is_bounded = filters.starts_from is not None or filters.starts_to is not None
        is_of_both = self._party == "user_id" and filters.session is not None
        return not is_of_both and not (is_bounded and self._key == "created_at")

    def _conditions(self) -> Conditions:
        conditions, filters = Conditions(), self._filters
        if filters.session is None or self._party == "user_id":
            conditions.require(f"b.{self._party} = {{}}", self._person)
        else:
            # asked of the session once, or all that others sold of theirs would be read
            of_theirs = "(SELECT s.creator_id FROM sessions s WHERE s.id = {}) = {}"
            conditions.require(of_theirs, filters.session, self._person)
        for condition, value in (
            ("b.session_id = {}", filters.session),
            ("b.starts_at >= {}", filters.starts_from),
            ("b.starts_at < {}", filters.starts_to),
        ):
            if value is not None:
                conditions.require(condition, value)
        return conditions
