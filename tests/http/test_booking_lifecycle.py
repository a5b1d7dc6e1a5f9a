from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from httpx import Response

from builders import TOMORROW
from fakes import NOW
from http_api import Api, Person, a_booking_body, a_session_body, as_json, bad_fields, ids, problem

pytestmark = pytest.mark.thorough

BOOKINGS = "/api/bookings/"
LATER = TOMORROW + timedelta(hours=6)
NEXT_WEEK = TOMORROW + timedelta(days=7)


def at(booking: dict[str, Any], action: str) -> str:
    return f"{BOOKINGS}{booking['id']}/{action}/"


def done(response: Response) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    answered: dict[str, Any] = response.json()
    return answered


def steps(booking: dict[str, Any]) -> list[tuple[str | None, str]]:
    return [(step["from"], step["to"]) for step in booking["history"]]


async def requested(api: Api, **changes: Any) -> tuple[Person, Person, dict[str, Any]]:
    """Return a creator, a learner, and a pending booking."""
    creator, learner = await api.creator(), await api.person()
    session = await api.session(creator, requires_confirmation=True)
    return creator, learner, await api.booking(learner, session, **changes)


async def booked(api: Api, **changes: Any) -> tuple[Person, Person, dict[str, Any]]:
    """Return a creator, a learner, and a confirmed booking."""
    creator, learner = await api.creator(), await api.person()
    return creator, learner, await api.booking(learner, await api.session(creator, **changes))


async def test_booking_of_session_requiring_confirmation_is_pending(api: Api) -> None:
    _, learner, created = await requested(api, booking_date=as_json(NEXT_WEEK))

    assert (created["status"], created["respond_by"]) == ("pending", as_json(NOW + timedelta(hours=48)))
    shown = done(await learner.get(f"{BOOKINGS}{created['id']}/"))
    assert (shown["respond_by"], steps(shown)) == (created["respond_by"], [(None, "pending")])


async def test_response_deadline_is_no_later_than_start(api: Api) -> None:
    _, _, created = await requested(api)

    assert created["respond_by"] == created["booking_date"] == as_json(TOMORROW)


async def test_confirmed_booking_has_no_response_deadline(api: Api) -> None:
    _, _, created = await booked(api)

    assert (created["status"], created["respond_by"]) == ("confirmed", None)


async def test_a_pending_booking_holds_its_seats(api: Api) -> None:
    creator = await api.creator()
    session = await api.session(creator, requires_confirmation=True, max_participants=1)
    await api.booking(await api.person(), session)

    problem(await (await api.person()).post(BOOKINGS, a_booking_body(session)), 409, "sold_out")


async def test_creator_confirms_and_both_parties_see_the_actor(api: Api) -> None:
    creator, learner, created = await requested(api)
    api.clock.advance(timedelta(hours=1))

    confirmed = done(await creator.post(at(created, "confirm")))

    assert (confirmed["status"], confirmed["respond_by"]) == ("confirmed", None)
    assert confirmed["history"][-1] == {
        "at": "2030-01-07T10:00:00Z",
        "by": str(creator.id),
        "action": "confirm",
        "from": "pending",
        "to": "confirmed",
        "from_start": None,
        "to_start": None,
        "from_seats": None,
        "to_seats": None,
        "reason": "",
    }
    assert done(await learner.get(f"{BOOKINGS}{created['id']}/")) == confirmed


async def test_creator_declines_with_reason_and_seats_are_released(api: Api) -> None:
    creator, learner, created = await requested(api)

    declined = done(await creator.post(at(created, "decline"), {"reason": "  I am ill. "}))

    assert declined["status"] == "cancelled"
    assert declined["history"][-1]["reason"] == "I am ill."
    again = await learner.post(BOOKINGS, {"session": created["session"], "booking_date": created["booking_date"]})
    assert again.status_code == 201


