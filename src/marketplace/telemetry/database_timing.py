"""Time spent in the database by the current request or job, and usage of the connection pool.

Adapters write to a context variable and the request log reads it, so neither imports the other.
"""

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(slots=True)
class DatabaseTiming:
    """Statements as (start by `perf_counter`, duration), and time spent waiting for a connection; all in seconds.

    `has_committed`: a transaction was committed.
    """

    timeline: list[tuple[float, float]] = field(default_factory=list)
    waiting_seconds: float = 0.0
    has_committed: bool = False

    @property
    def statements(self) -> int:
        return len(self.timeline)

    @property
    def database_seconds(self) -> float:
        total = 0.0
        for _, seconds in self.timeline:
            total += seconds
        return total


DATABASE_TIMING: ContextVar[DatabaseTiming | None] = ContextVar("database_timing", default=None)
"""`None` outside requests and jobs."""


@dataclass(frozen=True, slots=True)
class PoolUsage:
    """Open connections, idle connections, and callers waiting for a connection."""

    size: int
    idle: int
    waiting: int


class ConnectionPool(Protocol):
    """A pool whose usage can be sampled."""

    @property
    def usage(self) -> PoolUsage: ...
