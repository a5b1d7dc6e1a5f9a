"""Who sees a session's join link, address and exact coordinates, and the address of a booking."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from httpx import Response
from icalendar import Calendar

from builders import TOMORROW
from http_api import Api, Person, a_session_body, as_json, bad_fields, problem

pytestmark = pytest.mark.thorough

JOIN, ADDRESS, HOME = "https://meet.example.org/secret-room?pwd=1", "Via della Lungara 10", "Calle Mayor 1, Madrid"
EXACT, ROUNDED = {"latitude": 41.891912, "longitude": 12.467834}, {"latitude": 41.89, "longitude": 12.47}
PLACED = {
    "format": "in_person",
    "place": "Trastevere, Rome",
    "address": ADDRESS,
    "coordinates": EXACT,
    "join_url": JOIN,
    "language": "it",
    "bring": "An apron.",
    "audience": "Everyone.",
}
HIDDEN = {"address": None, "coordinates": ROUNDED, "join_url": None}
SHOWN = {"address": ADDRESS, "coordinates": EXACT, "join_url": JOIN}


@dataclass(frozen=True, slots=True)
class Market:
    """A session with private details, and people who may or may not see them."""

    api: Api
    session: dict[str, Any]
    readers: dict[str, Person]
    bookings: dict[str, dict[str, Any]]


def booking_body(session: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"session": session["id"], "booking_date": as_json(TOMORROW)} | changes


async def booked(person: Person, session: dict[str, Any], **changes: Any) -> dict[str, Any]:
    response = await person.post("/api/bookings/", booking_body(session, **changes))
    assert response.status_code == 201, response.text
    created: dict[str, Any] = response.json()
    return created


async def published(creator: Person, **changes: Any) -> dict[str, Any]:
    response = await creator.post("/api/sessions/", a_session_body(max_participants=9, **changes))
    assert response.status_code == 201, response.text
    created: dict[str, Any] = response.json()
    return created


@pytest.fixture
async def market(api: Api) -> Market:
    creator, staff = await api.creator(), await api.person(is_staff=True, is_superuser=True)
    session = await published(creator, requires_confirmation=True, **PLACED)
    readers = {"visitor": api.visitor, "stranger": await api.person(), "creator": creator, "staff": staff}
    bookings = {}
    for state in ("pending", "confirmed", "cancelled", "declined"):
        readers[state] = await api.person()
        bookings[state] = await booked(readers[state], session)
    for state, action in {"confirmed": "confirm", "declined": "decline", "cancelled": "cancel"}.items():
        actor = readers["cancelled"] if action == "cancel" else creator
        taken = await actor.post(f"/api/bookings/{bookings[state]['id']}/{action}/", {"reason": "So."})
        assert taken.status_code == 200, taken.text
    readers["staff as the creator"] = await api.seen_as(staff, creator)
    readers["staff as the holder"] = await api.seen_as(staff, readers["confirmed"])
    return Market(api, session, readers, bookings)


def private(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: shown[name] for name in HIDDEN}


def says(response: Response) -> bool:
    return any(secret in response.text for secret in ("secret-room", "Lungara", "41.8919"))


SEES = {"creator", "confirmed"}


async def test_session_shows_private_details_to_creator_and_confirmed_holders_only(market: Market) -> None:
    for name, reader in market.readers.items():
        shown = (await reader.get(f"/api/sessions/{market.session['id']}/")).json()

        assert private(shown) == (SHOWN if name in SEES else HIDDEN), name
        assert {each: shown[each] for each in ("format", "place", "language", "bring", "audience")} == {
            each: PLACED[each] for each in ("format", "place", "language", "bring", "audience")
        }


async def test_catalog_shows_private_details_to_no_one(market: Market) -> None:
    for reader in market.readers.values():
        for address in ("/api/sessions/", "/api/sessions/?search=yoga", "/api/sessions/facets/"):
            found = await reader.get(address)

            assert found.status_code == 200
            assert not says(found)
        assert private((await reader.get("/api/sessions/")).json()[0]) == HIDDEN


async def test_join_link_and_address_are_not_searched(market: Market) -> None:
    for words in ("secret-room", "lungara", "meet.example.org"):
        assert (await market.api.visitor.get("/api/sessions/", search=words)).json() == []


async def test_creators_own_list_has_private_details_except_during_impersonation(market: Market) -> None:
    own = (await market.readers["creator"].get("/api/sessions/?my_sessions=true")).json()
    seen = (await market.readers["staff as the creator"].get("/api/sessions/?my_sessions=true")).json()

    assert private(own[0]) == SHOWN
    assert private(seen[0]) == HIDDEN


@pytest.mark.parametrize("state", ["pending", "confirmed", "cancelled", "declined"])
async def test_booking_shows_private_details_while_it_is_confirmed(market: Market, state: str) -> None:
    booking = market.bookings[state]["id"]
    for shown in (
        (await market.readers[state].get(f"/api/bookings/{booking}/")).json(),
        (await market.readers[state].get("/api/bookings/")).json()[0],
    ):
        assert private(shown["session_details"]) == (SHOWN if state == "confirmed" else HIDDEN)
        assert shown["join_url"] == (JOIN if state == "confirmed" else None)
    of_creator = (await market.readers["creator"].get(f"/api/bookings/{booking}/")).json()
    assert private(of_creator["session_details"]) == SHOWN
    of_staff = await market.readers["staff"].get(f"/api/admin/bookings/{booking}/")
    assert of_staff.status_code == 200
    assert not says(of_staff)


async def test_booking_says_no_private_details_during_impersonation(market: Market) -> None:
    for name in ("staff as the creator", "staff as the holder"):
        reader = market.readers[name]
        booking = market.bookings["confirmed"]["id"]

        for address in (f"/api/bookings/{booking}/", f"/api/bookings/{booking}/calendar.ics"):
            found = await reader.get(address)
            assert found.status_code == 200
            assert not says(found)


async def test_completed_booking_no_longer_shows_the_join_link(market: Market) -> None:
    market.api.clock.advance(timedelta(days=2))
    booking = market.bookings["confirmed"]["id"]
    done = await (await market.api.login(market.readers["creator"].user)).post(f"/api/bookings/{booking}/complete/")
    assert done.status_code == 200, done.text

    holder = await market.api.login(market.readers["confirmed"].user)
    assert (await holder.get(f"/api/bookings/{booking}/")).json()["join_url"] is None


async def test_back_office_says_no_private_details(market: Market) -> None:
    staff, session = market.readers["staff"], market.session["id"]
    await market.readers["stranger"].post(f"/api/sessions/{session}/report/", {"reason": "other", "text": "Look."})
    changed = await staff.patch(
        f"/api/admin/sessions/{session}/", {"join_url": f"{JOIN}&2", "place": "Rome", "reason": "They asked."}
    )
    assert changed.status_code == 200, changed.text
    assert not says(changed)
    for address in (
        f"/api/admin/sessions/{session}/",
        "/api/admin/sessions/",
        "/api/admin/bookings/",
        "/api/admin/reports/",
        "/api/admin/audit/",
        "/api/admin/sessions/export/",
        "/api/admin/bookings/export/",
        "/api/admin/audit/export/",
    ):
        found = await staff.get(address)
        assert found.status_code == 200, address
        assert not says(found), address
    log = (await staff.get(f"/api/admin/sessions/{session}/")).json()["log"][0]
    assert log["before"] == {"place": "Trastevere, Rome", "join_url": "(withheld)"}
    assert log["after"] == {"place": "Rome", "join_url": "(withheld)"}
    assert (await market.readers["creator"].get(f"/api/sessions/{session}/")).json()["join_url"] == f"{JOIN}&2"


async def test_public_address_is_shown_to_everyone_and_the_join_link_is_not(market: Market) -> None:
    path = f"/api/sessions/{market.session['id']}/"
    await market.readers["creator"].patch(path, {"address_public": True})

    for name in ("visitor", "stranger", "pending", "staff", "staff as the creator"):
        shown = (await market.readers[name].get(path)).json()
        assert private(shown) == SHOWN | {"join_url": None}, name


async def test_session_of_an_old_client_says_nothing_of_a_place(api: Api) -> None:
    creator = await api.creator()
    session = await published(creator)

    assert {name: session[name] for name in PLACED} == {
        name: "" if name in {"bring", "audience"} else None for name in PLACED
    }
    assert session["address_public"] is False
    booking = await booked(await api.person(), session)
    assert (booking["address"], booking["join_url"]) == (None, None)
    kept = await creator.put(f"/api/sessions/{session['id']}/", a_session_body(title="Evening yoga"))
    assert kept.status_code == 200


async def test_put_without_the_place_keeps_it(market: Market) -> None:
    creator, path = market.readers["creator"], f"/api/sessions/{market.session['id']}/"

    changed = (await creator.put(path, a_session_body(title="Evening yoga"))).json()

    assert {name: changed[name] for name in PLACED} == PLACED


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format", "hybrid"),
        ("place", "x" * 101),
        ("address", "x" * 301),
        ("bring", "x" * 501),
        ("coordinates", {"latitude": 91, "longitude": 0}),
        ("coordinates", {"latitude": "x", "longitude": 0}),
        ("coordinates", [1, 2]),
        ("join_url", "javascript:alert(1)"),
        ("join_url", "https://ada:secret@meet.example.org/"),
        ("join_url", "https://meet.example.org/\u0000"),
        ("language", "english"),
        ("address_public", "yes"),
    ],
)
async def test_bad_detail_is_refused_with_a_sentence(api: Api, field: str, value: object) -> None:
    creator = await api.creator()

    assert bad_fields(await creator.post("/api/sessions/", a_session_body(**{field: value}))) == {field}


async def test_coordinates_that_are_no_number_are_no_json(api: Api) -> None:
    creator = await api.creator()
    body = json.dumps(a_session_body(coordinates={"latitude": float("nan"), "longitude": 0}))

    sent = await creator.send("POST", "/api/sessions/", content=body, headers={"Content-Type": "application/json"})

    problem(sent, 400, "invalid")


async def test_booking_of_a_session_at_the_learners_needs_an_address_that_both_parties_see(api: Api) -> None:
    creator, learner, staff = await api.creator(), await api.person(), await api.person(is_staff=True)
    session = await published(creator, format="at_yours", place="Madrid")

    refused = await learner.post("/api/bookings/", booking_body(session))
    assert bad_fields(refused) == {"address"}
    assert bad_fields(await learner.post("/api/bookings/", booking_body(session, address="  "))) == {"address"}
    assert bad_fields(await learner.post("/api/bookings/", booking_body(session, address="x" * 301))) == {"address"}
    booking = await booked(learner, session, address=f" {HOME} ")

    assert booking["address"] == HOME
    path = f"/api/bookings/{booking['id']}/"
    assert (await learner.get(path)).json()["address"] == HOME
    assert (await creator.get(path)).json()["address"] == HOME
    assert (await creator.get("/api/bookings/creator_bookings/")).json()[0]["address"] == HOME
    for seen in (await api.seen_as(staff, creator), await api.seen_as(staff, learner)):
        assert (await seen.get(path)).json()["address"] is None
    assert (await staff.get(f"/api/admin{path.removeprefix('/api')}")).json()["address"] is None
    moved = await learner.post(f"{path}reschedule/", {"booking_date": "2030-01-09T09:00:00Z"})
    assert moved.json()["address"] == HOME


@pytest.mark.parametrize("elsewhere", ["online", "in_person", None])
async def test_address_is_refused_where_the_creator_does_not_come(api: Api, elsewhere: str | None) -> None:
    session = await published(await api.creator(), format=elsewhere)

    refused = await (await api.person()).post("/api/bookings/", booking_body(session, address=HOME))

    assert bad_fields(refused) == {"address"}


def event_of(response: Response) -> Any:
    assert response.status_code == 200, response.text
    (event,) = Calendar.from_ical(response.content).walk("VEVENT")
    return event


async def test_calendar_file_has_the_venue_for_the_confirmed_holder_and_the_creator(market: Market) -> None:
    for name in ("confirmed", "creator"):
        file = await market.readers[name].get(f"/api/bookings/{market.bookings['confirmed']['id']}/calendar.ics")
        event = event_of(file)

        assert event["LOCATION"] == f"{ADDRESS}, Trastevere, Rome"
        assert (event["GEO"].latitude, event["GEO"].longitude) == (EXACT["latitude"], EXACT["longitude"])
        assert str(event["CONFERENCE"]) == JOIN
        assert event["CONFERENCE"].params["VALUE"] == "URI"
        assert str(event["URL"]).endswith(f"/sessions/{market.session['id']}")


@pytest.mark.parametrize("state", ["pending", "cancelled", "declined"])
async def test_calendar_file_has_only_the_public_place_otherwise(market: Market, state: str) -> None:
    event = event_of(await market.readers[state].get(f"/api/bookings/{market.bookings[state]['id']}/calendar.ics"))

    assert event["LOCATION"] == "Trastevere, Rome"
    assert "CONFERENCE" not in event
    assert "GEO" not in event


async def test_calendar_file_has_a_point_without_an_address_for_the_confirmed_holder(api: Api) -> None:
    creator, holder, other = await api.creator(), await api.person(), await api.person()
    session = await published(creator, **PLACED | {"address": None})
    ways = [(each, await booked(each, session)) for each in (holder, other)]
    await other.post(f"/api/bookings/{ways[1][1]['id']}/cancel/")

    seen, hidden = [event_of(await each.get(f"/api/bookings/{own['id']}/calendar.ics")) for each, own in ways]

    assert (seen["GEO"].latitude, seen["GEO"].longitude) == (EXACT["latitude"], EXACT["longitude"])
    assert "GEO" not in hidden


async def test_online_event_has_the_join_link_as_its_location(api: Api) -> None:
    creator, learner = await api.creator(), await api.person()
    session = await published(creator, format="online", join_url=JOIN)
    booking = await booked(learner, session)

    event = event_of(await learner.get(f"/api/bookings/{booking['id']}/calendar.ics"))

    assert (event["LOCATION"], str(event["CONFERENCE"])) == (JOIN, JOIN)


async def test_event_of_a_visit_is_where_the_learner_lives(api: Api) -> None:
    creator, learner = await api.creator(), await api.person()
    booking = await booked(learner, await published(creator, format="at_yours", place="Madrid"), address=HOME)

    for reader in (creator, learner):
        assert event_of(await reader.get(f"/api/bookings/{booking['id']}/calendar.ics"))["LOCATION"] == HOME


async def test_feed_has_the_venue_for_holder_and_creator_and_a_new_link_changes_it(market: Market) -> None:
    pending = await feed_of(market.readers["pending"])
    assert not says(pending)
    for name in ("creator", "confirmed"):
        feed = await feed_of(market.readers[name])
        event = event_of(feed)
        assert str(event["CONFERENCE"]) == JOIN
        await market.readers["creator"].patch(f"/api/sessions/{market.session['id']}/", {"join_url": f"{JOIN}&3"})
        after = await feed_of(market.readers[name])
        changed = event_of(after)
        assert (after.headers["etag"] != feed.headers["etag"], changed["SEQUENCE"] > event["SEQUENCE"]) == (True, True)
        await market.readers["creator"].patch(f"/api/sessions/{market.session['id']}/", {"join_url": JOIN})


async def test_address_made_public_is_a_revision_in_the_feed_of_a_pending_holder(market: Market) -> None:
    before = event_of(await feed_of(market.readers["pending"]))

    await market.readers["creator"].patch(f"/api/sessions/{market.session['id']}/", {"address_public": True})

    after = event_of(await feed_of(market.readers["pending"]))
    assert (before["LOCATION"], after["LOCATION"]) == ("Trastevere, Rome", f"{ADDRESS}, Trastevere, Rome")
    assert after["SEQUENCE"] > before["SEQUENCE"]


async def feed_of(person: Person) -> Response:
    address = (await person.get("/api/calendar/")).json()["url"]
    return await person.client.get(address)


async def test_catalog_is_filtered_and_counted_by_format_language_and_place(market: Market) -> None:
    await published(market.readers["creator"], format="online", language="pt-BR")

    async def found(**query: str) -> int:
        own = {"creator": str(market.readers["creator"].id)} | query
        return len((await market.api.visitor.get("/api/sessions/", **own)).json())

    assert [await found(format="in_person"), await found(format="online"), await found(format="at_yours")] == [1, 1, 0]
    assert [await found(language="PT"), await found(language="it"), await found(place="trastevere,  rome")] == [1, 1, 1]
    own = str(market.readers["creator"].id)
    facets = (await market.api.visitor.get("/api/sessions/facets/", format="in_person", creator=own)).json()
    assert facets["places"] == [{"value": "Trastevere, Rome", "count": 1}]
    assert facets["languages"] == [{"value": "it", "count": 1}]
    for query in ({"format": "hybrid"}, {"language": "english"}, {"place": "x" * 101}):
        assert bad_fields(await market.api.visitor.get("/api/sessions/", **query)) == {*query}
