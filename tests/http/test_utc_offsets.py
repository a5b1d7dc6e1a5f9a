"""UTC offsets of every start: in the creator's zone, and in the viewer's."""

from datetime import UTC, datetime
from typing import Any

import pytest

from http_api import Api, Person, a_booking_body, as_json, bad_fields, next_page
from marketplace.core.domain.sessions import Session

SUMMER = datetime(2030, 10, 25, 12, tzinfo=UTC)
"""Two days before Europe sets its clocks back."""
NIGHT = "2030-10-27T00:30:00Z"
"""02:30 in Berlin for the first time; an hour later it is 02:30 again."""
HOURS = {"weekday": 7, "starts": "01:30", "ends": "03:30", "step": 60}
FIELDS = ("utc_offset", "ends_utc_offset", "viewer_utc_offset", "viewer_ends_utc_offset")


async def night_class(api: Api) -> tuple[Person, Session]:
    """Create a session on the night of the clock change, in Berlin."""
    api.clock.at = SUMMER
    creator = await api.creator(time_zone="Europe/Lisbon")
    session = await api.session(creator, duration=60)
    schedule = {"time_zone": "Europe/Berlin", "weekly": [HOURS]}
    assert (await creator.put(f"/api/sessions/{session.id}/schedule/", schedule)).status_code == 200
    return creator, session


def offsets(answer: dict[str, Any]) -> tuple[str | None, ...]:
    """Return the creator's offsets at start and end, and the viewer's; `None` if absent."""
    return tuple(answer.get(field) for field in FIELDS)


async def test_slot_has_offsets_of_schedule_and_of_requested_zone(api: Api) -> None:
    _, session = await night_class(api)
    path = f"/api/sessions/{session.id}/slots/"

    plain = (await api.visitor.get(path, to="2030-10-28")).json()
    seen = (await api.visitor.get(path, to="2030-10-28", time_zone="America/New_York")).json()

    assert [slot["starts_at"] for slot in plain] == ["2030-10-26T23:30:00Z", NIGHT]
    assert [offsets(slot) for slot in plain] == [("+02:00", None, None, None), ("+02:00", "+01:00", None, None)]
    assert [offsets(slot) for slot in seen] == [
        ("+02:00", None, "-04:00", None),
        ("+02:00", "+01:00", "-04:00", None),
    ]


async def test_viewer_is_in_the_zone_of_their_profile_unless_they_say_another(api: Api) -> None:
    creator, session = await night_class(api)
    learner = await api.person(time_zone="Asia/Kolkata")
    path = f"/api/sessions/{session.id}/"

    def viewed(answer: Any) -> Any:
        return answer.json()["next_slot"].get("viewer_utc_offset")

    assert viewed(await api.visitor.get(path)) is None
    assert viewed(await learner.get(path)) == "+05:30"
    assert viewed(await learner.get(path, time_zone="UTC")) == "+00:00"
    assert viewed(await api.visitor.get(path, time_zone="Asia/Kathmandu")) == "+05:45"
    assert viewed(await creator.patch(path, {"title": "Night walk"})) == "+01:00"


async def test_every_answer_with_a_start_has_its_offsets(api: Api) -> None:
    creator, session = await night_class(api)
    learner, staff = await api.person(time_zone="Asia/Kolkata"), await api.person(is_staff=True)
    booking = await api.booking(learner, session, booking_date=NIGHT)
    path, zone = f"/api/bookings/{booking['id']}/", {"time_zone": "America/New_York"}

    shown = {
        "catalog": (await learner.get("/api/sessions/")).json()[0]["next_slot"],
        "summary": (await creator.get("/api/creator/summary/")).json()["next_slot"],
        "own": (await learner.get("/api/bookings/")).json()[0],
        "creator": (await creator.get("/api/bookings/creator_bookings/")).json()[0],
        "one": (await learner.get(path, **zone)).json(),
        "staff": (await staff.get(f"/api/admin{path.removeprefix('/api')}", **zone)).json(),
        "preview": (
            await creator.post(
                f"/api/sessions/{session.id}/schedule/preview/",
                {"time_zone": "America/Havana", "weekly": [HOURS], "starts_to": "2030-10-28"},
            )
        ).json()[1],
        "cancelled": (await creator.post(f"/api/sessions/{session.id}/slots/cancel/", {"starts_at": NIGHT})).json()[0],
    }

    assert offsets(booking) == ("+02:00", "+01:00", "+05:30", None)
    assert {name: offsets(answer) for name, answer in shown.items()} == {
        "catalog": ("+02:00", None, "+05:30", None),
        "summary": ("+02:00", "+01:00", "+01:00", "+00:00"),
        "own": ("+02:00", "+01:00", "+05:30", None),
        "creator": ("+02:00", "+01:00", "+01:00", "+00:00"),
        "one": ("+02:00", "+01:00", "-04:00", None),
        "staff": ("+02:00", "+01:00", "-04:00", None),
        "preview": ("-04:00", None, "+00:00", None),
        "cancelled": ("+02:00", "+01:00", "+01:00", "+00:00"),
    }


