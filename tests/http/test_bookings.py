import asyncio
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest

from builders import TOMORROW
from http_api import Api, Person, a_booking_body, as_json, bad_fields, ids, problem

BOOKINGS = "/api/bookings/"
BOOKING_FIELDS = {
    "id",
    "session",
    "session_details",
    "user",
    "user_details",
    "booking_date",
    "status",
    "amount",
    "created_at",
}


def at(booking_id: object) -> str:
    return f"{BOOKINGS}{booking_id}/"


async def cancelled(person: Person, booking_id: object) -> str:
    response = await person.post(f"{at(booking_id)}cancel/")
    assert response.status_code == 200, response.text
    return str(response.json()["status"])


async def test_a_booking_costs_price_times_seats(api: Api) -> None:
    creator, learner = await api.creator(), await api.person()
    session = await api.session(creator, max_participants=3)

    created = await api.booking(learner, session, seats=3, amount="0.01", status="completed", user=str(creator.id))

    assert set(created) >= BOOKING_FIELDS
    assert (created["session"], created["user"]) == (str(session.id), str(learner.id))
    assert (created["amount"], created["status"], created["seats"]) == ("149.97", "confirmed", 3)
    assert (created["booking_date"], created["created_at"]) == ("2030-01-08T09:00:00Z", "2030-01-07T09:00:00Z")


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("2030-05-01", "2030-05-01T00:00:00Z"),
        ("2030-05-01T10:00:00+02:00", "2030-05-01T08:00:00Z"),
        ("2030-05-01T23:30:00-05:30", "2030-05-02T05:00:00Z"),
        ("2030-05-01t10:00:00z", "2030-05-01T10:00:00Z"),
        ("2030-05-01T10:00Z", "2030-05-01T10:00:00Z"),
        ("2199-12-31T23:59:59Z", "2199-12-31T23:59:59Z"),
    ],
)
async def test_a_start_is_any_instant_of_iso_8601_and_a_bare_date_its_midnight(api: Api, sent: str, shown: str) -> None:
    created = await api.booking(await api.person(), await api.session(), booking_date=sent)

    assert created["booking_date"] == shown


async def test_a_start_is_after_now(api: Api) -> None:
    learner, session = await api.person(), await api.session()

    now = a_booking_body(session, booking_date=as_json(api.clock.now()))
    soon = a_booking_body(session, booking_date=as_json(api.clock.now() + timedelta(seconds=1)))

    assert bad_fields(await learner.post(BOOKINGS, now)) == {"booking_date"}
    assert (await learner.post(BOOKINGS, soon)).status_code == 201


async def test_invisible_session_cannot_be_booked(api: Api) -> None:
    learner, creator = await api.person(), await api.creator()
    inactive, archived = await api.session(status="inactive"), await api.session(creator)
    await creator.delete(f"/api/sessions/{archived.id}/")

    for session in (inactive, archived):
        problem(await learner.post(BOOKINGS, a_booking_body(session)), 404, "not_found")
    unknown = a_booking_body(inactive) | {"session": str(uuid4())}
    problem(await learner.post(BOOKINGS, unknown), 404, "not_found")


async def test_creator_cannot_book_their_own_session(api: Api) -> None:
    creator = await api.creator()

    problem(await creator.post(BOOKINGS, a_booking_body(await api.session(creator))), 403, "own_session")


async def test_seats_are_sold_until_none_are_left(api: Api) -> None:
    session = await api.session(max_participants=3)
    await api.booking(await api.person(), session, seats=2)
    late = await api.person()

    problem(await late.post(BOOKINGS, a_booking_body(session, seats=2)), 409, "sold_out")
    await api.booking(late, session, seats=1)
    problem(await (await api.person()).post(BOOKINGS, a_booking_body(session)), 409, "sold_out")


async def test_booking_more_seats_than_capacity_is_sold_out(api: Api) -> None:
    session = await api.session(max_participants=3)

    problem(await (await api.person()).post(BOOKINGS, a_booking_body(session, seats=4)), 409, "sold_out")


async def test_person_can_book_a_start_once(api: Api) -> None:
    learner, session = await api.person(), await api.session()
    await api.booking(learner, session)

    problem(await learner.post(BOOKINGS, a_booking_body(session)), 409, "already_booked")
    await api.booking(learner, session, booking_date=as_json(TOMORROW + timedelta(hours=1)))


async def test_creator_cannot_be_booked_twice_at_once(api: Api) -> None:
    creator, learner = await api.creator(), await api.person()
    yoga, music = await api.session(creator), await api.session(creator)
    await api.booking(await api.person(), yoga)

    overlapping = a_booking_body(music, booking_date=as_json(TOMORROW + timedelta(minutes=59)))
    problem(await learner.post(BOOKINGS, overlapping), 409, "creator_unavailable")
    await api.booking(learner, music, booking_date=as_json(TOMORROW + timedelta(minutes=60)))


async def test_concurrent_bookings_of_last_seat_have_one_winner_and_others_are_sold_out(api: Api) -> None:
    session = await api.session(max_participants=1)
    learners = [await api.person() for _ in range(20)]

    answers = await asyncio.gather(*(each.post(BOOKINGS, a_booking_body(session)) for each in learners))

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 19}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"sold_out"}


