"""Starts of a session with what a buyer sees of them: seats left, and why one cannot be booked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from marketplace.core.domain.recurring_starts import RecurringStarts
from marketplace.core.domain.schedules import ClosedReason
from marketplace.core.domain.spans import minutes

Closing = Literal[ClosedReason, "exception", "buffer", "other_session", "sold_out"]
"""Why a scheduled start cannot be booked.

`past`, `notice`, `horizon`: closed by the clock; `exception`: closed by a date override; `sold_out`: no seats left;
`other_session`: the creator has another booked session at that time; `buffer`: a buffer before or after a booked
session is in the way.
"""


class BookableStart(NamedTuple):
    """A start given by the schedule. `reason` says why it cannot be booked; `None` if it can.

    `time_zone` is the schedule's. A tuple, since a page has one for each session.
    """

    starts_at: datetime
    ends_at: datetime
    time_zone: str
    capacity: int
    seats_left: int
    reason: Closing | None

    @classmethod
    def free(
        cls, starts_at: datetime, duration: int, capacity: int, seats_taken: int, time_zone: str
    ) -> "BookableStart":
        """Create a start that can be booked, of a session of `duration` minutes."""
        return cls(
            starts_at=starts_at,
            ends_at=starts_at + minutes(duration),
            time_zone=time_zone,
            capacity=capacity,
            seats_left=capacity - seats_taken,
            reason=None,
        )


class BookableRun(NamedTuple):
    """Starts of one run that have as many seats left, and the same reason."""

    starts: RecurringStarts
    seats_left: int
    reason: Closing | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookableStarts:
    """Starts of a session in order; `next` is the first that a full answer leaves out."""

    time_zone: str
    duration: int
    capacity: int
    runs: tuple[BookableRun, ...]
    next: datetime | None = None

    def __iter__(self) -> Iterator[BookableStart]:
        length = minutes(self.duration)
        for run in self.runs:
            for start in run.starts:
                yield BookableStart(
                    starts_at=start,
                    ends_at=start + length,
                    time_zone=self.time_zone,
                    capacity=self.capacity,
                    seats_left=run.seats_left,
                    reason=run.reason,
                )
