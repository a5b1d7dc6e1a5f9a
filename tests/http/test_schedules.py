from datetime import timedelta
from typing import Any

import pytest

from builders import TOMORROW
from fakes import NOW
from http_api import Api, Person, a_booking_body, as_json, bad_fields, problem
from marketplace.core.domain.sessions import Session

RANGE = {"starts": "09:00", "ends": "12:00", "step": 30}
WEEK = [{"weekday": day, **RANGE} for day in range(1, 8)]
QUARTERS = [
    {"starts": f"{place // 4:02}:{place % 4 * 15:02}", "ends": f"{place // 4:02}:{place % 4 * 15 + 14}"}
    for place in range(50)
]
"""The maximum number of ranges of a day."""
CLOSED: dict[str, Any] = {"weekly": [], "extras": [], "exceptions": []}


async def published(api: Api, **changes: Any) -> tuple[Person, Session]:
    creator = await api.creator()
    return creator, await api.session(creator, **{"duration": 30, **changes})


async def put(creator: Person, session: Session, **body: Any) -> Any:
    return await creator.put(f"/api/sessions/{session.id}/schedule/", body)


async def slots(person: Person, session: Session, **query: Any) -> Any:
    return (await person.get(f"/api/sessions/{session.id}/slots/", **query)).json()


async def test_session_without_schedule_is_by_arrangement(api: Api) -> None:
    creator, session = await published(api)
    assert (await creator.get(f"/api/sessions/{session.id}/schedule/")).json()["is_open"] is True
    seen = (await api.visitor.get(f"/api/sessions/{session.id}/")).json()
    assert seen["is_open"] is True
    assert await slots(api.visitor, session) == []


async def test_schedule_response_matches_stored_schedule(api: Api) -> None:
    creator, session = await published(api)
    body = {
        "time_zone": "Europe/Madrid",
        "weekly": [{"weekday": 1, "starts": "22:00", "ends": "24:00", "step": None}],
        "extras": [{"date": "2030-05-01", **RANGE}],
        "exceptions": [{"date": "2030-05-06", "ranges": []}, {"date": "2030-05-13", "ranges": [RANGE]}],
        "buffer_before": 5,
        "buffer_after": 10,
        "notice": 60,
        "horizon": 30,
        "valid_from": "2030-01-01",
        "valid_until": None,
    }
    kept = body | {"is_open": False, "weekly": [{"weekday": 1, "starts": "22:00", "ends": "00:00", "step": None}]}

    answer = await put(creator, session, **body)

    assert (answer.status_code, answer.json()) == (200, kept)
    assert (await creator.get(f"/api/sessions/{session.id}/schedule/")).json() == kept
    assert (await put(creator, session, is_open=True, weekly=WEEK)).json()["is_open"] is True


async def test_slots_are_the_bookable_starts(api: Api) -> None:
    creator, session = await published(api, max_participants=1)
    await put(creator, session, weekly=WEEK, time_zone="UTC")
    learner = await api.person()
    day = TOMORROW.replace(hour=0)
    window = {"from": as_json(day), "to": as_json(day + timedelta(days=1))}

    found = await slots(api.visitor, session, **window)
    assert [slot["starts_at"][11:16] for slot in found] == ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"]
    assert found[0] | {"starts_at": "", "ends_at": ""} == {
        "starts_at": "",
        "ends_at": "",
        "capacity": 1,
        "seats_left": 1,
        "reason": None,
        "utc_offset": "+00:00",
    }
    booked = await learner.post("/api/bookings/", a_booking_body(session, booking_date=found[1]["starts_at"]))
    assert booked.status_code == 201
    assert len(await slots(api.visitor, session, **window)) == 5
    explained = await slots(creator, session, **window, explain="true")
    assert [slot["reason"] for slot in explained] == [None, "sold_out", None, None, None, None]
    between = a_booking_body(session, booking_date=as_json(day + timedelta(hours=9, minutes=10)))
    problem(await learner.post("/api/bookings/", between), 409, "not_bookable")


