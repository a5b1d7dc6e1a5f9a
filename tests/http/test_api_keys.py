from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from api_key_records import stored_key
from builders import PASSWORD, TOMORROW
from fakes import NOW
from http_api import SETTINGS, Api, Person, a_booking_body, a_session_body, as_json, bad_fields, open_api, problem
from marketplace.core.domain.api_keys import MAX_KEYS
from marketplace.core.domain.rate_limits import API_KEYS
from marketplace.core.services.tokens import PRINCIPAL_TTL
from staff_services import logged

KEYS = "/api/auth/api-keys/"
PROFILE = "/api/auth/profile/"
A_KEY = {"name": "Calendar sync", "scopes": ["read"]}


def program(api: Api, person: Person, created: Any) -> Person:
    return Person(api.client, created.json()["key"], account=person.account)


async def test_new_key_is_shown_once_and_reads_as_its_owner(api: Api) -> None:
    person = await api.person()

    created = await person.post(KEYS, A_KEY | {"expires_at": as_json(NOW + timedelta(days=30))})

    assert created.status_code == 201, created.text
    [listed] = (await person.get(KEYS)).json()
    assert created.json() == listed | {"key": created.json()["key"]}
    assert listed | {"id": ""} == {
        "id": "",
        "name": "Calendar sync",
        "scopes": ["read"],
        "start": created.json()["key"][:8],
        "created_at": as_json(NOW),
        "expires_at": as_json(NOW + timedelta(days=30)),
        "last_used_at": None,
        "revoked_at": None,
    }
    assert (await program(api, person, created).get(PROFILE)).json()["id"] == str(person.id)
    assert [each["last_used_at"] for each in (await person.get(KEYS)).json()] == [as_json(NOW)]


async def test_key_without_the_scope_is_told_which_one_it_needs(api: Api) -> None:
    creator = await api.creator()
    reader = await api.by_key(creator, "read")

    needed = problem(await reader.post("/api/sessions/", a_session_body()), 403, "missing_scope")
    none = problem(await reader.get(KEYS), 403, "missing_scope")

    assert needed["detail"] == "This needs an API key with the scope sessions:write."
    assert none["detail"] == "This can't be done with an API key. Sign in to do it."
    assert (await (await api.by_key(creator, "sessions:write")).post("/api/sessions/", a_session_body())).is_success


async def test_scope_is_judged_before_the_body_and_after_the_key(api: Api) -> None:
    person = await api.person()
    unknown = Person(api.client, f"{(await api.by_key(person)).access[:-6]}000000")

    problem(await (await api.by_key(person, "read")).post("/api/bookings/", {"seats": "many"}), 403, "missing_scope")
    problem(await unknown.get(KEYS), 401, "not_signed_in")


async def test_revoked_key_is_refused_at_once_and_by_others_within_half_a_second(api: Api) -> None:
    person = await api.person()
    created = await person.post(KEYS, A_KEY)
    reader = program(api, person, created)
    assert (await reader.get(PROFILE)).is_success

    assert (await person.delete(f"{KEYS}{created.json()['id']}/")).status_code == 204
    assert (await person.delete(f"{KEYS}{created.json()['id']}/")).status_code == 204

    problem(await reader.get(PROFILE), 401, "not_signed_in")
    assert [each["revoked_at"] for each in (await person.get(KEYS)).json()] == [as_json(NOW)]
    actions = [entry.action for entry in await logged(api.storage, ("user", person.id))]
    assert actions.count("api_key_created") == actions.count("api_key_revoked") == 1

    other = await stored_key(api.storage, person.user)
    remembered = Person(api.client, other.secret)
    assert (await remembered.get(PROFILE)).is_success
    async with api.storage.unit_of_work() as tx:
        await tx.api_keys.revoke_all(person.id, NOW)
    api.clock.advance(PRINCIPAL_TTL)
    problem(await remembered.get(PROFILE), 401, "not_signed_in")


async def test_expired_key_and_that_of_a_deactivated_person_are_refused(api: Api) -> None:
    person, gone = await api.person(), await api.person()
    expiring, theirs = await api.by_key(person, expires_at=NOW + timedelta(minutes=1)), await api.by_key(gone)
    assert (await expiring.get(PROFILE)).is_success
    await api.deactivate(gone)
    problem(await theirs.get(PROFILE), 401, "not_signed_in")

    api.clock.advance(timedelta(minutes=1))

    problem(await expiring.get(PROFILE), 401, "not_signed_in")


