"""What answering takes of the database: added to by the adapters, read by whoever began to count.

A context variable, since neither side knows the other and no rule of the core depends on it.
"""

from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(slots=True)
class DatabaseTiming:
    """When each statement began, by `perf_counter`, and its seconds; and the seconds of waiting for a connection."""

    timeline: list[tuple[float, float]] = field(default_factory=list)
    waiting_seconds: float = 0.0

    @property
    def statements(self) -> int:
        """How many."""
        return len(self.timeline)

    @property
    def database_seconds(self) -> float:
        """How long all of them took."""
        return sum(seconds for _, seconds in self.timeline)


DATABASE_TIMING: ContextVar[DatabaseTiming | None] = ContextVar("effort", default=None)
"""That of the request or the job under way; `None` where nobody counts."""
