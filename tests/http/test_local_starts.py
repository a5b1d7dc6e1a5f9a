"""Booking and rescheduling by local time: the server converts with its own zone data."""

from typing import Any

import pytest

from builders import TOMORROW
from http_api import Api, Person, a_booking_body, as_json, bad_fields, problem
from marketplace.core.domain.sessions import Session

BERLIN = {"time_zone": "Europe/Berlin"}
LOCAL = {"local_start": "2030-06-03T10:00", **BERLIN}


async def booked(person: Person, session: Session, **body: Any) -> Any:
    return await person.post("/api/bookings/", {"session": str(session.id), **body})


@pytest.mark.parametrize(
    ("local_start", "time_zone", "starts_at"),
    [
        ("2030-06-03T10:00", "Europe/Berlin", "2030-06-03T08:00:00Z"),
        ("2030-12-03T10:00:30", "Asia/Kathmandu", "2030-12-03T04:15:30Z"),
        ("2030-10-27T02:30", "Europe/Berlin", "2030-10-27T00:30:00Z"),
        ("2030-10-27T00:00", "Atlantic/Azores", "2030-10-27T00:00:00Z"),
        ("2030-03-31T03:00", "Europe/Berlin", "2030-03-31T01:00:00Z"),
    ],
    ids=["summer", "with seconds", "first of two", "first of two midnights", "end of a gap"],
)
async def test_local_start_is_converted_by_the_server(
    api: Api, local_start: str, time_zone: str, starts_at: str
) -> None:
    answer = await booked(await api.person(), await api.session(), local_start=local_start, time_zone=time_zone)

    assert (answer.status_code, answer.json()["booking_date"]) == (201, starts_at)


async def test_local_start_that_clocks_skip_is_400(api: Api) -> None:
    answer = await booked(await api.person(), await api.session(), local_start="2030-03-31T02:30", **BERLIN)

    assert bad_fields(answer) == {"local_start"}
    skipped = "The clocks in Europe/Berlin skip this time. Choose another."
    assert answer.json()["errors"]["local_start"] == [skipped]


@pytest.mark.parametrize(
    ("body", "bad"),
    [
        ({}, {"booking_date"}),
        ({"booking_date": "2030-06-03T10:00:00Z", **LOCAL}, {"booking_date", "local_start", "time_zone"}),
        ({"booking_date": "2030-06-03T10:00:00Z", **BERLIN}, {"booking_date", "time_zone"}),
        ({"booking_date": "soon", **LOCAL}, {"booking_date", "local_start", "time_zone"}),
        ({"local_start": "2030-06-03T10:00"}, {"time_zone"}),
        (BERLIN, {"local_start"}),
        (LOCAL | {"local_start": "2030-06-03T10:00:00Z"}, {"local_start"}),
        (LOCAL | {"local_start": "2030-06-03T10:00+02:00"}, {"local_start"}),
        (LOCAL | {"local_start": "2030-06-31T10:00"}, {"local_start"}),
        (LOCAL | {"local_start": "2030-06-03"}, {"local_start"}),
        (LOCAL | {"local_start": "0001-01-01T00:00"}, {"local_start"}),
        (LOCAL | {"local_start": "9999-12-31T23:59"}, {"local_start"}),
        (LOCAL | {"local_start": None}, {"local_start"}),
        (LOCAL | {"time_zone": "Atlantis/Bottom"}, {"time_zone"}),
        (LOCAL | {"local_start": "soon", "time_zone": 7, "seats": 0}, {"local_start", "time_zone", "seats"}),
        (LOCAL | {"local_start": "2030-01-01T10:00"}, {"local_start"}),
        (LOCAL | {"local_start": "2030-01-01T10:00", "seats": 0}, {"local_start", "seats"}),
    ],
)
async def test_start_is_an_instant_or_a_local_time(api: Api, body: dict[str, Any], bad: set[str]) -> None:
    learner, session = await api.person(), await api.session()

    assert bad_fields(await booked(learner, session, **body)) == bad
    assert (await learner.get("/api/bookings/")).json() == []


async def test_booking_is_rescheduled_to_a_local_start(api: Api) -> None:
    learner, session, staff = await api.person(), await api.session(), await api.person(is_staff=True)
    booking = await api.booking(learner, session)
    path = f"/bookings/{booking['id']}/reschedule/"

    moved = await learner.post(f"/api{path}", LOCAL)
    back = await staff.post(f"/api/admin{path}", {**LOCAL, "local_start": "2030-06-04T10:00", "reason": "As agreed."})

    assert (moved.status_code, moved.json()["booking_date"]) == (200, "2030-06-03T08:00:00Z")
    assert (back.status_code, back.json()["booking_date"]) == (200, "2030-06-04T08:00:00Z")
    assert bad_fields(await learner.post(f"/api{path}", BERLIN)) == {"local_start"}
    both = await learner.post(f"/api{path}", {**LOCAL, "booking_date": as_json(TOMORROW)})
    assert bad_fields(both) == {"booking_date", "local_start", "time_zone"}


async def test_key_belongs_to_the_start_as_it_was_sent(api: Api) -> None:
    learner, session = await api.person(), await api.session()
    body = {"session": str(session.id), **LOCAL}

    async def keyed(body: dict[str, Any]) -> Any:
        return await learner.send("POST", "/api/bookings/", json=body, headers={"Idempotency-Key": "summer"})

    first, repeat = await keyed(body), await keyed(body)
    assert (first.status_code, repeat.status_code) == (201, 201)
    assert repeat.headers["Idempotency-Replayed"] == "true"
    assert first.json() == repeat.json()
    same_instant = a_booking_body(session, booking_date=first.json()["booking_date"])
    problem(await keyed(same_instant), 422, "idempotency_key_reused")
    problem(await keyed(body | {"time_zone": "Europe/Paris"}), 422, "idempotency_key_reused")