async def test_only_creator_can_request_explained_slots(api: Api) -> None:
    _, session = await published(api)
    path = f"/api/sessions/{session.id}/slots/"
    problem(await api.visitor.get(path, explain="true"), 401, "not_signed_in")
    problem(await (await api.person()).get(path, explain="true"), 403, "not_a_creator")
    problem(await (await api.creator()).get(path, explain="true"), 403, "not_yours")


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"from": "yesterday"}, {"from"}),
        ({"from": "2030-01-01T00:00:00"}, {"from"}),
        ({"from": "0001-01-01"}, {"from"}),
        ({"to": "9999-12-31"}, {"to"}),
        ({"from": "2030-01-01", "to": "2030-03-05"}, {"to"}),
        ({"from": "yesterday", "to": "2030-06-01"}, {"from"}),
        ({"from": "2030-01-02", "to": "2030-01-01"}, {"to"}),
        ({"explain": "perhaps"}, {"explain"}),
    ],
)
async def test_slot_window_is_validated_strictly(api: Api, query: dict[str, str], named: set[str]) -> None:
    _, session = await published(api)
    refused = await api.visitor.get(f"/api/sessions/{session.id}/slots/", **query)
    assert refused.status_code == 400
    assert bad_fields(refused) == named


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "localtime"),
        ("time_zone", "posixrules"),
        ("time_zone", "Factory"),
        ("weekly", {}),
        ("weekly", [{"weekday": 0, **RANGE}]),
        ("weekly", [{"weekday": 8, **RANGE}]),
        ("weekly", [{"weekday": 1, **RANGE, "starts": "9:00"}]),
        ("weekly", [{"weekday": 1, **RANGE, "starts": "24:01"}]),
        ("weekly", [{"weekday": 1, "starts": "24:00", "ends": "24:00"}]),
        ("extras", [{"date": "2030-02-01", "starts": "24:00", "ends": "10:00"}]),
        ("weekly", [{"weekday": 1, **RANGE, "ends": "09:00"}]),
        ("weekly", [{"weekday": 1, **RANGE, "step": 0}]),
        ("weekly", [{"weekday": 1, **RANGE}, {"weekday": 1, **RANGE}]),
        ("weekly", [{"weekday": 1, **RANGE}] * 51),
        ("weekly", [None]),
        ("extras", [{"date": "2030-02-30", **RANGE}]),
        ("extras", [{"date": "30-02-01", **RANGE}]),
        ("extras", [{"date": "9999-12-31", **RANGE}]),
        ("exceptions", [{"date": "2030-02-01", "ranges": "none"}]),
        ("exceptions", [{"date": "2030-02-01"}, {"date": "2030-02-01"}]),
        ("exceptions", [{"date": f"2030-02-{day:02}", "ranges": QUARTERS} for day in range(1, 22)]),
        ("buffer_before", -1),
        ("buffer_after", 1441),
        ("notice", "1"),
        ("horizon", 0),
        ("horizon", 731),
        ("valid_from", "soon"),
        ("valid_until", "2029-12-31"),
        ("is_open", "no"),
    ],
)
async def test_invalid_schedule_values_are_refused(api: Api, field: str, value: object) -> None:
    creator, session = await published(api)
    body = {"valid_from": "2030-01-01"} | {field: value}
    refused = await put(creator, session, **body)
    assert refused.status_code == 400
    assert bad_fields(refused) == {field}


async def test_single_class_is_a_schedule_with_one_extra_date(api: Api) -> None:
    creator, session = await published(api)
    date = (NOW + timedelta(days=3)).date().isoformat()
    idempotently = {"date": date, "starts": "19:00", "ends": "19:30"}
    assert (await put(creator, session, **(CLOSED | {"extras": [idempotently]}))).status_code == 200
    assert [slot["starts_at"] for slot in await slots(api.visitor, session)] == [f"{date}T19:00:00Z"]


async def test_wall_time_is_kept_across_clock_changes(api: Api) -> None:
    creator, session = await published(api)
    ten = {"starts": "10:00", "ends": "10:30"}
    extras = [{"date": date, **ten} for date in ("2030-03-30", "2030-03-31")]
    await put(creator, session, time_zone="Europe/Madrid", horizon=365, extras=extras)
    found = await slots(api.visitor, session, **{"from": "2030-03-30", "to": "2030-04-01"})
    assert [slot["starts_at"] for slot in found] == ["2030-03-30T09:00:00Z", "2030-03-31T08:00:00Z"]


async def test_schedule_can_be_previewed_before_saving(api: Api) -> None:
    creator, session = await published(api, max_participants=1)
    learner = await api.person()
    day = TOMORROW.replace(hour=0)
    await learner.post("/api/bookings/", a_booking_body(session, booking_date=as_json(day + timedelta(hours=10))))
    window = {"starts_from": as_json(day), "starts_to": as_json(day + timedelta(days=1))}
    path = f"/api/sessions/{session.id}/schedule/preview/"

    answer = await creator.post(path, {"weekly": WEEK, "buffer_before": 30, **window})

    assert answer.status_code == 200
    assert [(slot["starts_at"][11:16], slot["reason"]) for slot in answer.json()] == [
        ("09:00", None),
        ("09:30", "buffer"),
        ("10:00", "sold_out"),
        ("10:30", "buffer"),
        ("11:00", None),
        ("11:30", None),
    ]
    assert (await creator.get(f"/api/sessions/{session.id}/schedule/")).json()["is_open"] is True
    assert (await creator.post(path, {"is_open": True, **window})).json() == []
    refused = await creator.post(path, {"horizon": 0, "starts_from": "2030-01-01", "starts_to": "2030-03-05"})
    assert bad_fields(refused) == {"horizon", "starts_to"}
    assert "`starts_from`" in refused.json()["errors"]["starts_to"][0]
    refused = await creator.post(path, {"starts_from": "soon", "starts_to": "2031-03-05"})
    assert bad_fields(refused) == {"starts_from"}
    assert bad_fields(await creator.post(path, {"valid_from": "2030-02-02", "valid_until": "2030-02-01"})) == {
        "valid_until"
    }


async def test_schedule_shows_the_present_name_of_the_zone_that_a_browser_reports(api: Api) -> None:
    creator = await api.creator()
    session = await api.session(creator)

    replaced = await put(creator, session, weekly=WEEK, time_zone="America/Godthab")

    assert replaced.json()["time_zone"] == "America/Nuuk"
    assert (await api.visitor.get(f"/api/sessions/{session.id}/")).json()["time_zone"] == "America/Nuuk"