async def test_step_of_a_moved_booking_has_offsets_of_both_starts(api: Api) -> None:
    creator, session = await night_class(api)
    learner = await api.person(time_zone="America/New_York")
    booking = await api.booking(learner, session, booking_date="2030-10-26T23:30:00Z")

    later = {"booking_date": "2030-11-03T00:30:00Z"}
    moved = (await learner.post(f"/api/bookings/{booking['id']}/reschedule/", later)).json()
    first, last = moved["history"]

    names = ("from_utc_offset", "to_utc_offset", "viewer_from_utc_offset", "viewer_to_utc_offset")
    assert [last[name] for name in names] == ["+02:00", "+01:00", "-04:00", "-04:00"]
    assert not set(names) & set(first)
    assert (await creator.get(f"/api/bookings/{booking['id']}/")).json()["history"][1][
        "viewer_to_utc_offset"
    ] == "+00:00"


@pytest.mark.parametrize("path", ["/api/sessions/", "/api/sessions/{}/", "/api/sessions/{}/slots/", "/api/bookings/"])
async def test_unknown_time_zone_is_400(api: Api, path: str) -> None:
    creator, session = await night_class(api)

    for zone in ("Atlantis/Bottom", "+02:00", "../UTC", "x" * 300):
        answer = await creator.get(path.format(session.id), time_zone=zone)
        assert bad_fields(answer) == {"time_zone"}
        assert answer.json()["errors"]["time_zone"] == ["Choose an IANA time zone such as Europe/Madrid."]


async def test_answer_that_caches_share_depends_on_its_address_only(api: Api) -> None:
    _, session = await night_class(api)
    learner = await api.person(time_zone="Asia/Kolkata")
    path = f"/api/sessions/{session.id}/slots/?to=2030-10-28"

    anonymous, own = await api.visitor.get(path), await learner.get(path)

    assert anonymous.headers["cache-control"].startswith("public")
    assert "viewer_utc_offset" not in anonymous.json()[0]
    assert own.headers["cache-control"] == "private, no-store"


async def test_next_page_is_the_same_whatever_the_time_zone(api: Api) -> None:
    await night_class(api)
    await api.session()

    page = next_page(await api.visitor.get("/api/sessions/", limit=1, time_zone="Asia/Kolkata"))

    assert page is not None
    assert "time_zone=Asia%2FKolkata" in page
    assert (await api.visitor.get(page.replace("Kolkata", "Kathmandu"))).status_code == 200


async def test_slots_without_viewer_stay_short(api: Api) -> None:
    _, session = await night_class(api)
    slot = (await api.visitor.get(f"/api/sessions/{session.id}/slots/", to="2030-10-27T00:00:00Z")).json()[0]

    assert set(slot) == {"starts_at", "ends_at", "capacity", "seats_left", "reason", "utc_offset"}


async def test_booking_keeps_the_zone_of_its_session_for_every_party(api: Api) -> None:
    session = await api.session(await api.creator(time_zone="Europe/Lisbon"))
    learner = await api.person(time_zone="Asia/Kolkata")

    booking = await learner.post("/api/bookings/", a_booking_body(session, booking_date=as_json(SUMMER)))

    assert offsets(booking.json()) == ("+01:00", None, "+05:30", None)


async def test_exported_booking_has_its_time_zone_and_the_offsets_of_session_and_reader(api: Api) -> None:
    _, session = await night_class(api)
    await api.booking(await api.person(), session, booking_date=NIGHT)
    staff = await api.person(is_staff=True, time_zone="Asia/Kathmandu")

    row = (await staff.get("/api/admin/bookings/", session=str(session.id))).json()[0]
    columns = "booking_date,time_zone,utc_offset,viewer_utc_offset"
    query = {"session": str(session.id), "format": "jsonl", "columns": columns}
    exported = await staff.get("/api/admin/bookings/export/", **query)

    assert (row["time_zone"], row["utc_offset"]) == ("Europe/Berlin", "+02:00")
    assert exported.json() == {
        "booking_date": NIGHT,
        "time_zone": "Europe/Berlin",
        "utc_offset": "+02:00",
        "viewer_utc_offset": "+05:45",
    }


async def test_calendar_event_names_the_wall_time_of_its_session(api: Api) -> None:
    _, session = await night_class(api)
    learner = await api.person()
    booking = await api.booking(learner, session, booking_date=NIGHT)

    calendar = (await learner.get(f"/api/bookings/{booking['id']}/calendar.ics")).text.replace("\r\n ", "")

    assert "DTSTART:20301027T003000Z" in calendar
    assert "DESCRIPTION:Starts: 2030-10-27 02:30 in Europe/Berlin (UTC+02:00)" in calendar
