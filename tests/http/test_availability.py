"""Availability over HTTP: the next slot of every session, and the catalog's filters."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from builders import TOMORROW
from fakes import NOW
from http_api import Api, Person, a_booking_body, a_session_body, as_json, bad_fields, ids
from marketplace.core.domain.sessions import Session

SESSIONS = "/api/sessions/"
FACETS = "/api/sessions/facets/"
WEEK = [{"weekday": day, "starts": "09:00", "ends": "12:00"} for day in range(1, 8)]
MIDNIGHT = TOMORROW.replace(hour=0)


async def scheduled(api: Api, creator: Person, **changes: Any) -> Session:
    session = await api.session(creator, **{"duration": 60, "max_participants": 1} | changes)
    answer = await creator.put(f"/api/sessions/{session.id}/schedule/", {"weekly": WEEK})
    assert answer.status_code == 200
    return session


def a_slot(start: datetime, **changes: Any) -> dict[str, Any]:
    end = start + timedelta(hours=1)
    times = {"starts_at": as_json(start), "ends_at": as_json(end), "utc_offset": "+00:00"}
    return {**times, "capacity": 1, "seats_left": 1} | changes


async def test_every_response_with_a_session_has_its_next_slot(api: Api) -> None:
    creator = await api.creator()
    session = await scheduled(api, creator)
    path, expected = f"{SESSIONS}{session.id}/", a_slot(NOW + timedelta(hours=1))

    answers = [
        (await api.visitor.get(path)).json(),
        (await api.visitor.get(SESSIONS, creator=str(creator.id))).json()[0],
        (await api.visitor.get(SESSIONS, creator=str(creator.id), search="yoga")).json()[0],
        (await creator.get(SESSIONS, my_sessions="true")).json()[0],
        (await creator.patch(path, {"title": "Evening yoga"})).json(),
        (await creator.put(path, a_session_body(max_participants=1))).json(),
    ]
    slots = (await api.visitor.get(f"{path}slots/")).json()

    own = expected | {"viewer_utc_offset": "+00:00"}
    assert [answer["next_slot"] for answer in answers] == [expected] * 3 + [own] * 3
    assert slots[0] == expected | {"reason": None}


async def test_by_arrangement_or_new_session_has_no_next_slot(api: Api) -> None:
    creator = await api.creator()
    created = (await creator.post(SESSIONS, a_session_body())).json()

    assert created["next_slot"] is None
    assert (await api.visitor.get(f"{SESSIONS}{created['id']}/")).json() == created


async def test_booking_shows_its_session_without_next_slot(api: Api) -> None:
    session = await scheduled(api, await api.creator())
    learner = await api.person()
    booked = await api.booking(learner, session, booking_date=as_json(MIDNIGHT + timedelta(hours=9)))

    assert "next_slot" not in booked["session_details"]
    assert "is_open" in booked["session_details"]


async def test_next_slot_follows_bookings_and_cancellations(api: Api) -> None:
    creator, learner = await api.creator(), await api.person()
    session = await scheduled(api, creator, max_participants=2)
    ten = NOW + timedelta(hours=1)

    async def shown() -> Any:
        return (await api.visitor.get(f"{SESSIONS}{session.id}/")).json()["next_slot"]

    first = await api.booking(learner, session, booking_date=as_json(ten))
    assert await shown() == a_slot(ten, capacity=2, seats_left=1)
    await api.booking(await api.person(), session, booking_date=as_json(ten))
    assert await shown() == a_slot(ten + timedelta(hours=1), capacity=2, seats_left=2)
    await learner.post(f"/api/bookings/{first['id']}/cancel/")
    assert await shown() == a_slot(ten, capacity=2, seats_left=1)


@pytest.mark.parametrize(
    ("begin", "end", "is_found"),
    [
        ("2030-01-08", "2030-01-09", True),
        ("2030-01-08T11:00:00Z", None, True),
        ("2030-01-08T13:00:00+02:00", "2030-01-08T11:00:01Z", True),
        ("2030-01-08T11:00:01Z", "2030-01-09", False),
        (None, "2030-01-07T10:00:00Z", False),
        (None, "2030-01-07T10:00:01Z", True),
        ("", "", True),
        ("2031-01-01", None, False),
        (None, "2029-12-31", False),
        ("1970-01-01", "2199-12-31", True),
    ],
)
async def test_availability_window_filters_catalog_and_facets(
    api: Api, begin: str | None, end: str | None, *, is_found: bool
) -> None:
    creator = await api.creator()
    session = await scheduled(api, creator, category="music")
    window = {name: value for name, value in (("available_from", begin), ("available_to", end)) if value is not None}

    found = await api.visitor.get(SESSIONS, creator=str(creator.id), **window)
    counted = await api.visitor.get(FACETS, creator=str(creator.id), **window)

    assert ids(found) == ([str(session.id)] if is_found else [])
    assert counted.json()["categories"] == ([{"category": "music", "count": 1}] if is_found else [])


async def test_by_arrangement_session_is_found_unless_its_creator_is_booked(api: Api) -> None:
    creator, learner = await api.creator(), await api.person()
    session = await api.session(creator, duration=60, max_participants=1)
    other = await api.session(creator, duration=600)
    window = {"creator": str(creator.id), "available_from": as_json(MIDNIGHT), "available_to": as_json(TOMORROW)}

    assert ids(await api.visitor.get(SESSIONS, **window)) == [str(other.id), str(session.id)]
    await learner.post("/api/bookings/", a_booking_body(other, booking_date=as_json(MIDNIGHT)))
    assert ids(await api.visitor.get(SESSIONS, **window)) == [str(other.id)]
    await learner.post("/api/bookings/", a_booking_body(other, booking_date=as_json(MIDNIGHT + timedelta(days=1))))


@pytest.mark.parametrize("path", [SESSIONS, FACETS])
@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"available_from": "soon"}, {"available_from"}),
        ({"available_to": "2030-01-01T00:00:00"}, {"available_to"}),
        ({"available_from": "0001-01-01"}, {"available_from"}),
        ({"available_to": "2200-01-01"}, {"available_to"}),
        ({"available_from": "2030-01-02", "available_to": "2030-01-01"}, {"available_to"}),
        ({"available_from": "2030-01-01", "available_to": "2030-01-01"}, {"available_to"}),
        ({"available_from": "x", "available_to": "y", "tag": "\x7f"}, {"available_from", "available_to", "tag"}),
    ],
)
async def test_invalid_or_reversed_window_is_a_field_error(
    api: Api, path: str, query: dict[str, str], named: set[str]
) -> None:
    assert bad_fields(await api.visitor.get(path, **query)) == named


async def test_a_cursor_belongs_to_its_window(api: Api) -> None:
    creator = await api.creator()
    for _ in range(3):
        await api.session(creator)
    requested = {"creator": str(creator.id), "available_from": "2030-01-08", "limit": "1"}
    link = (await api.visitor.get(SESSIONS, **requested)).links["next"]["url"]
    cursor = link.partition("cursor=")[2]

    assert len(ids(await api.visitor.get(SESSIONS, **requested, cursor=cursor))) == 1
    for other in ({"available_from": "2030-01-09"}, {"available_to": "2030-01-09"}):
        assert bad_fields(await api.visitor.get(SESSIONS, **requested | other, cursor=cursor)) == {"cursor"}