@pytest.mark.parametrize("action", ["confirm", "decline"])
async def test_late_response_is_refused(api: Api, action: str) -> None:
    creator, _, created = await requested(api, booking_date=as_json(NEXT_WEEK))

    api.clock.advance(timedelta(hours=48))
    creator = await api.login(creator.user)

    problem(await creator.post(at(created, action)), 409, "too_late")


@pytest.mark.parametrize("action", ["confirm", "decline", "complete"])
async def test_learner_cannot_confirm_or_decline(api: Api, action: str) -> None:
    _, learner, created = await requested(api)

    problem(await learner.post(at(created, action)), 403, "not_yours")


@pytest.mark.parametrize("action", ["confirm", "decline", "complete", "cancel", "reschedule"])
async def test_booking_of_another_user_is_not_found(api: Api, action: str) -> None:
    _, _, created = await requested(api)
    body = {"booking_date": as_json(LATER)}

    for person in (await api.person(), await api.creator()):
        problem(await person.post(at(created, action), body), 404, "not_found")
    problem(await (await api.person()).post(at({"id": uuid4()}, action), body), 404, "not_found")


@pytest.mark.parametrize("action", ["confirm", "decline", "complete"])
async def test_staff_can_do_what_the_creator_can(api: Api, action: str) -> None:
    _, _, created = await (booked(api) if action == "complete" else requested(api))
    if action == "complete":
        api.clock.at = TOMORROW + timedelta(hours=1)
    staff = await api.person(is_staff=True)

    last = done(await staff.post(at(created, action), {"reason": "The creator is ill."}))["history"][-1]
    assert (last["by"], last["reason"]) == (str(staff.id), "The creator is ill.")


@pytest.mark.parametrize("action", ["confirm", "decline", "complete", "cancel", "reschedule"])
async def test_staff_who_act_for_others_must_give_a_reason(api: Api, action: str) -> None:
    creator, _, created = await (booked(api) if action == "complete" else requested(api))
    if action == "complete":
        api.clock.at = TOMORROW + timedelta(hours=1)
    staff, creator = await api.person(is_staff=True), await api.login(creator.user)
    body = {"booking_date": as_json(LATER)} if action == "reschedule" else {}

    for reason in ({}, {"reason": "  "}):
        assert set(bad_fields(await staff.post(at(created, action), body | reason))) == {"reason"}

    assert done(await creator.post(at(created, action), body))["history"][-1]["reason"] == ""


@pytest.mark.parametrize("action", ["confirm", "decline", "complete"])
async def test_staff_cannot_confirm_or_decline_their_own_bookings(api: Api, action: str) -> None:
    session = await api.session(await api.creator(), requires_confirmation=True)
    staff = await api.person(is_staff=True)
    created = await api.booking(staff, session)

    problem(await staff.post(at(created, action)), 403, "not_yours")


@pytest.mark.parametrize("action", ["confirm", "decline"])
async def test_confirmed_booking_cannot_be_confirmed_or_declined(api: Api, action: str) -> None:
    creator, _, created = await booked(api)

    problem(await creator.post(at(created, action)), 409, "illegal_transition")


async def test_booking_is_completed_after_its_end_and_then_final(api: Api) -> None:
    creator, learner, created = await booked(api, duration=60)
    api.clock.at = TOMORROW + timedelta(minutes=59)
    creator, learner = await api.login(creator.user), await api.login(learner.user)
    problem(await creator.post(at(created, "complete")), 409, "illegal_transition")
    api.clock.advance(timedelta(minutes=1))

    completed = done(await creator.post(at(created, "complete")))

    assert steps(completed) == [(None, "confirmed"), ("confirmed", "completed")]
    for action in ("cancel", "complete", "confirm", "decline"):
        problem(await creator.post(at(created, action)), 409, "illegal_transition")
    problem(
        await learner.post(at(created, "reschedule"), {"booking_date": as_json(NEXT_WEEK)}), 409, "illegal_transition"
    )


