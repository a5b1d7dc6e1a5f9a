from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from builders import TOMORROW
from fakes import NOW
from http_api import Api, Person, a_session_body, as_json, bad_fields, ids, problem

SESSIONS = "/api/sessions/"
SESSION_FIELDS = {
    "id",
    "creator",
    "creator_details",
    "title",
    "description",
    "duration",
    "price",
    "max_participants",
    "image_url",
    "status",
    "category",
    "tags",
    "created_at",
}


def at(session_id: object) -> str:
    return f"{SESSIONS}{session_id}/"


async def published(creator: Person, **changes: Any) -> dict[str, Any]:
    response = await creator.post(SESSIONS, a_session_body(**changes))
    assert response.status_code == 201, response.text
    created: dict[str, Any] = response.json()
    return created


async def test_creator_creates_session(api: Api) -> None:
    creator = await api.creator()
    sent = a_session_body(
        max_participants=12, image_url="https://example.org/a.jpg", category="fitness", tags=["Yoga", "early birds"]
    )

    created = await published(creator, **sent)

    assert set(created) >= SESSION_FIELDS
    assert {name: created[name] for name in sent} == sent | {"tags": ["yoga", "early birds"]}
    assert (created["creator"], created["status"]) == (str(creator.id), "active")
    assert created["created_at"] == "2030-01-07T09:00:00Z"
    assert (await api.visitor.get(at(created["id"]))).json() == created


async def test_session_says_who_it_is_for(api: Api) -> None:
    creator = await api.creator()
    created = await published(creator, audience="  Beginners of all ages. ")

    assert created["audience"] == "Beginners of all ages."
    assert (await api.visitor.get(at(created["id"]))).json()["audience"] == "Beginners of all ages."
    changed = await creator.patch(at(created["id"]), {"audience": "x" * 500})
    assert changed.json()["audience"] == "x" * 500
    assert bad_fields(await creator.patch(at(created["id"]), {"audience": "x" * 501})) == {"audience"}
    assert (await creator.patch(at(created["id"]), {"audience": ""})).json()["audience"] == ""
    assert (await published(creator))["audience"] == ""


async def test_omitted_session_fields_have_defaults(api: Api) -> None:
    created = await published(await api.creator())

    assert (created["max_participants"], created["status"], created["image_url"]) == (1, "active", None)
    assert (created["category"], created["tags"]) == (None, [])


async def test_a_creator_shows_no_email_address_to_the_public(api: Api) -> None:
    creator = await api.creator(avatar="https://example.org/ada.png")
    created = await published(creator)

    shown = (await api.visitor.get(at(created["id"]))).json()["creator_details"]

    names = ("username", "role", "avatar", "first_name", "last_name")
    assert shown == {"id": str(creator.id), **{name: getattr(creator.user, name) for name in names}}


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("49.99", "49.99"),
        (49.99, "49.99"),
        ("50", "50.00"),
        (50, "50.00"),
        ("0.5", "0.50"),
        (0.1, "0.10"),
        (0, "0.00"),
        (" 7 ", "7.00"),
        ("99999999.99", "99999999.99"),
        (99999999.99, "99999999.99"),
    ],
)
async def test_price_is_accepted_as_text_or_number_and_shown_with_two_decimals(
    api: Api, sent: object, shown: str
) -> None:
    assert (await published(await api.creator(), price=sent))["price"] == shown


async def test_session_bounds_are_inclusive(api: Api) -> None:
    creator = await api.creator()

    await published(creator, title="x", description="x", duration=1, price="0", max_participants=1)
    await published(creator, title="x" * 200, description="x" * 20_000, duration=1440, max_participants=10_000)


async def test_partial_update_keeps_other_session_fields(api: Api) -> None:
    creator = await api.creator()
    created = await published(creator, category="music", tags=["lute"])

    changed = await creator.patch(at(created["id"]), {"price": 12.5, "category": None})

    assert changed.status_code == 200
    assert changed.json() == created | {"price": "12.50", "category": None}
    assert (await creator.patch(at(created["id"]), {})).json() == changed.json()


async def test_full_update_requires_the_fields_of_a_new_session(api: Api) -> None:
    creator = await api.creator()
    created = await published(creator)

    assert bad_fields(await creator.put(at(created["id"]), {})) == {"title", "description", "duration", "price"}
    changed = await creator.put(at(created["id"]), a_session_body(title="Evening yoga"))

    assert changed.json() == created | {"title": "Evening yoga"}


