"""UTC offsets of session times: the creator's and the viewer's. The server's zone data decides, not the client's."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from marketplace.core.domain.time_zone_names import TimeZoneName
from marketplace.core.domain.utc_offsets import MAX_OFFSETS, ZoneOffsets, utc_offset
from marketplace.http.answers import HasScope
from marketplace.http.security.authorization import optional_principal_of
from marketplace.http.validation.parsing import read_query

UtcOffset = Annotated[str, Meta(pattern="^[+-][0-9]{2}:[0-9]{2}(:[0-9]{2})?$", examples=["+02:00"])]
ViewerZone = Annotated[
    str,
    TimeZoneName(
        example="America/Havana",
        description="An IANA time zone name, for `viewer_utc_offset`; by default that of your profile.",
    ),
]


class ViewerQuery(msgspec.Struct, kw_only=True):
    """The viewer's time zone."""

    time_zone: ViewerZone | None = None


class OffsetsOut(msgspec.Struct, kw_only=True):
    """UTC offsets of a session's start. Add one to the start for the wall time.

    `utc_offset` is in the schedule's time zone, `viewer_utc_offset` in that of the viewer; absent if unknown. The
    offsets of the end are absent unless the clocks change during the session.
    """

    utc_offset: UtcOffset
    ends_utc_offset: UtcOffset | UnsetType = UNSET
    viewer_utc_offset: UtcOffset | UnsetType = UNSET
    viewer_ends_utc_offset: UtcOffset | UnsetType = UNSET


def viewer_zone_of(request: HasScope) -> str | None:
    """Return the time zone of the query or, for signed-in callers, of their profile. Raises `Invalid`."""
    return zone_or_profile(request, read_query(request, ViewerQuery).checked().time_zone)


def zone_or_profile(request: HasScope, requested: str | None) -> str | None:
    """Return the requested time zone or, for signed-in callers, that of their profile.

    Only responses to anonymous requests are shared by caches, so those depend on nothing but the URL.
    """
    principal = optional_principal_of(request)
    return requested or (principal.time_zone if principal else None)


class Offsets:
    """Offsets of session times between two instants."""

    def __init__(self, time_zone: str, viewer_zone: str | None, begin: datetime, end: datetime) -> None:
        self._creator = ZoneOffsets(time_zone, begin, end)
        self._viewer = None if viewer_zone is None else ZoneOffsets(viewer_zone, begin, end)

    def cuts(self, length: timedelta) -> list[datetime]:
        """Return between which starts of this length the fields of `OffsetsOut` change, in order."""
        changes = (*self._creator.changes[1:], *(self._viewer.changes[1:] if self._viewer else ()))
        return sorted(at for change in changes for at in (change.at, change.at - length))

    def of(self, starts_at: datetime, ends_at: datetime) -> dict[str, str]:
        """Return the fields of `OffsetsOut`."""
        found = _pair("", self._creator.at(starts_at), self._creator.at(ends_at))
        if self._viewer is None:
            return found
        return found | _pair("viewer_", self._viewer.at(starts_at), self._viewer.at(ends_at))


@lru_cache(MAX_OFFSETS)
def offsets_of(starts_at: datetime, ends_at: datetime, time_zone: str, viewer_zone: str | None) -> Mapping[str, str]:
    """Return the fields of `OffsetsOut` for one start."""
    found = _pair("", utc_offset(starts_at, time_zone), utc_offset(ends_at, time_zone))
    if viewer_zone is None:
        return found
    if viewer_zone == time_zone:
        return found | {f"viewer_{name}": offset for name, offset in found.items()}
    return found | _pair("viewer_", utc_offset(starts_at, viewer_zone), utc_offset(ends_at, viewer_zone))


def _pair(viewpoint: str, first: str, last: str) -> dict[str, str]:
    found = {f"{viewpoint}utc_offset": first}
    return found if first == last else found | {f"{viewpoint}ends_utc_offset": last}
