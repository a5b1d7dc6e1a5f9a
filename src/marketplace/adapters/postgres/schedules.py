"""Schedules as stored: one JSON document in the row of the session."""

from functools import lru_cache

import msgspec

from marketplace.core.domain.schedules import MAX_KEPT, Schedule

_DECODER = msgspec.json.Decoder(Schedule)


@lru_cache(MAX_KEPT)
def schedule_from(document: str | None) -> Schedule | None:
    """Parse the column of a schedule."""
    return None if document is None else _DECODER.decode(document)


def document_of(schedule: Schedule | None) -> str | None:
    """Serialize a schedule for the column."""
    return None if schedule is None else msgspec.json.encode(schedule).decode()