async def test_key_of_another_person_is_not_found(api: Api) -> None:
    person, other = await api.person(), await api.person()
    key = (await other.post(KEYS, A_KEY)).json()

    problem(await person.delete(f"{KEYS}{key['id']}/"), 404, "not_found")
    assert [each["revoked_at"] for each in (await other.get(KEYS)).json()] == [None]


BAD: list[tuple[dict[str, Any], set[str]]] = [
    ({}, {"name", "scopes"}),
    ({"name": "", "scopes": []}, {"name", "scopes"}),
    ({"name": " \u200b ", "scopes": ["read"]}, {"name"}),
    ({"name": "x" * 61, "scopes": ["admin"]}, {"name", "scopes"}),
    ({"name": "two\nlines", "scopes": "read"}, {"name", "scopes"}),
    ({"name": 7, "scopes": ["read", None]}, {"name", "scopes"}),
    (A_KEY | {"scopes": ["Read"]}, {"scopes"}),
    (A_KEY | {"scopes": {"read": True}}, {"scopes"}),
    (A_KEY | {"expires_at": as_json(NOW)}, {"expires_at"}),
    (A_KEY | {"expires_at": as_json(NOW + timedelta(days=367))}, {"expires_at"}),
    (A_KEY | {"expires_at": "soon"}, {"expires_at"}),
    (A_KEY | {"expires_at": 1}, {"expires_at"}),
]


@pytest.mark.parametrize(("body", "fields"), BAD)
async def test_bad_fields_of_a_new_key_are_named_at_once(api: Api, body: dict[str, Any], fields: set[str]) -> None:
    assert bad_fields(await (await api.person()).post(KEYS, body)) == fields


@pytest.mark.parametrize("given", [["read", "bookings:write", "read"], ["bookings:write", "read"]])
async def test_scopes_are_kept_once_and_in_order(api: Api, given: list[str]) -> None:
    created = await (await api.person()).post(KEYS, {"name": "  Cafe\u0301 ", "scopes": given})

    assert (created.json()["name"], created.json()["scopes"]) == ("Caf\u00e9", ["read", "bookings:write"])


@pytest.mark.parametrize("token", ["mkt_", "mkt_" + "0" * 49, "mkt_" + "é" * 49, "MKT_" + "0" * 49, "mkt_ " + "0" * 48])
async def test_what_only_looks_like_a_key_is_refused(api: Api, token: str) -> None:
    headers = {"Authorization": b"Bearer " + token.encode()}
    problem(await api.visitor.send("GET", PROFILE, headers=headers), 401, "not_signed_in")
    problem(await api.visitor.send("GET", "/api/sessions/", headers=headers), 401, "not_signed_in")


async def test_key_is_created_only_with_a_fresh_proof_and_revoked_without(api: Api) -> None:
    person = await api.person()
    created = await person.post(KEYS, A_KEY)
    api.clock.advance(timedelta(hours=1))

    problem(await person.post(KEYS, A_KEY), 403, "reauthentication_required")
    assert (await person.delete(f"{KEYS}{created.json()['id']}/")).status_code == 204
    assert (await person.post("/api/auth/reauthenticate/", {"password": PASSWORD})).is_success
    assert (await person.post(KEYS, A_KEY)).status_code == 201


async def test_person_has_a_bounded_number_of_live_keys(api: Api) -> None:
    person = await api.person()
    created = [await person.post(KEYS, A_KEY) for _ in range(MAX_KEYS)]

    problem(await person.post(KEYS, A_KEY), 409, "too_many_api_keys")
    await person.delete(f"{KEYS}{created[0].json()['id']}/")

    assert (await person.post(KEYS, A_KEY)).status_code == 201


async def test_new_keys_are_limited_by_day() -> None:
    async with open_api(replace(SETTINGS, rate_limit=True)) as api:
        person = await api.person()
        for _ in range(API_KEYS.maximum):
            created = await person.post(KEYS, A_KEY)
            await person.delete(f"{KEYS}{created.json()['id']}/")

        problem(await person.post(KEYS, A_KEY), 429, "rate_limited")


async def test_key_of_staff_has_none_of_their_rights(api: Api) -> None:
    staff, session = await api.person(is_staff=True, is_superuser=True), await api.session()
    booking = await api.booking(await api.person(), session)
    by_key = await api.by_key(staff)

    problem(await by_key.get("/api/admin/users/"), 403, "missing_scope")
    problem(await by_key.post(f"/api/bookings/{booking['id']}/cancel/", {"reason": "Theirs."}), 404, "not_found")
    hidden = await api.session(status="inactive")
    problem(await by_key.get(f"/api/sessions/{hidden.id}/"), 404, "not_found")
    assert (await staff.get(f"/api/sessions/{hidden.id}/")).is_success


