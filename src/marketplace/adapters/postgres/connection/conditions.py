"""WHERE conditions, built from the filters of a request."""

from copy import copy
from datetime import datetime
from typing import Self


class Conditions:
    """Conditions joined by AND, with the arguments of their placeholders."""

    def __init__(self, *conditions: str) -> None:
        self.arguments: list[object] = []
        self.conditions = list(conditions)

    def clone(self) -> Self:
        """Return a copy for another statement."""
        copied = copy(self)
        copied.arguments, copied.conditions = [*self.arguments], [*self.conditions]
        return copied

    def bind(self, value: object) -> str:
        """Add an argument and return its placeholder."""
        self.arguments.append(value)
        return f"${len(self.arguments)}"

    def bind_time(self, moment: datetime) -> str:
        """Add a time and return its placeholder with a cast, where PostgreSQL cannot infer the type."""
        return f"{self.bind(moment)}::timestamptz"

    def require(self, condition: str, *values: object) -> None:
        """Add a condition; each `{}` in it stands for a value."""
        self.conditions.append(condition.format(*(self.bind(value) for value in values)))

    def where(self) -> str:
        """Return the conditions joined by AND."""
        return " AND ".join(self.conditions)
