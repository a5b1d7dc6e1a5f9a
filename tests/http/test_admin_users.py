from datetime import timedelta
from uuid import uuid4

import pytest

from builders import PASSWORD, TOMORROW
from http_api import Api, Person, a_booking_body, as_json, bad_fields, problem
from marketplace.core.services.tokens import PRINCIPAL_TTL
from staff_services import logged

WHY = "Asked for by e-mail."
PROFILE = "/api/auth/profile/"
LOGIN = "/api/auth/login/"
RESET = "/api/auth/password-reset/"


@pytest.fixture
async def staff(api: Api) -> Person:
    return await api.person(is_staff=True)


@pytest.fixture
async def superuser(api: Api) -> Person:
    return await api.person(is_staff=True, is_superuser=True)


def address(person: Person, action: str = "") -> str:
    return f"/api/admin/users/{person.id}/" + (f"{action}/" if action else "")


async def test_account_detail_has_everything_except_secrets(api: Api, staff: Person) -> None:
    learner = await api.person()
    await api.booking(learner, await api.session())

    response = await staff.get(address(learner))

    assert response.status_code == 200, response.text
    found = response.json()
    assert {name: found[name] for name in ("id", "email", "role", "is_active", "sessions", "bookings")} == {
        "id": str(learner.id),
        "email": learner.user.email,
        "role": "user",
        "is_active": True,
        "sessions": 0,
        "bookings": 1,
    }
    (login,) = found["logins"]
    assert set(login) == {"id", "created_at", "expires_at", "address", "agent", "is_impersonation"}
    assert [entry["action"] for entry in found["log"]] == ["signed_in"]
    assert found["log"][0]["actor_details"]["username"] == learner.user.username
    assert "plain:" not in response.text
    assert response.headers["cache-control"] == "no-store"


async def test_change_updates_given_fields_only(api: Api, staff: Person) -> None:
    learner = await api.person()

    changed = await staff.patch(address(learner), {"first_name": " Augusta ", "role": "creator", "is_staff": True})

    assert changed.status_code == 200
    assert (changed.json()["first_name"], changed.json()["role"], changed.json()["is_staff"]) == (
        "Augusta",
        "user",
        False,
    )
    assert (await learner.get(PROFILE)).json()["first_name"] == "Augusta"


async def test_taken_names_are_409_and_invalid_ones_400(api: Api, staff: Person) -> None:
    learner, other = await api.person(), await api.person()

    problem(await staff.patch(address(learner), {"email": other.user.email}), 409, "email_taken")
    problem(await staff.patch(address(learner), {"username": other.user.username}), 409, "username_taken")
    assert bad_fields(await staff.patch(address(learner), {"email": "ada", "username": "?", "reason": 7})) == {
        "email",
        "username",
        "reason",
    }


@pytest.mark.parametrize("action", ["deactivate", "activate", "role", "rights", "password-reset"])
async def test_account_action_requires_a_reason(api: Api, superuser: Person, action: str) -> None:
    learner = await api.person()
    body = {"role": "creator", "is_staff": True, "is_superuser": False}

    for reason in ({}, {"reason": ""}, {"reason": "  "}, {"reason": None}):
        assert bad_fields(await superuser.post(address(learner, action), body | reason)) == {"reason"}

    assert (await superuser.get(address(learner))).json()["is_active"]


