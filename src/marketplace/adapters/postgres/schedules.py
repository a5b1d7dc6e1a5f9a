"""Schedules as they are kept: one JSON document in the row of their session."""

import msgspec

from marketplace.core.domain.schedules import Schedule

_DECODER = msgspec.json.Decoder(Schedule)


def schedule_from(document: str | None) -> Schedule | None:
    """The schedule of a column."""
    return None if document is None else _DECODER.decode(document)


def document_of(schedule: Schedule | None) -> str | None:
    """What the column keeps."""
    return None if schedule is None else msgspec.json.encode(schedule).decode()