async def test_learner_can_cancel_until_cancellation_notice_and_creator_after_it(api: Api) -> None:
    creator, learner, created = await booked(api, cancellation_notice=2)
    api.clock.at = TOMORROW - timedelta(hours=2)
    problem(await learner.post(at(created, "cancel")), 409, "too_late")
    problem(await learner.post(at(created, "reschedule"), {"booking_date": as_json(LATER)}), 409, "too_late")

    assert done(await creator.post(at(created, "cancel"), {"reason": "I am ill."}))["status"] == "cancelled"


@pytest.mark.parametrize("who", ["learner", "creator", "staff"])
async def test_booking_can_be_rescheduled_by_either_party_or_staff(api: Api, who: str) -> None:
    creator, learner, created = await booked(api)
    person = {"learner": learner, "creator": creator}.get(who) or await api.person(is_staff=True)

    body = {"booking_date": as_json(LATER), "reason": "The room is taken."}
    rescheduled = done(await person.post(at(created, "reschedule"), body))

    assert (rescheduled["booking_date"], rescheduled["ends_at"]) == ("2030-01-08T15:00:00Z", "2030-01-08T16:00:00Z")
    assert {name: rescheduled[name] for name in ("id", "seats", "amount", "status", "created_at", "respond_by")} == {
        name: created[name] for name in ("id", "seats", "amount", "status", "created_at", "respond_by")
    }
    last = rescheduled["history"][-1]
    assert (last["by"], last["from"], last["to"]) == (str(person.id), "confirmed", "confirmed")
    assert (last["action"], last["reason"]) == ("reschedule", "The room is taken.")
    assert (last["from_start"], last["to_start"]) == ("2030-01-08T09:00:00Z", "2030-01-08T15:00:00Z")
    assert (last["from_seats"], last["to_seats"]) == (None, None)
    of_learner = rescheduled | {"allowed_actions": ["cancel", "reschedule", "seats"]}
    assert done(await learner.get(f"{BOOKINGS}{created['id']}/")) == of_learner


async def test_booking_rescheduled_by_learner_needs_confirmation_again(api: Api) -> None:
    creator, learner, created = await requested(api)
    done(await creator.post(at(created, "confirm")))

    rescheduled = done(await learner.post(at(created, "reschedule"), {"booking_date": as_json(NEXT_WEEK)}))

    assert (rescheduled["status"], rescheduled["booking_date"]) == ("confirmed", created["booking_date"])
    assert (rescheduled["requested_start"], rescheduled["respond_by"]) == (as_json(NEXT_WEEK), as_json(TOMORROW))
    assert rescheduled["allowed_actions"] == ["decline", "cancel", "reschedule"]
    last = rescheduled["history"][-1]
    assert (last["action"], last["from_start"], last["to_start"]) == ("reschedule", None, as_json(NEXT_WEEK))
    awaiting = f"{BOOKINGS}creator_bookings/?awaiting_response=true"
    assert ids(await creator.get(awaiting)) == [created["id"]]
    confirmed = done(await creator.post(at(created, "confirm")))
    assert (confirmed["booking_date"], confirmed["requested_start"]) == (as_json(NEXT_WEEK), None)
    assert ids(await creator.get(awaiting)) == []


@pytest.mark.parametrize("action", ["confirm", "decline"])
@pytest.mark.parametrize("who", ["creator", "staff"])
async def test_answer_names_the_requested_start_that_was_seen(api: Api, who: str, action: str) -> None:
    creator, learner, created = await requested(api)
    done(await creator.post(at(created, "confirm"), {"requested_start": None}))
    for start in (LATER, NEXT_WEEK):
        kept = done(await learner.post(at(created, "reschedule"), {"booking_date": as_json(start)}))
    person = creator if who == "creator" else await api.person(is_staff=True)
    path = at(created, action) if who == "creator" else f"/api/admin{at(created, action).removeprefix('/api')}"
    answer = {"reason": "As we said.", "requested_start": as_json(LATER)}

    refused = problem(await person.post(path, answer), 409, "illegal_transition")
    assert refused["detail"] == "The requested time has changed. Look at the booking again."
    assert bad_fields(await person.post(path, answer | {"requested_start": "soon"})) == {"requested_start"}
    assert done(await learner.get(f"{BOOKINGS}{created['id']}/")) == kept

    answered = done(await person.post(path, answer | {"requested_start": as_json(NEXT_WEEK)}))
    moved_to = as_json(NEXT_WEEK) if action == "confirm" else created["booking_date"]
    assert (answered["booking_date"], answered["requested_start"]) == (moved_to, None)


