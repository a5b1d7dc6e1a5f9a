"""Jobs that failed several times in a row."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.core import errors

FAILING_AFTER = 3
"""Consecutive failures after which a job counts as failing."""
UNKNOWN_FAULT = "Something went wrong on our side ({}). See the worker's log."


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingJob:
    """A job that failed at least `FAILING_AFTER` times in a row.

    `fault` is the exception's class name only: messages could quote user input or SQL.
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
        """Return a sentence that describes the last error."""
        known = getattr(errors, self.fault or "", None)
        if isinstance(known, type) and issubclass(known, errors.MarketplaceError) and hasattr(known, "sentence"):
            return known.sentence
        return UNKNOWN_FAULT.format(self.fault or "unknown")

    def require_not_due(self, now: datetime) -> None:
        """Raise `IllegalTransition` if the job is running or due."""
        if self.is_under_way or self.next_at <= now:
            raise errors.IllegalTransition("This job is already being retried.")
