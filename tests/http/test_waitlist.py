"""Waitlists over HTTP: statuses, codes, and what is shown to whom."""

from datetime import timedelta
from typing import Any

import pytest

from builders import TOMORROW
from fakes import NOW
from http_api import Api, Person, as_json, bad_fields, problem
from http_routes import SOME_ID
from marketplace.core.domain.sessions import Session
from marketplace.core.services.events import EventRelay
from openapi_document import described_api

HOUR = timedelta(hours=1)
AT = as_json(TOMORROW)


async def full(api: Api, seats: int = 1, **changes: Any) -> tuple[Session, Person, str]:
    """Return a session whose start is full, the learner who has its seats, and the ID of the booking."""
    session = await api.session(await api.creator(), max_participants=seats, **changes)
    learner = await api.person()
    return session, learner, (await api.booking(learner, session, seats=seats))["id"]


async def owner_of(api: Api, session: Session) -> Person:
    return await api.login(await api.storage.users.get(session.creator_id))


def path(session: Session) -> str:
    return f"/api/sessions/{session.id}/slots/waitlist/"


async def joined(session: Session, person: Person, **body: Any) -> dict[str, Any]:
    response = await person.post(path(session), {"starts_at": AT} | body)
    assert response.status_code == 201, response.text
    return dict(response.json())


async def test_person_joins_is_offered_a_seat_and_accepts(api: Api) -> None:
    session, learner, booking_id = await full(api)
    person = await api.person()

    entry = await joined(session, person)
    assert (entry["status"], entry["place"], entry["offer_until"]) == ("waiting", 1, None)
    assert (entry["session"], entry["starts_at"], entry["seats"]) == (str(session.id), AT, 1)
    assert (entry["user"]["id"], entry["creator"]["id"]) == (str(person.id), str(session.creator_id))
    assert "email" not in entry["user"]

    assert (await learner.post(f"/api/bookings/{booking_id}/cancel/")).status_code == 200
    (offer,) = (await person.get("/api/waitlist/")).json()
    assert (offer["status"], offer["place"], offer["offer_until"]) == ("offered", None, as_json(NOW + 2 * HOUR))

    accepted = await person.post(f"/api/waitlist/{entry['id']}/accept/")
    assert accepted.status_code == 201
    assert (accepted.json()["status"], accepted.json()["booking_date"]) == ("confirmed", AT)
    assert (await person.get("/api/waitlist/")).json() == []


async def test_full_starts_are_listed_with_the_number_waiting(api: Api) -> None:
    session, _, _ = await full(api, 2)
    await joined(session, await api.person(), seats=2)

    window = {"from": as_json(NOW), "to": as_json(TOMORROW + HOUR)}
    (start,) = (await api.client.get(path(session), params=window)).json()

    assert (start["starts_at"], start["capacity"], start["seats_left"], start["waiting"]) == (AT, 2, 0, 1)
    assert start["utc_offset"] == "+00:00"
    assert (await api.client.get(path(session), params={"seats": 3})).json() == []


async def test_start_that_is_full_for_a_group_is_listed_for_the_group(api: Api) -> None:
    session = await api.session(await api.creator(), max_participants=3)
    await api.booking(await api.person(), session, seats=2)

    assert (await api.client.get(path(session))).json() == []
    (start,) = (await api.client.get(path(session), params={"seats": 2})).json()
    assert start["seats_left"] == 1


async def test_waiting_where_seats_are_free_is_409_seats_free(api: Api) -> None:
    session = await api.session(await api.creator(), max_participants=2)

    refused = await (await api.person()).post(path(session), {"starts_at": AT})

    assert (refused.status_code, refused.json()["code"]) == (409, "seats_free")


async def test_waiting_twice_is_409_already_waiting(api: Api) -> None:
    session, _, _ = await full(api)
    person = await api.person()
    await joined(session, person)

    refused = await person.post(path(session), {"starts_at": AT})

    assert (refused.status_code, refused.json()["code"]) == (409, "already_waiting")


