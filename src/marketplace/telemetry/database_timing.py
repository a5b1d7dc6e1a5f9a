"""Database statements and waiting times of the current request or job, and the state of the connection pool.

The adapters add to a context variable and the request log reads it, so that neither imports the other.
"""

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(slots=True)
class DatabaseTiming:
    """Start (by `perf_counter`) and duration in seconds of each statement; seconds spent waiting for a connection."""

    timeline: list[tuple[float, float]] = field(default_factory=list)
    waiting_seconds: float = 0.0

    @property
    def statements(self) -> int:
        """The number of statements."""
        return len(self.timeline)

    @property
    def database_seconds(self) -> float:
        """The total duration of all statements."""
        return sum(seconds for _, seconds in self.timeline)


DATABASE_TIMING: ContextVar[DatabaseTiming | None] = ContextVar("database_timing", default=None)
"""The timing of the current request or job; `None` outside of both."""


@dataclass(frozen=True, slots=True)
class PoolUsage:
    """Connections that exist, connections that are idle, and callers that wait for one."""

    size: int
    idle: int
    waiting: int


class ConnectionPool(Protocol):
    """A pool whose usage can be sampled."""

    @property
    def usage(self) -> PoolUsage:
        """The usage at this moment."""
        ...
