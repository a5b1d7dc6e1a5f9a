"""Next slots of sessions."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from uuid import UUID

import msgspec

from marketplace.core.domain.bookable_starts import BookableStart
from marketplace.http.api.offsets import OffsetsOut, offsets_of
from marketplace.http.conversions import converted

FirstSlots = Mapping[UUID, BookableStart]
"""The first starts in the window of a list, by session."""
MAX_ENCODED = 4096
"""Encoded next slots that are kept."""


class NextSlotOut(OffsetsOut):
    """A start that can be booked, and its UTC offsets."""

    starts_at: datetime
    ends_at: datetime
    capacity: int
    seats_left: int


def next_slot_out(slot: BookableStart, viewer_zone: str | None) -> NextSlotOut:
    """Convert a next slot for a viewer in this zone."""
    offsets = offsets_of(slot.starts_at, slot.ends_at, slot.time_zone, viewer_zone)
    return converted(slot, NextSlotOut, offsets)


@lru_cache(MAX_ENCODED)
def next_slot_json(slot: BookableStart, viewer_zone: str | None) -> bytes:
    """Encode a next slot, which is mostly that of the request before."""
    return msgspec.json.encode(next_slot_out(slot, viewer_zone))