async def test_late_acceptance_is_409_offer_expired_with_the_place_in_line(api: Api) -> None:
    session, learner, booking_id = await full(api)
    slow = await api.person()
    entry = await joined(session, slow)
    for _ in range(2):
        await joined(session, await api.person())
    await learner.post(f"/api/bookings/{booking_id}/cancel/")

    api.clock.at = NOW + 2 * HOUR
    refused = await (await api.login(slow.user)).post(f"/api/waitlist/{entry['id']}/accept/")

    assert (refused.status_code, refused.json()["code"], refused.json()["place"]) == (409, "offer_expired", 2)
    assert "number 2 in line" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "starts_at"),
        ({"starts_at": as_json(NOW)}, "starts_at"),
        ({"starts_at": "soon"}, "starts_at"),
        ({"starts_at": AT, "seats": 0}, "seats"),
        ({"starts_at": AT, "seats": 10_001}, "seats"),
        ({"starts_at": AT, "seats": "two"}, "seats"),
    ],
)
async def test_bad_body_is_400_with_the_field(api: Api, body: dict[str, Any], field: str) -> None:
    session, _, _ = await full(api)

    refused = await (await api.person()).post(path(session), body)

    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")
    assert field in refused.json()["errors"]


async def test_refusals_of_joining_have_the_codes_of_booking(api: Api) -> None:
    session, learner, _ = await full(api)
    owner = await owner_of(api, session)
    person = await api.person()

    async def code(who: Person, at: Session = session, **body: Any) -> tuple[int, str]:
        refused = await who.post(path(at), {"starts_at": AT} | body)
        return refused.status_code, refused.json()["code"]

    assert await code(learner) == (409, "already_booked")
    assert await code(owner) == (403, "own_session")
    assert await code(person, seats=2) == (409, "sold_out")
    unlisted, _, _ = await full(api)
    owner_of_unlisted = await owner_of(api, unlisted)
    await owner_of_unlisted.patch(f"/api/sessions/{unlisted.id}/", {"status": "inactive"})
    assert await code(person, unlisted) == (404, "not_found")
    assert (await api.visitor.post(path(session), {"starts_at": AT})).status_code == 401


async def test_entry_of_others_is_404(api: Api) -> None:
    session, learner, booking_id = await full(api)
    entry = await joined(session, await api.person())
    await learner.post(f"/api/bookings/{booking_id}/cancel/")
    owner = await owner_of(api, session)
    staff = await api.person(is_staff=True)

    for other in (learner, owner, staff):
        assert (await other.delete(f"/api/waitlist/{entry['id']}/")).status_code == 404
        assert (await other.post(f"/api/waitlist/{entry['id']}/accept/")).status_code == 404


async def test_leaving_is_204_and_then_404(api: Api) -> None:
    session, _, _ = await full(api)
    person = await api.person()
    entry = await joined(session, person)

    assert (await person.delete(f"/api/waitlist/{entry['id']}/")).status_code == 204
    assert (await person.delete(f"/api/waitlist/{entry['id']}/")).status_code == 404
    assert (await person.post(f"/api/waitlist/{entry['id']}/accept/")).status_code == 404


async def test_accepting_before_an_offer_is_409_not_offered(api: Api) -> None:
    session, _, _ = await full(api)
    person = await api.person()
    entry = await joined(session, person)

    refused = await person.post(f"/api/waitlist/{entry['id']}/accept/")

    assert (refused.status_code, refused.json()["code"]) == (409, "not_offered")


async def test_offer_of_a_session_at_the_learners_needs_an_address(api: Api) -> None:
    session = await api.session(await api.creator(), max_participants=1, format="at_yours")
    learner, person = await api.person(), await api.person()
    booking = await api.booking(learner, session, address="Calle Mayor 1")
    entry = await joined(session, person)
    await learner.post(f"/api/bookings/{booking['id']}/cancel/")

    refused = await person.post(f"/api/waitlist/{entry['id']}/accept/")
    assert bad_fields(refused) == {"address"}
    accepted = await person.post(f"/api/waitlist/{entry['id']}/accept/", {"address": "Calle Menor 2"})
    assert (accepted.status_code, accepted.json()["address"]) == (201, "Calle Menor 2")


