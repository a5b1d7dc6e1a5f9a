"""Faults of the simulated provider: answers that are lost, scripted by a test."""

from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """What goes wrong with a request."""

    BEFORE = "before"
    """The connection breaks before anything happens."""
    AFTER = "after"
    """It happens, and the connection breaks before the answer."""
    NEVER = "never"
    """It happens, and no answer is sent."""
    TWICE = "twice"
    """It happens, and each of its notices is sent twice."""
    ERROR = "500"
    """The provider answers that it failed, and does nothing."""

    @property
    def has_effect(self) -> bool:
        return self not in {Fault.BEFORE, Fault.ERROR}

    @property
    def loses_answer(self) -> bool:
        return self is not Fault.TWICE


OPERATIONS = frozenset({"open", "capture", "void", "refund", "look_up", "list"})


@dataclass(slots=True)
class Faults:
    """Faults that are still to happen, by operation."""

    scripted: dict[str, list[Fault]] = field(default_factory=dict)

    def add(self, operation: str, mode: Fault, times: int = 1) -> None:
        """Let the next requests of an operation fail. Raises `ValueError` for an unknown operation."""
        if operation not in OPERATIONS:
            raise ValueError(f"one of {', '.join(sorted(OPERATIONS))}")
        self.scripted.setdefault(operation, []).extend([mode] * times)

    def take(self, operation: str) -> Fault | None:
        """Return and forget the next fault of an operation."""
        waiting = self.scripted.get(operation)
        return waiting.pop(0) if waiting else None

    def clear(self) -> None:
        self.scripted.clear()
