"""What the rows of a list must meet, put together from what was asked."""

from copy import copy
from datetime import datetime
from typing import Self


class Conditions:
    """What rows must meet, with the arguments of the placeholders."""

    def __init__(self, *conditions: str) -> None:
        self.arguments: list[object] = []
        self.conditions = list(conditions)

    def again(self) -> Self:
        """The same for another statement."""
        copied = copy(self)
        copied.arguments, copied.conditions = [*self.arguments], [*self.conditions]
        return copied

    def bind(self, value: object) -> str:
        """The placeholder of one more argument."""
        self.arguments.append(value)
        return f"${len(self.arguments)}"

    def bind_time(self, moment: datetime) -> str:
        """The placeholder of a time, where PostgreSQL could not tell that it is one."""
        return f"{self.bind(moment)}::timestamptz"

    def require(self, condition: str, *values: object) -> None:
        """One more condition; each `{}` in it stands for a value."""
        self.conditions.append(condition.format(*(self.bind(value) for value in values)))

    def where(self) -> str:
        """All conditions."""
        return " AND ".join(self.conditions)
