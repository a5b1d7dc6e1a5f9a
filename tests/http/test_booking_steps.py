"""The bodies of booking actions, and the actions allowed once a session is delisted."""

from datetime import timedelta
from typing import Any

import pytest

from builders import TOMORROW
from http_api import Api, Person, as_json, bad_fields, problem

BOOKINGS = "/api/bookings/"


def at(booking: dict[str, Any], action: str) -> str:
    return f"{BOOKINGS}{booking['id']}/{action}/"


async def booked(api: Api, *, requires_confirmation: bool) -> tuple[Person, dict[str, Any]]:
    """Return a creator and a booking, pending or confirmed."""
    creator = await api.creator()
    return creator, await api.booking(
        await api.person(), await api.session(creator, requires_confirmation=requires_confirmation)
    )


@pytest.mark.parametrize("action", ["confirm", "decline", "cancel", "complete"])
async def test_every_step_accepts_a_reason(api: Api, action: str) -> None:
    creator, created = await booked(api, requires_confirmation=action != "complete")
    if action == "complete":
        api.clock.at = TOMORROW + timedelta(hours=1)
        creator = await api.login(creator.user)

    answered = await creator.post(at(created, action), {"reason": " Bring a mat. "})

    assert answered.json()["history"][-1]["reason"] == "Bring a mat."


@pytest.mark.parametrize("action", ["confirm", "decline", "cancel"])
@pytest.mark.parametrize(
    "options",
    [{}, {"content": b""}, {"content": b"", "headers": {"Content-Type": "application/json"}}, {"json": {}}],
    ids=["none", "empty", "empty and typed", "an empty object"],
)
async def test_a_step_needs_no_body(api: Api, action: str, options: dict[str, Any]) -> None:
    creator, created = await booked(api, requires_confirmation=True)

    answered = await creator.send("POST", at(created, action), **options)

    assert answered.json()["history"][-1]["reason"] == ""


@pytest.mark.parametrize("action", ["confirm", "decline", "cancel", "complete"])
async def test_optional_body_is_validated_when_sent(api: Api, action: str) -> None:
    creator, created = await booked(api, requires_confirmation=True)
    path = at(created, action)

    typed = await creator.send("POST", path, content=b"reason=ill", headers={"Content-Type": "text/plain"})
    problem(typed, 415, "unsupported_media_type")
    broken = await creator.send("POST", path, content=b"{", headers={"Content-Type": "application/json"})
    problem(broken, 400, "invalid")
    problem(await creator.post(path, ["I am ill."]), 400, "invalid")
    for reason in (7, None, "x" * 2000, "a\0b"):
        assert bad_fields(await creator.post(path, {"reason": reason})) == {"reason"}
    assert (await creator.get(f"{BOOKINGS}{created['id']}/")).json()["status"] == "pending"


@pytest.mark.parametrize("requires_confirmation", [True, False])
async def test_booking_of_inactive_session_can_be_cancelled_but_not_rescheduled(
    api: Api, *, requires_confirmation: bool
) -> None:
    creator, learner = await api.creator(), await api.person()
    session = await api.session(creator, requires_confirmation=requires_confirmation)
    created = await api.booking(learner, session)
    await creator.patch(f"/api/sessions/{session.id}/", {"status": "inactive"})

    for party in (learner, creator):
        answer = await party.post(at(created, "reschedule"), {"booking_date": as_json(TOMORROW + timedelta(days=1))})
        problem(answer, 409, "not_bookable")

    kept = (await learner.get(f"{BOOKINGS}{created['id']}/")).json()
    assert (kept["booking_date"], len(kept["history"])) == (created["booking_date"], 1)
    assert (await learner.post(at(created, "cancel"))).json()["status"] == "cancelled"