async def test_session_creator_and_creation_time_cannot_be_changed(api: Api) -> None:
    creator = await api.creator()
    created = await published(creator)

    fixed = {"id": str(uuid4()), "creator": str(uuid4()), "creator_id": str(uuid4()), "created_at": "2001-01-01"}

    assert (await creator.patch(at(created["id"]), fixed)).json() == created


async def test_inactive_session_is_visible_to_its_creator_and_staff_only(api: Api) -> None:
    creator, other, staff = await api.creator(), await api.creator(), await api.person(is_staff=True)
    session = await published(creator, status="inactive")
    path = at(session["id"])

    for person in (creator, staff):
        assert (await person.get(path)).json() == session
    for person in (api.visitor, other, await api.person()):
        problem(await person.get(path), 404, "not_found")
    assert session["id"] not in ids(await creator.get(SESSIONS, creator=str(creator.id)))


async def test_paused_session_stays_visible_to_holders_but_is_not_for_sale(api: Api) -> None:
    creator, holder, former = await api.creator(), await api.person(), await api.person()
    session = await api.session(creator)
    path, slots = at(session.id), f"{at(session.id)}slots/?from=2030-01-08&to=2030-01-09"
    await api.booking(holder, session)
    cancelled = await api.booking(former, session, booking_date="2030-01-09T09:00:00Z")
    await former.post(f"/api/bookings/{cancelled['id']}/cancel/")
    assert (await creator.patch(path, {"status": "inactive"})).status_code == 200

    shown = await holder.get(path)

    assert (shown.status_code, shown.json()["status"], shown.json()["moderation"]) == (200, "inactive", None)
    assert shown.headers["cache-control"] == "private, no-store"
    assert (await holder.get(slots)).json() == []
    body = {"session": str(session.id), "booking_date": "2030-01-10T09:00:00Z"}
    problem(await holder.post("/api/bookings/", body), 409, "not_bookable")
    for person in (former, await api.person(), await api.creator(), api.visitor):
        for address in (path, slots):
            problem(await person.get(address), 404, "not_found")
    problem(await former.post("/api/bookings/", body), 404, "not_found")
    assert str(session.id) not in ids(await holder.get(SESSIONS))


@pytest.mark.parametrize("change", [{"archived_at": NOW}, {"hidden_at": NOW, "hidden_reason": "A hoax."}])
async def test_archived_or_hidden_session_is_not_visible_to_holders(api: Api, change: dict[str, Any]) -> None:
    holder, session = await api.person(), await api.session()
    await api.booking(holder, session)
    async with api.storage.unit_of_work() as tx:
        await tx.sessions.save(replace(await tx.sessions.acquire(session.id), **change))

    problem(await holder.get(at(session.id)), 404, "not_found")


async def test_own_sessions_include_inactive_ones_and_no_others(api: Api) -> None:
    creator = await api.creator()
    await published(await api.creator())
    first, hidden = await published(creator), await published(creator, status="inactive")

    assert ids(await creator.get(SESSIONS, my_sessions="true")) == [hidden["id"], first["id"]]
    assert ids(await creator.get(SESSIONS, my_sessions="TRUE")) == [hidden["id"], first["id"]]


async def test_own_sessions_are_for_creators_only(api: Api) -> None:
    problem(await api.visitor.get(SESSIONS, my_sessions="true"), 401, "not_signed_in")
    problem(await (await api.person()).get(SESSIONS, my_sessions="true"), 403, "not_a_creator")
    assert (await api.visitor.get(SESSIONS, my_sessions="false")).status_code == 200


async def test_the_catalog_shows_no_session_of_a_deactivated_creator(api: Api) -> None:
    creator = await api.creator()
    session = await published(creator)

    await api.deactivate(creator)

    problem(await api.visitor.get(at(session["id"])), 404, "not_found")
    assert ids(await api.visitor.get(SESSIONS, creator=str(creator.id))) == []


async def test_archived_session_is_not_found_for_anyone(api: Api) -> None:
    creator, staff = await api.creator(), await api.person(is_staff=True)
    session = await published(creator)

    archived = await creator.delete(at(session["id"]))

    assert (archived.status_code, archived.content) == (204, b"")
    for person in (api.visitor, creator, staff):
        problem(await person.get(at(session["id"])), 404, "not_found")
    assert ids(await creator.get(SESSIONS, my_sessions="true")) == []
    problem(await creator.patch(at(session["id"]), {"title": "Back"}), 404, "not_found")
    problem(await creator.delete(at(session["id"])), 404, "not_found")


