from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from builders import TOMORROW
from http_api import Api, a_booking_body, as_json, bad_fields, problem
from marketplace.core.domain.sessions import Session

LATER = TOMORROW + timedelta(hours=6)
AT_TOMORROW = {"starts_at": as_json(TOMORROW)}


def cancel(session: Session) -> str:
    return f"/api/sessions/{session.id}/slots/cancel/"


async def test_cancelled_slot_cancels_all_its_bookings_and_no_others(api: Api) -> None:
    creator = await api.creator()
    session = await api.session(creator, max_participants=3, requires_confirmation=True)
    learners = [await api.person() for _ in range(3)]
    created = [await api.booking(learner, session) for learner in learners]
    await creator.post(f"/api/bookings/{created[0]['id']}/confirm/")
    kept = await api.booking(learners[0], session, booking_date=as_json(LATER))

    response = await creator.post(cancel(session), AT_TOMORROW | {"reason": "I am ill."})

    assert response.status_code == 200
    settled: dict[str, Any] = {
        "status": "cancelled",
        "respond_by": None,
        "cancellable_until": None,
        "allowed_actions": [],
    }
    gone = [booking | settled for booking in created]
    assert response.json() == gone
    for learner, booking in zip(learners, created, strict=True):
        last = (await learner.get(f"/api/bookings/{booking['id']}/")).json()["history"][-1]
        assert (last["by"], last["to"], last["reason"]) == (str(creator.id), "cancelled", "I am ill.")
    assert (await learners[0].get("/api/bookings/")).json() == [kept, gone[0]]


async def test_the_seats_of_a_cancelled_slot_can_be_booked_at_once(api: Api) -> None:
    creator, learner = await api.creator(), await api.person()
    session = await api.session(creator, max_participants=1)
    await api.booking(learner, session)

    await creator.post(cancel(session), AT_TOMORROW)

    await api.booking(learner, session)


async def test_cancelling_an_unbooked_slot_returns_no_bookings(api: Api) -> None:
    creator = await api.creator()
    session = await api.session(creator)

    for _ in range(2):
        response = await creator.post(cancel(session), AT_TOMORROW)
        assert (response.status_code, response.json()) == (200, [])


async def test_slot_can_be_cancelled_until_its_end(api: Api) -> None:
    creator = await api.creator()
    session = await api.session(creator, duration=60, cancellation_notice=24)
    await api.booking(await api.person(), session)

    api.clock.at = TOMORROW + timedelta(minutes=60)
    creator = await api.login(creator.user)
    problem(await creator.post(cancel(session), AT_TOMORROW), 409, "too_late")
    api.clock.at -= timedelta(minutes=1)
    assert len((await creator.post(cancel(session), AT_TOMORROW)).json()) == 1


async def test_only_creator_can_cancel_slots_of_session(api: Api) -> None:
    learner, session = await api.person(), await api.session()
    await api.booking(learner, session)

    problem(await api.visitor.post(cancel(session), AT_TOMORROW), 401, "not_signed_in")
    problem(await learner.post(cancel(session), AT_TOMORROW), 403, "not_a_creator")
    other = await api.creator()
    problem(await other.post(cancel(session), AT_TOMORROW), 403, "not_yours")
    problem(await other.post(f"/api/sessions/{uuid4()}/slots/cancel/", AT_TOMORROW), 404, "not_found")
    problem(await learner.post("/api/bookings/", a_booking_body(session)), 409, "already_booked")


@pytest.mark.parametrize(
    ("body", "bad"),
    [
        ({}, {"starts_at"}),
        ({"starts_at": "tomorrow", "reason": 7}, {"starts_at", "reason"}),
        ({"starts_at": as_json(TOMORROW), "reason": "x" * 2000}, {"reason"}),
    ],
)
async def test_slot_cancellation_body_is_validated(api: Api, body: dict[str, object], bad: set[str]) -> None:
    creator = await api.creator()

    assert bad_fields(await creator.post(cancel(await api.session(creator)), body)) == bad