async def test_key_has_the_present_role_of_its_owner(api: Api) -> None:
    person = await api.person()
    by_key = await api.by_key(person)
    problem(await by_key.post("/api/sessions/", a_session_body()), 403, "not_a_creator")

    await person.post("/api/auth/become-creator/")

    assert (await by_key.post("/api/sessions/", a_session_body())).status_code == 201


async def test_idempotency_key_is_the_persons_with_and_without_an_api_key(api: Api) -> None:
    person, session = await api.person(), await api.session()
    headers, body = {"Idempotency-Key": "the same"}, a_booking_body(session)

    first = await (await api.by_key(person)).send("POST", "/api/bookings/", json=body, headers=headers)
    again = await person.send("POST", "/api/bookings/", json=body, headers=headers)

    assert (first.status_code, again.status_code, again.headers.get("Idempotency-Replayed")) == (201, 201, "true")
    assert again.json()["id"] == first.json()["id"]


async def test_seats_sold_out_by_key_are_refused_as_without(api: Api) -> None:
    session = await api.session(max_participants=1)
    body = a_booking_body(session, booking_date=as_json(TOMORROW))
    assert (await (await api.by_key(await api.person())).post("/api/bookings/", body)).status_code == 201

    problem(await (await api.by_key(await api.person())).post("/api/bookings/", body), 409, "sold_out")


async def test_request_after_one_by_a_key_is_not_bound_to_it(api: Api) -> None:
    person = await api.person()
    key = await stored_key(api.storage, person.user)
    assert (await Person(api.client, key.secret).patch(PROFILE, {"first_name": "Augusta"})).is_success
    async with api.storage.unit_of_work() as tx:
        await tx.api_keys.revoke_all(person.id, NOW)

    assert (await person.patch(PROFILE, {"first_name": "Ada"})).is_success


async def test_keys_survive_a_new_password_and_are_part_of_the_copy_of_ones_data(api: Api) -> None:
    person = await api.person()
    created = await person.post(KEYS, A_KEY)
    changed = {"current_password": PASSWORD, "new_password": "a staple of batteries"}
    assert (await person.post("/api/auth/password/", changed)).status_code == 204

    assert (await program(api, person, created).get(PROFILE)).is_success
    copy = await person.get("/api/auth/export/")
    assert copy.json()["api_keys"] == (await person.get(KEYS)).json()
    assert created.json()["key"] not in copy.text


async def test_staff_see_and_revoke_keys_with_a_reason(api: Api) -> None:
    staff, person = await api.person(is_staff=True), await api.person()
    created = await person.post(KEYS, A_KEY)
    path = f"/api/admin/users/{person.id}/api-keys/"

    [listed] = (await staff.get(path)).json()
    assert listed == {name: value for name, value in created.json().items() if name != "key"}
    assert bad_fields(await staff.post(f"{path}{listed['id']}/revoke/", {})) == {"reason"}
    revoked = await staff.post(f"{path}{listed['id']}/revoke/", {"reason": "Found in a public repository."})

    assert revoked.status_code == 204
    problem(await program(api, person, created).get(PROFILE), 401, "not_signed_in")
    entry = (await logged(api.storage, ("user", person.id)))[-1]
    assert (entry.action, entry.actor_id, entry.reason) == (
        "api_key_revoked",
        staff.id,
        "Found in a public repository.",
    )
    problem(await staff.post(f"{path}{person.id}/revoke/", {"reason": "Gone."}), 404, "not_found")


async def test_keys_of_no_one_are_not_an_empty_list(api: Api) -> None:
    staff = await api.person(is_staff=True)

    problem(await staff.get(f"/api/admin/users/{UUID(int=7)}/api-keys/"), 404, "not_found")


async def test_staff_do_not_revoke_keys_of_other_staff(api: Api) -> None:
    staff, other = await api.person(is_staff=True), await api.person(is_staff=True)
    key = await stored_key(api.storage, other.user)

    refused = await staff.post(f"/api/admin/users/{other.id}/api-keys/{key.key.id}/revoke/", {"reason": "Gone."})

    problem(refused, 403, "not_superuser")