async def test_bookings_still_show_archived_session(api: Api) -> None:
    creator, learner = await api.creator(), await api.person()
    session = await api.session(creator)
    booking = await api.booking(learner, session)
    await learner.post(f"/api/bookings/{booking['id']}/cancel/")

    assert (await creator.delete(at(session.id))).status_code == 204

    shown = (await learner.get(f"/api/bookings/{booking['id']}/")).json()
    assert shown["session_details"]["title"] == session.title


async def test_session_with_upcoming_booking_cannot_be_archived_until_it_is_past(api: Api) -> None:
    creator, learner = await api.creator(), await api.person()
    session = await api.session(creator)
    await api.booking(learner, session)

    body = problem(await creator.delete(at(session.id)), 409, "has_upcoming_bookings")
    assert body["starts"] == [as_json(TOMORROW)]

    api.clock.at = TOMORROW + timedelta(hours=2)
    again = await api.login(creator.user)
    assert (await again.delete(at(session.id))).status_code == 204


async def test_a_session_cannot_have_fewer_seats_than_are_sold(api: Api) -> None:
    creator, learner = await api.creator(), await api.person()
    session = await api.session(creator, max_participants=5)
    await api.booking(learner, session, seats=3)

    problem(await creator.patch(at(session.id), {"max_participants": 2}), 409, "has_upcoming_bookings")
    assert (await creator.patch(at(session.id), {"max_participants": 3})).status_code == 200


async def test_session_cannot_be_moved_to_learners_who_booked_without_an_address(api: Api) -> None:
    creator, learner, other = await api.creator(), await api.person(), await api.person()
    session = await api.session(creator, max_participants=5)
    booking = await api.booking(learner, session)
    await api.booking(other, session)

    body = problem(await creator.patch(at(session.id), {"format": "at_yours"}), 409, "addresses_missing")
    assert body["starts"] == [as_json(TOMORROW)]
    assert (await creator.patch(at(session.id), {"format": "in_person"})).status_code == 200
    for person, each in ((learner, booking), (other, (await other.get("/api/bookings/")).json()[0])):
        await person.post(f"/api/bookings/{each['id']}/cancel/", {})

    assert (await creator.patch(at(session.id), {"format": "at_yours"})).status_code == 200
    await api.booking(learner, session, address="Via della Lungara 10")
    assert (await creator.patch(at(session.id), {"format": None})).status_code == 200
    assert (await creator.patch(at(session.id), {"format": "at_yours"})).status_code == 200


async def test_session_duration_cannot_grow_into_another_booked_slot(api: Api) -> None:
    creator, learner = await api.creator(), await api.person()
    early, late = await api.session(creator, duration=60), await api.session(creator, duration=60)
    await api.booking(learner, early)
    await api.booking(learner, late, booking_date=(TOMORROW + timedelta(hours=1)).isoformat())

    body = problem(await creator.patch(at(early.id), {"duration": 61}), 409, "creator_unavailable")
    assert body["detail"] == "Existing bookings would overlap: 2030-01-08 09:00 with 2030-01-08 10:00 UTC."
    assert body["starts"] == ["2030-01-08T09:00:00Z", "2030-01-08T10:00:00Z"]
    assert (await creator.patch(at(early.id), {"duration": 30})).status_code == 200


async def test_only_creator_can_change_session(api: Api) -> None:
    other = await api.creator()
    shown, hidden = await api.session(), await api.session(status="inactive")

    for method in ("PUT", "PATCH", "DELETE"):
        problem(await other.send(method, at(shown.id), json=a_session_body()), 403, "not_yours")
        problem(await other.send(method, at(hidden.id), json=a_session_body()), 404, "not_found")
        problem(await other.send(method, at(uuid4()), json=a_session_body()), 404, "not_found")


async def test_price_change_does_not_affect_existing_bookings(api: Api) -> None:
    creator, learner = await api.creator(), await api.person()
    session = await api.session(creator)
    booking = await api.booking(learner, session)

    await creator.patch(at(session.id), {"price": "80"})

    shown = (await learner.get(f"/api/bookings/{booking['id']}/")).json()
    assert (shown["amount"], shown["session_details"]["price"]) == ("49.99", "80.00")