async def test_each_party_lists_its_side_newest_first(api: Api) -> None:
    creator, learner, other = await api.creator(), await api.person(), await api.person()
    session = await api.session(creator)
    created = []
    for person, hour in ((learner, 9), (other, 5), (learner, 2)):
        api.clock.advance(timedelta(minutes=1))
        created.append(await api.booking(person, session, booking_date=as_json(TOMORROW + timedelta(hours=hour))))
    first, second, third = (each["id"] for each in created)

    assert ids(await learner.get(BOOKINGS)) == [third, first]
    assert ids(await learner.get(f"{BOOKINGS}my_bookings/")) == [third, first]
    assert ids(await other.get(BOOKINGS)) == [second]
    assert ids(await creator.get(f"{BOOKINGS}creator_bookings/")) == [third, second, first]
    assert ids(await creator.get(BOOKINGS)) == []
    assert ids(await (await api.creator()).get(f"{BOOKINGS}creator_bookings/")) == []


async def test_listed_booking_equals_created_one(api: Api) -> None:
    creator, learner = await api.creator(), await api.person()
    created = await api.booking(learner, await api.session(creator))

    assert (await learner.get(BOOKINGS)).json() == [created]
    of_creator = created | {"allowed_actions": ["cancel", "reschedule"]}
    assert (await creator.get(f"{BOOKINGS}creator_bookings/")).json() == [of_creator]


async def test_a_booking_is_read_by_its_two_parties_with_its_history(api: Api) -> None:
    creator, learner = await api.creator(), await api.person()
    created = await api.booking(learner, await api.session(creator))

    shown = (await learner.get(at(created["id"]))).json()

    of_creator = shown | {"allowed_actions": ["cancel", "reschedule"]}
    assert (await creator.get(at(created["id"]))).json() == of_creator
    history, messages_until = shown.pop("history"), shown.pop("messages_until")
    assert shown == created
    assert messages_until == as_json(TOMORROW + timedelta(hours=1, days=30))
    assert history == [
        {
            "at": created["created_at"],
            "by": str(learner.id),
            "action": "book",
            "from": None,
            "to": "confirmed",
            "from_start": None,
            "to_start": None,
            "from_seats": None,
            "to_seats": None,
            "reason": "",
        }
    ]


async def test_booking_of_another_user_is_not_found(api: Api) -> None:
    created = await api.booking(await api.person(), await api.session())

    for person in (await api.person(), await api.creator()):
        problem(await person.get(at(created["id"])), 404, "not_found")
        problem(await person.post(f"{at(created['id'])}cancel/"), 404, "not_found")
        problem(await person.get(at(uuid4())), 404, "not_found")


@pytest.mark.parametrize("who", ["learner", "creator"])
async def test_either_party_can_cancel_and_history_shows_the_actor(api: Api, who: str) -> None:
    creator, learner = await api.creator(), await api.person()
    created = await api.booking(learner, await api.session(creator))
    person = learner if who == "learner" else creator
    api.clock.advance(timedelta(hours=1))

    assert await cancelled(person, created["id"]) == "cancelled"

    last = (await learner.get(at(created["id"]))).json()["history"][-1]
    assert (last["by"], last["from"], last["to"]) == (str(person.id), "confirmed", "cancelled")
    assert last["at"] == "2030-01-07T10:00:00Z"


async def test_the_seats_of_a_cancelled_booking_can_be_booked_at_once(api: Api) -> None:
    learner, session = await api.person(), await api.session(max_participants=1)
    created = await api.booking(learner, session)

    await cancelled(learner, created["id"])

    again = await api.booking(learner, session)
    assert again["id"] != created["id"]


async def test_a_cancelled_booking_frees_the_creators_time(api: Api) -> None:
    creator, learner = await api.creator(), await api.person()
    created = await api.booking(learner, await api.session(creator))

    await cancelled(creator, created["id"])

    await api.booking(learner, await api.session(creator))


async def test_a_booking_is_cancelled_once(api: Api) -> None:
    learner = await api.person()
    created = await api.booking(learner, await api.session())
    await cancelled(learner, created["id"])

    problem(await learner.post(f"{at(created['id'])}cancel/"), 409, "illegal_transition")


async def test_concurrent_cancellations_by_both_parties_release_seats_once(api: Api) -> None:
    creator, learner = await api.creator(), await api.person()
    session = await api.session(creator, max_participants=2)
    await api.booking(await api.person(), session)
    created = await api.booking(learner, session)

    answers = await asyncio.gather(*(each.post(f"{at(created['id'])}cancel/") for each in (creator, learner) * 3))

    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 5}
    problem(await learner.post(BOOKINGS, a_booking_body(session, seats=2)), 409, "sold_out")
    await api.booking(learner, session)


async def test_a_learner_cancels_until_the_start(api: Api) -> None:
    learner, session = await api.person(), await api.session()
    created = await api.booking(learner, session, booking_date=as_json(api.clock.now() + timedelta(hours=1)))

    api.clock.advance(timedelta(hours=1))
    problem(await learner.post(f"{at(created['id'])}cancel/"), 409, "too_late")


async def test_a_creator_cancels_until_the_end(api: Api) -> None:
    creator, learner = await api.creator(), await api.person()
    session = await api.session(creator, duration=60)
    created = await api.booking(learner, session, booking_date=as_json(api.clock.now() + timedelta(hours=1)))

    api.clock.advance(timedelta(minutes=119))
    assert await cancelled(creator, created["id"]) == "cancelled"
