"""Tables as dictionaries."""

from collections import defaultdict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
R = TypeVar("R")


def _ungrouped(_: object) -> None:
    return None


class Table(Generic[K, R]):
    """The committed rows of one kind, by key and by group. Rows are frozen, so a reader may keep one."""

    def __init__(self, name: str, group_of: Callable[[R], Hashable] = _ungrouped) -> None:
        self.name = name
        self.group_of = group_of
        self.rows: dict[K, R] = {}
        self.groups: dict[Hashable, dict[K, R]] = defaultdict(dict)

    def put(self, key: K, row: R) -> None:
        """Insert or update a row."""
        old = self.rows.get(key)
        if old is not None and self.group_of(old) != self.group_of(row):
            del self.groups[self.group_of(old)][key]
        self.rows[key] = self.groups[self.group_of(row)][key] = row

    def drop(self, key: K) -> None:
        """Delete a row if it exists."""
        row = self.rows.pop(key, None)
        if row is not None:
            del self.groups[self.group_of(row)][key]