@pytest.mark.parametrize(
    "body",
    [{}, {"booking_date": None}, {"booking_date": "soon"}, {"booking_date": as_json(NOW)}, {"booking_date": "2200"}],
)
async def test_booking_can_only_be_rescheduled_to_future_start(api: Api, body: dict[str, Any]) -> None:
    _, learner, created = await booked(api)

    assert bad_fields(await learner.post(at(created, "reschedule"), body)) == {"booking_date"}


async def test_rescheduling_needs_a_json_body(api: Api) -> None:
    _, learner, created = await booked(api)
    path = at(created, "reschedule")

    problem(
        await learner.send("POST", path, content=b"x", headers={"Content-Type": "text/plain"}),
        415,
        "unsupported_media_type",
    )
    problem(
        await learner.send("POST", path, content=b"[]", headers={"Content-Type": "application/json"}), 400, "invalid"
    )


async def test_refused_rescheduling_returns_its_reason_and_changes_nothing(api: Api) -> None:
    creator, learner = await api.creator(), await api.person()
    yoga, music = [await api.session(creator, max_participants=1) for _ in range(2)]
    created = await api.booking(learner, yoga)
    await api.booking(await api.person(), yoga, booking_date=as_json(LATER))
    await api.booking(learner, yoga, booking_date=as_json(NEXT_WEEK))
    await api.booking(await api.person(), music, booking_date=as_json(LATER + timedelta(hours=3)))

    for start, code in {
        TOMORROW: "illegal_transition",
        LATER: "sold_out",
        NEXT_WEEK: "already_booked",
        LATER + timedelta(hours=2, minutes=30): "creator_unavailable",
    }.items():
        problem(await learner.post(at(created, "reschedule"), {"booking_date": as_json(start)}), 409, code)

    shown = done(await learner.get(f"{BOOKINGS}{created['id']}/"))
    assert (shown["booking_date"], len(shown["history"])) == (as_json(TOMORROW), 1)


async def test_booking_shows_confirmation_and_cancellation_terms_of_its_session(api: Api) -> None:
    creator, learner = await api.creator(), await api.person()
    terms = {"requires_confirmation": True, "cancellation_notice": 24}

    plain = (await creator.post("/api/sessions/", a_session_body())).json()
    created = (await creator.post("/api/sessions/", a_session_body(**terms))).json()

    assert {name: plain[name] for name in terms} == {"requires_confirmation": False, "cancellation_notice": 0}
    assert {name: created[name] for name in terms} == terms
    body = {"session": created["id"], "booking_date": as_json(NEXT_WEEK)}
    shown = (await learner.post(BOOKINGS, body)).json()["session_details"]
    assert {name: shown[name] for name in terms} == terms
    changed = await creator.patch(f"/api/sessions/{created['id']}/", {"cancellation_notice": 8_760})
    assert (changed.json()["requires_confirmation"], changed.json()["cancellation_notice"]) == (True, 8_760)


@pytest.mark.parametrize(
    "changes",
    [
        {"requires_confirmation": "true"},
        {"requires_confirmation": None},
        {"requires_confirmation": 1},
        {"cancellation_notice": -1},
        {"cancellation_notice": 8_761},
        {"cancellation_notice": 1.5},
        {"cancellation_notice": "24"},
    ],
)
async def test_invalid_terms_are_refused(api: Api, changes: dict[str, Any]) -> None:
    creator = await api.creator()

    assert bad_fields(await creator.post("/api/sessions/", a_session_body(**changes))) == set(changes)
