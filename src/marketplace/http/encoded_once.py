"""JSON of resources that the storage keeps, and so gives as the same object to many answers."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

T = TypeVar("T")

MAX_RESOURCES = 500
"""Kept by one process, a few kilobytes each."""


class EncodedOnce:
    """The JSON of the resources that were encoded last. A resource is known by identity: it never changes."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[object, msgspec.Raw]] = {}
        """By `id`, which belongs to the resource as long as it is here."""

    def json(self, resource: T, encode: Callable[[T], bytes]) -> msgspec.Raw:
        """Return the JSON of a resource, which must always be encoded in the same way."""
        kept = self._kept.get(id(resource))
        if kept is not None:
            return kept[1]
        encoded = msgspec.Raw(encode(resource))
        self._kept[id(resource)] = resource, encoded
        if len(self._kept) > MAX_RESOURCES:
            del self._kept[next(iter(self._kept))]
        return encoded

    def clear(self) -> None:
        self._kept.clear()
