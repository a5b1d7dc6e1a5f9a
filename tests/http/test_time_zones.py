from datetime import UTC, datetime

from http_api import Api, bad_fields
from marketplace.core.domain.zone_names import RENAMED_ZONES, time_zones

WINTER = datetime(2030, 12, 1, 12, 7, 9, tzinfo=UTC)


async def test_offsets_of_zone_show_every_clock_change(api: Api) -> None:
    api.clock.at = WINTER

    answer = await api.visitor.get("/api/time-zones/offsets/", time_zone="Europe/Berlin")
    shown = answer.json()

    assert (shown["time_zone"], shown["until"]) == ("Europe/Berlin", "2040-01-01T00:00:00Z")
    assert shown["offsets"][:3] == [
        {"at": "2020-01-01T00:00:00Z", "utc_offset": "+01:00"},
        {"at": "2020-03-29T01:00:00Z", "utc_offset": "+02:00"},
        {"at": "2020-10-25T01:00:00Z", "utc_offset": "+01:00"},
    ]
    assert len(shown["offsets"]) == 41
    assert answer.headers["cache-control"] == "public, max-age=900"


async def test_unknown_zone_has_no_offsets(api: Api) -> None:
    answer = await api.visitor.get("/api/time-zones/offsets/", time_zone="Atlantis/Bottom")

    assert bad_fields(answer) == {"time_zone"}
    assert answer.headers["cache-control"] == "no-store"


async def test_zones_are_listed_with_their_present_offsets(api: Api) -> None:
    api.clock.at = WINTER

    answer = await api.visitor.get("/api/time-zones/")
    offsets = {zone["time_zone"]: zone["utc_offset"] for zone in answer.json()}

    assert list(offsets) == sorted(time_zones() - RENAMED_ZONES.keys())
    assert [offsets[name] for name in ("Europe/Berlin", "Asia/Kathmandu", "Australia/Sydney", "UTC")] == [
        *("+01:00", "+05:45", "+11:00", "+00:00"),
    ]
    api.clock.at = datetime(2031, 7, 1, tzinfo=UTC)
    later = {zone["time_zone"]: zone["utc_offset"] for zone in (await api.visitor.get("/api/time-zones/")).json()}
    assert later["Europe/Berlin"] == "+02:00"