async def test_a_deactivation_ends_logins_within_a_second_and_takes_sessions_out_of_the_catalog(
    api: Api, staff: Person
) -> None:
    creator, learner = await api.creator(), await api.person()
    session = await api.session(creator, title="The only one of its name")
    booking = await api.booking(learner, session, seats=2)
    assert (await creator.get(PROFILE)).status_code == 200

    done = await staff.post(address(creator, "deactivate"), {"reason": WHY})

    assert done.status_code == 200
    assert not done.json()["user"]["is_active"]
    assert done.json()["sold_slots"] == [
        {
            "session": str(session.id),
            "title": session.title,
            "starts_at": as_json(TOMORROW),
            "ends_at": as_json(TOMORROW + timedelta(hours=1)),
            "seats": 2,
            "bookings": 1,
            "cancelled": 0,
        }
    ]
    api.clock.advance(PRINCIPAL_TTL)
    problem(await creator.get(PROFILE), 401, "not_signed_in")
    problem(await api.visitor.get(f"/api/sessions/{session.id}/"), 404, "not_found")
    assert (await learner.get(f"/api/bookings/{booking['id']}/")).json()["status"] == "confirmed"


async def test_sold_slots_come_in_pages(api: Api, staff: Person) -> None:
    creator, learner = await api.creator(), await api.person()
    session = await api.session(creator)
    starts = [as_json(TOMORROW + timedelta(hours=2 * number)) for number in range(3)]
    for start in starts:
        await learner.post("/api/bookings/", a_booking_body(session, booking_date=start))

    first = await staff.get(address(creator, "sold-slots"), limit="2")
    second = await staff.get(first.links["next"]["url"])

    assert [slot["starts_at"] for page in (first, second) for slot in page.json()] == starts
    assert "next" not in second.links
    assert bad_fields(await staff.get(address(creator, "sold-slots"), limit="0", cursor="x")) == {"limit", "cursor"}


async def test_deactivation_cancels_sold_seats_on_request(api: Api, staff: Person) -> None:
    creator, learner = await api.creator(), await api.person()
    booking = await api.booking(learner, await api.session(creator))

    (shown,) = (await staff.get(address(creator, "sold-slots"))).json()
    assert (shown["starts_at"], shown["seats"], shown["bookings"], shown["cancelled"]) == (as_json(TOMORROW), 1, 1, 0)
    done = await staff.post(address(creator, "deactivate"), {"reason": WHY, "cancel_sold_seats": True})

    assert (await staff.get(address(creator, "sold-slots"))).json() == []
    assert [(slot["bookings"], slot["cancelled"]) for slot in done.json()["sold_slots"]] == [(1, 1)]
    found = (await learner.get(f"/api/bookings/{booking['id']}/")).json()
    assert (found["status"], found["history"][-1]["by"], found["history"][-1]["reason"]) == (
        "cancelled",
        str(staff.id),
        WHY,
    )


async def test_granted_and_revoked_rights_take_effect_within_a_second(api: Api, superuser: Person) -> None:
    learner, other = await api.person(), await api.person()
    problem(await learner.get(address(other)), 403, "not_staff")

    body = {"is_staff": True, "is_superuser": False, "reason": WHY}
    assert (await superuser.post(address(learner, "rights"), body)).json()["is_staff"]
    assert (await learner.get(address(other))).status_code == 200
    problem(await learner.post(address(other, "rights"), body), 403, "not_superuser")

    await superuser.post(address(learner, "rights"), body | {"is_staff": False})
    api.clock.advance(PRINCIPAL_TTL)
    problem(await learner.get(address(other)), 403, "not_staff")


async def test_rights_are_consistent_and_cannot_be_changed_for_oneself(api: Api, superuser: Person) -> None:
    learner = await api.person()
    alone = {"is_staff": False, "is_superuser": True, "reason": WHY}

    assert bad_fields(await superuser.post(address(learner, "rights"), alone)) == {"is_superuser"}
    assert bad_fields(await superuser.post(address(learner, "rights"), {})) == {"is_staff", "is_superuser", "reason"}
    less = {"is_staff": True, "is_superuser": False, "reason": WHY}
    problem(await superuser.post(address(superuser, "rights"), less), 403, "oneself")


