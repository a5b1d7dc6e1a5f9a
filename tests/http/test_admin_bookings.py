from datetime import timedelta
from uuid import uuid4

import pytest

from builders import TOMORROW
from http_api import Api, Person, as_json, bad_fields, problem

WHY = "The creator is ill."
LATER = as_json(TOMORROW + timedelta(hours=3))
ACTIONS = ("cancel", "confirm", "decline", "complete", "reschedule")


@pytest.fixture
async def staff(api: Api) -> Person:
    return await api.person(is_staff=True)


def address(booking_id: object, action: str = "") -> str:
    return f"/api/admin/bookings/{booking_id}/" + (f"{action}/" if action else "")


async def test_staff_reads_booking_with_both_parties_history_and_log(api: Api, staff: Person) -> None:
    creator, learner = await api.creator(), await api.person()
    booking = await api.booking(learner, await api.session(creator))
    await staff.post(address(booking["id"], "cancel"), {"reason": WHY})

    found = (await staff.get(address(booking["id"]))).json()

    assert found["user_details"]["email"] == learner.user.email
    assert found["session_details"]["creator_details"]["email"] == creator.user.email
    assert [(step["to"], step["by"], step["reason"]) for step in found["history"]] == [
        ("confirmed", str(learner.id), ""),
        ("cancelled", str(staff.id), WHY),
    ]
    assert [(entry["action"], entry["actor_details"]["username"]) for entry in found["log"]] == [
        ("booking_cancelled", staff.user.username)
    ]


async def test_each_staff_step_follows_the_rules_and_returns_the_booking(api: Api, staff: Person) -> None:
    session = await api.session(requires_confirmation=True, cancellation_notice=48)
    booked = [await api.booking(await api.person(), session) for _ in range(2)]

    confirmed = await staff.post(address(booked[0]["id"], "confirm"), {"reason": WHY})
    declined = await staff.post(address(booked[1]["id"], "decline"), {"reason": WHY})
    rescheduled = await staff.post(address(booked[0]["id"], "reschedule"), {"booking_date": LATER, "reason": WHY})
    cancelled = await staff.post(address(booked[0]["id"], "cancel"), {"reason": WHY})

    assert [answer.json()["status"] for answer in (confirmed, declined, rescheduled, cancelled)] == [
        "confirmed",
        "cancelled",
        "confirmed",
        "cancelled",
    ]
    assert rescheduled.json()["booking_date"] == LATER
    assert rescheduled.json()["history"][-1]["reason"].endswith(WHY)
    problem(await staff.post(address(booked[0]["id"], "complete"), {"reason": WHY}), 409, "illegal_transition")


@pytest.mark.parametrize("action", ACTIONS)
async def test_staff_step_without_reason_is_refused(api: Api, staff: Person, action: str) -> None:
    booking = await api.booking(await api.person(), await api.session())

    for reason in ({}, {"reason": ""}, {"reason": " \n"}, {"reason": "x" * 501}):
        body = {"booking_date": LATER} | reason
        assert bad_fields(await staff.post(address(booking["id"], action), body)) == {"reason"}

    assert len((await staff.get(address(booking["id"]))).json()["history"]) == 1


async def test_staff_rescheduling_needs_future_start_and_follows_ordinary_rules(api: Api, staff: Person) -> None:
    session = await api.session()
    booking = await api.booking(await api.person(), session)
    await api.booking(await api.person(), session, booking_date=LATER, seats=3)
    move = address(booking["id"], "reschedule")

    past = {"booking_date": "2020-01-01T00:00:00Z"}
    assert bad_fields(await staff.post(move, past)) == {"booking_date", "reason"}
    assert bad_fields(await staff.post(move, past | {"reason": WHY})) == {"booking_date"}
    problem(await staff.post(move, {"booking_date": LATER, "reason": WHY}), 409, "sold_out")


async def test_request_repeated_with_its_key_is_harmless(api: Api, staff: Person) -> None:
    booking = await api.booking(await api.person(), await api.session())
    headers = {"Idempotency-Key": uuid4().hex}

    first, second = [
        await staff.send("POST", address(booking["id"], "cancel"), json={"reason": WHY}, headers=headers)
        for _ in range(2)
    ]

    assert (first.status_code, second.status_code) == (200, 200)
    assert second.headers["idempotency-replayed"] == "true"
    assert len((await staff.get(address(booking["id"]))).json()["log"]) == 1


async def test_unknown_ids_are_404(staff: Person) -> None:
    problem(await staff.get(address(uuid4())), 404, "not_found")
    for action in ACTIONS:
        body = {"booking_date": LATER, "reason": WHY}
        problem(await staff.post(address(uuid4(), action), body), 404, "not_found")
