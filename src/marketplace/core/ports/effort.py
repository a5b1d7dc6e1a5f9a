"""What answering takes of the database: added to by the adapters, read by whoever began to count.

A context variable, since neither side knows the other and no rule of the core depends on it.
"""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Effort:
    """Statements, the seconds that they took, and the seconds spent waiting for a connection."""

    statements: int = 0
    database_seconds: float = 0.0
    waiting_seconds: float = 0.0


EFFORT: ContextVar[Effort | None] = ContextVar("effort", default=None)
"""That of the request or the job under way; `None` where nobody counts."""
