"""Jobs that keep failing, in words for a person."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.core import errors

FAILING_AFTER = 3
"""Attempts that failed one after the other, after which a job is one that somebody should look at."""
OTHER_FAULT = "Something went wrong on our side ({}). See the worker's log."


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingJob:
    """A job that failed at least `FAILING_AFTER` times, when it did last and when it will be tried again.

    `fault` is the name of what was raised: a message could quote what people wrote, or a statement.
    """

    id: int
    name: str
    subject: UUID | None
    attempts: int
    fault: str | None
    failed_at: datetime | None
    next_at: datetime
    is_under_way: bool

    @property
    def error(self) -> str:
        """What went wrong, in a sentence."""
        known = getattr(errors, self.fault or "", None)
        if isinstance(known, type) and issubclass(known, errors.MarketplaceError) and hasattr(known, "sentence"):
            return known.sentence
        return OTHER_FAULT.format(self.fault or "unknown")

    def check_waits(self, now: datetime) -> None:
        """Raise `IllegalTransition` when it is tried at this moment, or about to be."""
        if self.is_under_way or self.next_at <= now:
            raise errors.IllegalTransition("This job is already being retried.")