async def test_acceptance_is_repeated_by_its_key(api: Api) -> None:
    session, learner, booking_id = await full(api)
    person = await api.person()
    entry = await joined(session, person)
    await learner.post(f"/api/bookings/{booking_id}/cancel/")

    first, again = [
        await person.send("POST", f"/api/waitlist/{entry['id']}/accept/", headers={"Idempotency-Key": "one"})
        for _ in range(2)
    ]

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    assert again.headers["Idempotency-Replayed"] == "true"


async def test_creator_sees_who_waits(api: Api) -> None:
    session, _, _ = await full(api)
    people = [await api.person() for _ in range(3)]
    entries = [await joined(session, person) for person in people]
    owner = await owner_of(api, session)

    first = await owner.get("/api/waitlist/creator/?limit=2")
    rest = await owner.get(first.links["next"]["url"])

    assert [each["id"] for each in (*first.json(), *rest.json())] == [each["id"] for each in entries]
    assert [each["user"]["username"] for each in first.json()] == [each.user.username for each in people[:2]]
    assert (await owner.get(f"/api/waitlist/creator/?session={people[0].id}")).json() == []
    assert (await people[0].get("/api/waitlist/creator/")).json()["code"] == "not_a_creator"


async def test_bell_shows_the_offer_with_its_session(api: Api) -> None:
    session, learner, booking_id = await full(api)
    person = await api.person()
    entry = await joined(session, person)
    await learner.post(f"/api/bookings/{booking_id}/cancel/")
    relay = await api.container.get(EventRelay)
    while await relay.deliver():
        pass

    (notice,) = (await person.get("/api/notifications/")).json()

    assert (notice["kind"], notice["booking"], notice["waitlist"]) == ("seat_offered", None, entry["id"])
    assert (notice["session"], notice["booking_date"], notice["title"]) == (str(session.id), AT, session.title)


async def test_repeated_joining_answers_with_the_entry_as_it_stands(api: Api) -> None:
    session, _, _ = await full(api)
    person = await api.person()
    request = {"json": {"starts_at": AT}, "headers": {"Idempotency-Key": "join"}}
    entry = (await person.send("POST", path(session), **request)).json()
    assert (await person.delete(f"/api/waitlist/{entry['id']}/")).status_code == 204

    again = await person.send("POST", path(session), **request)

    assert (again.status_code, again.json()) == (201, entry | {"status": "left", "place": None})
    assert "left" in described_api()["components"]["schemas"]["WaitlistStatus"]["enum"]


async def test_staff_see_who_waits_for_a_session_page_by_page(api: Api) -> None:
    staff = await api.person(is_staff=True)
    session, learner, booking = await full(api)
    other, _, _ = await full(api)
    people = [await api.person() for _ in range(3)]
    for person in people:
        await joined(session, person)
    await joined(other, people[0])
    path = f"/api/admin/sessions/{session.id}/waitlist/"

    first = await staff.get(path, limit=2)
    assert [(each["user"]["id"], each["place"]) for each in first.json()] == [
        (str(people[0].id), 1),
        (str(people[1].id), 2),
    ]
    assert {each["starts_at"] for each in first.json()} == {AT}
    assert "email" not in first.json()[0]["user"]
    (last,) = (await staff.get(first.links["next"]["url"])).json()
    assert (last["user"]["id"], last["place"]) == (str(people[2].id), 3)

    await learner.post(f"/api/bookings/{booking}/cancel/")
    offered = (await staff.get(path)).json()[0]
    assert (offered["user"]["id"], offered["status"], offered["place"]) == (str(people[0].id), "offered", None)
    assert offered["offer_until"] is not None


async def test_waitlist_of_no_session_is_not_found(api: Api) -> None:
    staff = await api.person(is_staff=True)

    problem(await staff.get(f"/api/admin/sessions/{SOME_ID}/waitlist/"), 404, "not_found")