async def test_staff_cannot_manage_staff_accounts(api: Api, staff: Person, superuser: Person) -> None:
    for target in (superuser, await api.person(is_staff=True)):
        problem(await staff.patch(address(target), {"email": "mine@example.org"}), 403, "not_superuser")
        problem(await staff.post(address(target, "deactivate"), {"reason": WHY}), 403, "not_superuser")
        problem(await staff.post(address(target, "password-reset"), {"reason": WHY}), 403, "not_superuser")
    problem(await staff.post(address(staff, "deactivate"), {"reason": WHY}), 403, "oneself")


async def test_unknown_account_is_404_after_body_errors(superuser: Person) -> None:
    unknown = f"/api/admin/users/{uuid4()}/"

    problem(await superuser.get(unknown), 404, "not_found")
    problem(await superuser.get(f"{unknown}sold-slots/"), 404, "not_found")
    problem(await superuser.patch(unknown, {}), 404, "not_found")
    for action in ("deactivate", "activate", "role", "rights", "password-reset"):
        body = {"role": "creator", "is_staff": True, "is_superuser": False}
        assert bad_fields(await superuser.post(f"{unknown}{action}/", body)) == {"reason"}
        problem(await superuser.post(f"{unknown}{action}/", body | {"reason": WHY}), 404, "not_found")


async def test_reset_link_is_shown_once_and_sets_password_once(api: Api, staff: Person) -> None:
    learner = await api.person()

    issued = await staff.post(address(learner, "password-reset"), {"reason": WHY})

    assert issued.status_code == 201
    token = issued.json()["token"]
    assert issued.json() == {
        "token": token,
        "path": f"/reset-password#{token}",
        "expires_at": as_json(api.clock.now() + timedelta(hours=24)),
    }
    assert issued.headers["cache-control"] == "no-store"
    assert token not in (await staff.get(address(learner))).text
    new = {"token": token, "new_password": "a staple of batteries"}
    assert (await api.visitor.post(RESET, new)).status_code == 204
    problem(await api.visitor.post(RESET, new), 401, "bad_reset_token")
    signed_in = await api.visitor.post(LOGIN, {"email": learner.user.email, "password": new["new_password"]})
    assert signed_in.status_code == 200
    problem(await api.visitor.post(LOGIN, {"email": learner.user.email, "password": PASSWORD}), 401, "bad_credentials")
    api.clock.advance(PRINCIPAL_TTL)
    problem(await learner.get(PROFILE), 401, "not_signed_in")
    words = [entry.action for entry in await logged(api.storage, ("user", learner.id))]
    assert words == ["signed_in", "password_reset_issued", "password_reset", "signed_in", "sign_in_refused"]


async def test_every_invalid_reset_link_has_same_error(api: Api, staff: Person) -> None:
    expired, inactive = await api.person(), await api.person()
    tokens = [
        (await staff.post(address(person, "password-reset"), {"reason": WHY})).json()["token"]
        for person in (expired, inactive)
    ]
    await api.deactivate(inactive)
    new = "a staple of batteries"
    body = [
        problem(await api.visitor.post(RESET, {"token": token, "new_password": new}), 401, "bad_reset_token")
        for token in ("never issued", tokens[1])
    ]
    api.clock.advance(timedelta(days=1))
    body.append(
        problem(await api.visitor.post(RESET, {"token": tokens[0], "new_password": new}), 401, "bad_reset_token")
    )

    assert body[0] == body[1] == body[2]


async def test_new_password_is_validated_before_reset_link_and_against_names_after(api: Api, staff: Person) -> None:
    learner = await api.person()
    token = (await staff.post(address(learner, "password-reset"), {"reason": WHY})).json()["token"]

    for password in ("short", "password1"):
        body = {"token": "never issued", "new_password": password}
        assert bad_fields(await api.visitor.post(RESET, body)) == {"new_password"}
    named = {"new_password": learner.user.email}
    problem(await api.visitor.post(RESET, {"token": "never issued"} | named), 401, "bad_reset_token")
    assert bad_fields(await api.visitor.post(RESET, {"token": token} | named)) == {"new_password"}
