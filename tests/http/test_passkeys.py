"""Registering passkeys and signing in with them, and everything that is refused."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from authenticators import BACKED_UP, ELIGIBLE, PRESENT, SITE, VERIFIED, Authenticator, decoded, encoded
from builders import PASSWORD, stored_second_factor
from fakes import NOW
from http_api import KEYS, SETTINGS, Api, Person, as_json, bad_fields, open_api, problem
from http_routes import SOME_ID
from marketplace.core.domain.messages import MessageKind
from marketplace.core.domain.passkeys import MAX_PASSKEYS
from marketplace.core.domain.users import UNUSABLE_HASH
from staff_services import logged
from two_steps import PASSWORD_CHANGE

pytestmark = pytest.mark.thorough

PASSKEYS, OPTIONS = "/api/auth/passkeys/", "/api/auth/passkeys/options/"
SIGN_IN, SIGN_IN_OPTIONS = "/api/auth/login/passkey/", "/api/auth/login/passkey/options/"
PROOF = "/api/auth/reauthenticate/passkey/"
PROFILE = "/api/auth/profile/"
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
REFUSED = {"code": "passkey_refused"}
Change = Callable[[Authenticator, dict[str, Any]], dict[str, Any]]


async def start(person: Person) -> dict[str, Any]:
    response = await person.post(OPTIONS)
    assert response.status_code == 200, response.text
    options: dict[str, Any] = response.json()
    return options


async def registered(person: Person, device: Authenticator | None = None, **body: Any) -> Authenticator:
    device = device or Authenticator()
    response = await person.post(PASSKEYS, {"credential": device.register(await start(person)), **body})
    assert response.status_code == 201, response.text
    return device


async def asked(api: Api) -> dict[str, Any]:
    response = await api.visitor.post(SIGN_IN_OPTIONS)
    assert response.status_code == 200, response.text
    options: dict[str, Any] = response.json()
    return options


async def signed_in(api: Api, device: Authenticator, **client_data: Any) -> Person:
    response = await api.visitor.post(SIGN_IN, {"credential": device.sign(await asked(api), **client_data)})
    assert response.status_code == 200, response.text
    return Person(api.client, response.json()["access"], response.json()["refresh"])


async def refusals(api: Api, person: Person) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    entries = await logged(api.storage, ("user", person.id))
    return [(dict(each.before), dict(each.after)) for each in entries if each.action == "sign_in_refused"]


async def test_options_ask_for_a_discoverable_credential_of_a_verified_user(api: Api) -> None:
    person = await api.person()

    options = await start(person)

    assert options["rp"]["id"] == "localhost"
    assert options["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    assert (options["attestation"], options["timeout"], options["excludeCredentials"]) == ("none", 300_000, [])
    assert [each["alg"] for each in options["pubKeyCredParams"]] == [-8, -7, -257]
    assert (options["user"]["name"], options["user"]["displayName"]) == (person.user.email, "Ada Lovelace")
    handle = decoded(options["user"]["id"])
    assert len(handle) == 64
    assert person.id.bytes not in handle
    assert len(decoded(options["challenge"])) == 32
    again = await start(person)
    assert again["user"]["id"] == options["user"]["id"]
    assert again["challenge"] != options["challenge"]


async def test_sign_in_options_name_no_account(api: Api) -> None:
    await registered(await api.person())

    first, second = await asked(api), await asked(api)

    assert first.pop("challenge") != second.pop("challenge")
    assert first == second
    assert first == {"timeout": 300_000, "rpId": "localhost", "allowCredentials": [], "userVerification": "required"}


async def test_passkey_is_added_and_signs_in(api: Api) -> None:
    person = await api.person()
    device = await registered(person, name="My phone")

    there = await signed_in(api, device)

    assert (await there.get(PROFILE)).json()["id"] == str(person.id)
    [shown] = (await there.get(PASSKEYS)).json()
    assert shown == {
        "id": shown["id"],
        "name": "My phone",
        "created_at": as_json(NOW),
        "last_used_at": as_json(NOW),
        "is_backed_up": False,
    }


async def test_sign_in_keeps_the_refresh_token_in_a_cookie_if_asked(api: Api) -> None:
    device = await registered(await api.person())

    response = await api.visitor.post(SIGN_IN, {"credential": device.sign(await asked(api)), "use_cookie": True})

    assert response.json()["refresh"] is None
    assert "HttpOnly" in response.headers["set-cookie"]
    assert response.headers["cache-control"] == "no-store"


async def test_passkey_without_a_name_is_named_for_its_browser(api: Api) -> None:
    person, device = await api.person(), Authenticator()
    body = {"credential": device.register(await start(person))}

    response = await person.send("POST", PASSKEYS, json=body, headers={"User-Agent": CHROME})

    assert response.json()["name"] == "Chrome on Linux"
    await registered(person)
    assert [each["name"] for each in (await person.get(PASSKEYS)).json()] == ["Chrome on Linux", "Passkey"]


async def test_registered_passkeys_are_excluded_from_the_next(api: Api) -> None:
    person = await api.person()
    device = await registered(person)

    assert (await start(person))["excludeCredentials"] == [
        {"type": "public-key", "id": encoded(device.credential_id), "transports": ["internal", "hybrid"]}
    ]


async def test_backup_state_is_shown_as_it_was_last(api: Api) -> None:
    person, device = await api.person(), Authenticator()
    device.flags |= ELIGIBLE
    await registered(person, device)
    assert (await person.get(PASSKEYS)).json()[0]["is_backed_up"] is False

    device.flags |= BACKED_UP
    await signed_in(api, device)

    assert (await person.get(PASSKEYS)).json()[0]["is_backed_up"] is True


async def test_owner_is_told_of_a_passkey_added_and_removed(api: Api) -> None:
    person = await api.person(email_verified_at=NOW)
    await registered(person, name="My phone")
    [passkey] = (await person.get(PASSKEYS)).json()

    assert (await person.delete(f"{PASSKEYS}{passkey['id']}/")).status_code == 204

    assert (await person.get(PASSKEYS)).json() == []
    entries = [each for each in await logged(api.storage, ("user", person.id)) if "passkey" in each.action]
    named = {"passkey": passkey["id"], "name": "My phone"}
    assert {each.action: (each.before, each.after) for each in entries} == {
        "passkey_added": ({}, named),
        "passkey_removed": (named, {}),
    }
    assert await told(api, person) == {"passkey_added", "passkey_removed"}


async def told(api: Api, person: Person) -> set[str]:
    page = await api.storage.messages.of_user(person.id, 100, None)
    subjects = [each.subject for each in page.items if each.kind is MessageKind.SECURITY_CHANGED]
    assert len(subjects) == len(set(subjects))
    return {each.partition(":")[0] for each in subjects}


async def test_removed_passkey_is_refused(api: Api) -> None:
    person = await api.person()
    device = await registered(person)
    [passkey] = (await person.get(PASSKEYS)).json()
    await person.delete(f"{PASSKEYS}{passkey['id']}/")

    problem(await api.visitor.post(SIGN_IN, {"credential": device.sign(await asked(api))}), 400, "passkey_refused")


async def test_removed_passkey_ends_every_other_login_but_not_this_one(api: Api) -> None:
    person = await api.person()
    elsewhere = await signed_in(api, await registered(person))
    assert (await elsewhere.get(PROFILE)).status_code == 200
    [passkey] = (await person.get(PASSKEYS)).json()

    assert (await person.delete(f"{PASSKEYS}{passkey['id']}/")).status_code == 204

    problem(await elsewhere.get(PROFILE), 401, "not_signed_in")
    problem(await api.visitor.post("/api/auth/refresh/", {"refresh": elsewhere.refresh}), 401, "bad_refresh_token")
    assert (await person.get(PROFILE)).status_code == 200


async def test_passkey_is_renamed_by_its_owner_only(api: Api) -> None:
    person, other = await api.person(), await api.person()
    await registered(person)
    [passkey] = (await person.get(PASSKEYS)).json()
    address = f"{PASSKEYS}{passkey['id']}/"

    assert (await person.patch(address, {"name": " My key "})).json() == passkey | {"name": "My key"}

    problem(await other.patch(address, {"name": "Mine"}), 404, "not_found")
    problem(await other.delete(address), 404, "not_found")
    problem(await person.delete(f"{PASSKEYS}{SOME_ID}/"), 404, "not_found")
    assert bad_fields(await person.patch(address, {"name": ""})) == {"name"}


async def test_twentieth_passkey_is_the_last(api: Api) -> None:
    person, late = await api.person(), Authenticator()
    options = await start(person)
    for _ in range(MAX_PASSKEYS):
        await registered(person)

    problem(await person.post(OPTIONS), 409, "too_many_passkeys")
    problem(await person.post(PASSKEYS, {"credential": late.register(options)}), 409, "too_many_passkeys")


def with_client_data(**told: Any) -> Change:
    return lambda device, options: device.sign(options, **told)


def without_verification(device: Authenticator, options: dict[str, Any]) -> dict[str, Any]:
    device.flags = PRESENT
    return device.sign(options)


def without_presence(device: Authenticator, options: dict[str, Any]) -> dict[str, Any]:
    device.flags = VERIFIED
    return device.sign(options)


def for_another_site(device: Authenticator, options: dict[str, Any]) -> dict[str, Any]:
    device.rp_id = "localhost.example.org"
    return device.sign(options)


def with_a_foreign_handle(device: Authenticator, options: dict[str, Any]) -> dict[str, Any]:
    device.user_handle = bytes(64)
    return device.sign(options)


def without_a_handle(device: Authenticator, options: dict[str, Any]) -> dict[str, Any]:
    credential = device.sign(options)
    return credential | {"response": credential["response"] | {"userHandle": None}}


def with_another_key(device: Authenticator, options: dict[str, Any]) -> dict[str, Any]:
    other = Authenticator()
    other.cred_init("localhost", b"")
    device.private_key = other.private_key
    return device.sign(options)


def with_garbage(device: Authenticator, options: dict[str, Any]) -> dict[str, Any]:
    credential = device.sign(options)
    return credential | {"response": credential["response"] | {"authenticatorData": encoded(b"none")}}


def with_changed_backup_eligibility(device: Authenticator, options: dict[str, Any]) -> dict[str, Any]:
    device.flags |= ELIGIBLE
    return device.sign(options)


def with_an_impossible_backup(device: Authenticator, options: dict[str, Any]) -> dict[str, Any]:
    device.flags |= BACKED_UP
    return device.sign(options)


REFUSED_ASSERTIONS: dict[str, Change] = {
    "another origin": with_client_data(origin="https://localhost.example.org"),
    "another port": with_client_data(origin="http://localhost:9000"),
    "an embedding page": with_client_data(crossOrigin=True),
    "a top origin": with_client_data(topOrigin="https://example.org"),
    "a registration": with_client_data(type="webauthn.create"),
    "no verified user": without_verification,
    "no present user": without_presence,
    "another RP ID": for_another_site,
    "a foreign user handle": with_a_foreign_handle,
    "no user handle": without_a_handle,
    "another key": with_another_key,
    "no authenticator data": with_garbage,
    "a changed backup eligibility": with_changed_backup_eligibility,
    "an impossible backup": with_an_impossible_backup,
}


@pytest.mark.parametrize("change", REFUSED_ASSERTIONS.values(), ids=[*REFUSED_ASSERTIONS])
async def test_assertion_is_refused_and_uses_up_its_challenge(api: Api, change: Change) -> None:
    person = await api.person()
    device = await registered(person)
    options, key, handle = await asked(api), device.private_key, device.user_handle

    problem(await api.visitor.post(SIGN_IN, {"credential": change(device, options)}), 400, "passkey_refused")

    assert await refusals(api, person) == [({}, REFUSED)]
    device.flags, device.rp_id, device.private_key, device.user_handle = PRESENT | VERIFIED, "localhost", key, handle
    problem(await api.visitor.post(SIGN_IN, {"credential": device.sign(options)}), 400, "passkey_refused")
    await signed_in(api, device)


@pytest.mark.parametrize("challenge", ["", "AAAA", encoded(bytes(32)), "%%%", 7, None])
async def test_challenge_that_was_not_issued_is_refused(api: Api, challenge: Any) -> None:
    person = await api.person()
    device = await registered(person)

    credential = device.sign(await asked(api), challenge=challenge)

    problem(await api.visitor.post(SIGN_IN, {"credential": credential}), 400, "passkey_refused")
    assert await refusals(api, person) == [({}, REFUSED)]


async def test_challenge_works_once(api: Api) -> None:
    device = await registered(await api.person())
    options = await asked(api)
    credential = device.sign(options)

    assert (await api.visitor.post(SIGN_IN, {"credential": credential})).status_code == 200

    problem(await api.visitor.post(SIGN_IN, {"credential": credential}), 400, "passkey_refused")
    problem(await api.visitor.post(SIGN_IN, {"credential": device.sign(options)}), 400, "passkey_refused")


async def test_challenge_works_for_five_minutes(api: Api) -> None:
    device = await registered(await api.person())
    first, second = await asked(api), await asked(api)

    api.clock.advance(timedelta(minutes=5, microseconds=-1))
    assert (await api.visitor.post(SIGN_IN, {"credential": device.sign(first)})).status_code == 200

    api.clock.advance(timedelta(microseconds=1))
    problem(await api.visitor.post(SIGN_IN, {"credential": device.sign(second)}), 400, "passkey_refused")


async def test_challenge_of_a_registration_does_not_sign_in(api: Api) -> None:
    person = await api.person()
    device = await registered(person)

    problem(await api.visitor.post(SIGN_IN, {"credential": device.sign(await start(person))}), 400, "passkey_refused")


async def test_unknown_passkey_is_refused_without_naming_anyone(api: Api) -> None:
    device = Authenticator()
    device.register(await start(await api.person()))

    problem(await api.visitor.post(SIGN_IN, {"credential": device.sign(await asked(api))}), 400, "passkey_refused")


async def test_passkey_of_an_inactive_account_is_refused_like_any_other(api: Api) -> None:
    person, other = await api.person(), await api.person()
    device, known = await registered(person), await registered(other)
    await api.deactivate(person)

    refused = await api.visitor.post(SIGN_IN, {"credential": device.sign(await asked(api))})

    body = problem(refused, 400, "passkey_refused")
    credential = known.sign(await asked(api), origin="https://example.org")
    assert body == problem(await api.visitor.post(SIGN_IN, {"credential": credential}), 400, "passkey_refused")
    assert (await refusals(api, person))[-1] == ({}, REFUSED)


async def test_counter_that_has_not_risen_is_refused_and_its_owner_told_once(api: Api) -> None:
    person = await api.person(email_verified_at=NOW)
    device = await registered(person)
    for _ in range(3):
        await signed_in(api, device)

    for copied in (2, 3):
        device.sign_count = copied - 1
        refused = await api.visitor.post(SIGN_IN, {"credential": device.sign(await asked(api))})
        problem(refused, 400, "passkey_refused")

    assert sorted(await refusals(api, person), key=str) == [
        ({"sign_count": 3}, {"sign_count": copied} | REFUSED) for copied in (2, 3)
    ]
    assert await told(api, person) == {"passkey_added", "passkey_copied"}
    await signed_in(api, device)


async def test_authenticator_without_a_counter_signs_in_again_and_again(api: Api) -> None:
    device = Authenticator()
    device.counts = False
    await registered(await api.person(), device)

    for _ in range(2):
        await signed_in(api, device)


REFUSED_CREDENTIALS: dict[str, Change] = {
    "another origin": lambda device, options: device.register(options, origin="https://example.org"),
    "another RP ID": lambda device, options: device.register(options, rp_id="example.org"),
    "an assertion": lambda device, options: device.register(options, type="webauthn.get"),
    "another challenge": lambda device, options: device.register(options, challenge=encoded(bytes(32))),
    "an embedding page": lambda device, options: device.register(options, crossOrigin=True),
    "no verified user": lambda _, options: _unverified().register(options),
    "another ID": lambda device, options: device.register(options) | {"id": encoded(bytes(32))},
    "no attestation": lambda device, options: _with_attestation(device.register(options), b"none"),
}


def _unverified() -> Authenticator:
    device = Authenticator()
    device.flags = PRESENT
    return device


def _with_attestation(credential: dict[str, Any], attestation: bytes) -> dict[str, Any]:
    return credential | {"response": credential["response"] | {"attestationObject": encoded(attestation)}}


@pytest.mark.parametrize("change", REFUSED_CREDENTIALS.values(), ids=[*REFUSED_CREDENTIALS])
async def test_new_credential_is_refused(api: Api, change: Change) -> None:
    person = await api.person()

    credential = change(Authenticator(), await start(person))

    problem(await person.post(PASSKEYS, {"credential": credential}), 400, "passkey_refused")
    assert (await person.get(PASSKEYS)).json() == []


async def test_challenge_of_a_registration_works_once_for_its_person_and_login(api: Api) -> None:
    person, other = await api.person(), await api.person()
    elsewhere = await api.login(person.user)
    used = await start(person)
    await person.post(PASSKEYS, {"credential": Authenticator().register(used)})

    for client, options in ((person, used), (other, await start(person)), (elsewhere, await start(person))):
        refused = await client.post(PASSKEYS, {"credential": Authenticator().register(options)})
        problem(refused, 400, "passkey_refused")
    problem(
        await person.post(PASSKEYS, {"credential": Authenticator().register(await asked(api) | _person_parts(used))}),
        400,
        "passkey_refused",
    )
    assert len((await person.get(PASSKEYS)).json()) == 1


def _person_parts(options: dict[str, Any]) -> dict[str, Any]:
    return {name: options[name] for name in ("rp", "user")}


async def test_credential_of_another_person_is_refused(api: Api) -> None:
    device = await registered(await api.person())
    other = await api.person()
    options = await start(other)
    data = device.register(options)
    first = (await other.post(PASSKEYS, {"credential": data})).status_code
    assert first == 201

    again = replace_challenge(device, data, await start(other))

    problem(await other.post(PASSKEYS, {"credential": again}), 400, "passkey_refused")


def replace_challenge(device: Authenticator, credential: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    """Return a registered credential with client data for other options; without attestation nothing signs them."""
    fresh = device._client_data("webauthn.create", options, {})  # noqa: SLF001 - a fake of this test
    return credential | {"response": credential["response"] | {"clientDataJSON": encoded(fresh)}}


@pytest.mark.parametrize(
    "credential",
    [
        None,
        "text",
        {},
        {"id": "AAAA"},
        {"id": "AAAA", "response": []},
        {"id": "not base64url!", "response": {"clientDataJSON": "AAAA"}},
        {"id": "A", "response": {"clientDataJSON": "AAAA"}},
        {"id": "A" * 1_366, "response": {"clientDataJSON": "AAAA"}},
        {"id": "AAAA", "response": {"clientDataJSON": "A" * 22_000}},
    ],
)
async def test_malformed_credential_is_a_bad_field(api: Api, credential: Any) -> None:
    person = await api.person()

    assert bad_fields(await api.visitor.post(SIGN_IN, {"credential": credential})) == {"credential"}
    assert bad_fields(await person.post(PASSKEYS, {"credential": credential, "name": "x" * 61})) == {
        "credential",
        "name",
    }


async def test_passkeys_are_unavailable_at_an_address_that_is_an_ip() -> None:
    async with open_api(replace(SETTINGS, public_url="http://127.0.0.1:8000")) as api:
        person, device = await api.person(), Authenticator()
        assert (await api.visitor.get("/api/marketplace/")).json()["has_passkeys"] is False
        problem(await api.visitor.post(SIGN_IN_OPTIONS), 409, "passkeys_unavailable")
        problem(await person.post(OPTIONS), 409, "passkeys_unavailable")
        credential = device.register({"rp": {"id": "x"}, "user": {"id": "AAAA"}, "challenge": "AAAA"})
        problem(await person.post(PASSKEYS, {"credential": credential}), 409, "passkeys_unavailable")
        signature = device.sign({"challenge": "AAAA"})
        problem(await api.visitor.post(SIGN_IN, {"credential": signature}), 409, "passkeys_unavailable")
        assert (await person.get(PASSKEYS)).json() == []


async def test_further_origins_come_from_the_settings() -> None:
    settings = replace(SETTINGS, public_url="https://example.org", passkey_origins=("https://app.example.org:443",))
    async with open_api(settings) as api:
        assert (await api.visitor.get("/api/marketplace/")).json()["has_passkeys"] is True
        device = await registered(await api.person(), Authenticator("https://example.org"))
        await signed_in(api, device)
        await signed_in(api, device, origin="https://app.example.org")
        for origin in (SITE, "https://other.example.org", "http://example.org"):
            credential = device.sign(await asked(api), origin=origin)
            problem(await api.visitor.post(SIGN_IN, {"credential": credential}), 400, "passkey_refused")


async def test_guesses_are_limited_per_address_together_with_passwords() -> None:
    async with open_api(replace(SETTINGS, rate_limit=True)) as api:
        device = await registered(await api.person())
        options = await asked(api)
        credential = device.sign(options, origin="https://example.org")
        for number in range(300):
            if number % 2:
                guess = {"email": f"ada{number}@example.org", "password": "a wrong one"}
                assert (await api.visitor.post("/api/auth/login/", guess)).status_code == 401
            else:
                assert (await api.visitor.post(SIGN_IN, {"credential": credential})).status_code == 400
        good = device.sign(options)
        problem(await api.visitor.post(SIGN_IN, {"credential": good}), 429, "rate_limited")
        problem(await api.visitor.post("/api/auth/login/", guess), 429, "rate_limited")


async def test_challenges_are_limited_per_address() -> None:
    async with open_api(replace(SETTINGS, rate_limit=True)) as api:
        person = await api.person()
        for _ in range(150):
            await asked(api)
            await start(person)
        problem(await api.visitor.post(SIGN_IN_OPTIONS), 429, "rate_limited")
        problem(await person.post(OPTIONS), 429, "rate_limited")


async def test_own_data_list_passkeys_without_keys(api: Api) -> None:
    person = await api.person()
    device = await registered(person, name="My phone")

    response = await person.get("/api/auth/export/")

    assert response.json()["passkeys"] == (await person.get(PASSKEYS)).json()
    assert encoded(device.credential_id) not in response.text
    assert encoded(device.user_handle) not in response.text


async def test_passkey_is_added_and_removed_only_with_a_recent_proof(api: Api) -> None:
    person = await api.person()
    await registered(person)
    [passkey] = (await person.get(PASSKEYS)).json()
    api.clock.advance(timedelta(minutes=10, seconds=1))

    for refused in (await person.post(OPTIONS), await person.delete(f"{PASSKEYS}{passkey['id']}/")):
        assert refused.status_code == 403
        assert (refused.json()["code"], refused.json()["methods"]) == (
            "reauthentication_required",
            ["password", "passkey"],
        )
    assert (await person.patch(f"{PASSKEYS}{passkey['id']}/", {"name": "Mine"})).status_code == 200


async def proof_options(person: Person) -> dict[str, Any]:
    response = await person.post(f"{PROOF}options/")
    assert response.status_code == 200, response.text
    options: dict[str, Any] = response.json()
    return options


async def test_passkey_proves_that_it_is_its_person(api: Api) -> None:
    person = await api.person()
    device = await registered(person)
    api.clock.advance(timedelta(minutes=11))
    options = await proof_options(person)
    assert [each["id"] for each in options["allowCredentials"]] == [encoded(device.credential_id)]

    credential = device.sign(options)
    assert (await person.post(PROOF, {"credential": credential})).status_code == 204

    assert (await person.post(OPTIONS)).status_code == 200
    problem(await person.post(PROOF, {"credential": credential}), 400, "passkey_refused")
    entries = [each for each in await logged(api.storage, ("user", person.id)) if "reauth" in each.action]
    assert {each.action: dict(each.after) for each in entries} == {
        "reauthenticated": {"method": "passkey"},
        "reauthentication_refused": REFUSED,
    }


async def test_proof_needs_a_passkey_and_a_challenge_of_the_same_person_and_login(api: Api) -> None:
    person, other = await api.person(), await api.person()
    device, theirs = await registered(person), await registered(other)
    elsewhere = await api.login(person.user)
    api.clock.advance(timedelta(minutes=11))

    refused = [
        theirs.sign(await proof_options(person)),
        device.sign(await proof_options(other)),
        device.sign(await proof_options(elsewhere)),
        device.sign(await asked(api)),
    ]
    for credential in refused:
        problem(await person.post(PROOF, {"credential": credential}), 400, "passkey_refused")

    assert (await person.post(OPTIONS)).status_code == 403


async def test_proofs_are_limited_per_person() -> None:
    async with open_api(replace(SETTINGS, rate_limit=True)) as api:
        person = await api.person()
        device = await registered(person)
        wrong = device.sign(await proof_options(person), origin="https://example.org")
        statuses = [(await person.post(PROOF, {"credential": wrong})).status_code for _ in range(40)]
        assert statuses[0] == 400
        assert statuses[-1] == 429


async def test_sign_in_with_a_passkey_is_two_factors(api: Api) -> None:
    person = await api.person()
    device = await registered(person)
    await stored_second_factor(api.storage, person.user, KEYS)
    credentials = {"email": person.user.email, "password": PASSWORD}
    problem(await api.visitor.post("/api/auth/login/", credentials), 401, "second_factor_required")

    there = await signed_in(api, device)

    assert (await there.get(PROFILE)).status_code == 200


async def test_passkey_gives_staff_the_rights_that_need_a_second_factor() -> None:
    async with open_api(replace(SETTINGS, staff_second_factor="required")) as api:
        staff = await api.person(is_staff=True)
        device = await registered(staff)
        problem(await staff.get("/api/admin/users/"), 403, "second_factor_setup_required")

        there = await signed_in(api, device)
        assert (await there.get("/api/admin/users/")).status_code == 200
        assert (await staff.post(PROOF, {"credential": device.sign(await proof_options(staff))})).status_code == 204
        assert (await staff.get("/api/admin/users/")).status_code == 200

        [passkey] = (await there.get(PASSKEYS)).json()
        await there.delete(f"{PASSKEYS}{passkey['id']}/")
        api.clock.advance(timedelta(seconds=1))
        problem(await there.get("/api/admin/users/"), 403, "second_factor_setup_required")


async def test_password_of_staff_with_a_passkey_makes_no_second_factor() -> None:
    async with open_api(replace(SETTINGS, staff_second_factor="required")) as api:
        staff = await api.person(is_staff=True)
        device = await registered(staff)
        by_password = await api.login(staff.user)
        [passkey] = (await by_password.get(PASSKEYS)).json()

        for refused in (
            await by_password.post("/api/auth/second-factor/"),
            await by_password.post(OPTIONS),
            await by_password.delete(f"{PASSKEYS}{passkey['id']}/"),
            await by_password.post("/api/auth/password/", PASSWORD_CHANGE),
        ):
            assert problem(refused, 403, "reauthentication_required")["methods"] == ["passkey"]

        proof = device.sign(await proof_options(by_password))
        assert (await by_password.post(PROOF, {"credential": proof})).status_code == 204
        assert (await by_password.post("/api/auth/second-factor/")).status_code == 201


async def test_last_way_in_cannot_be_removed(api: Api) -> None:
    person = await api.person()
    device = await registered(person)
    await registered(person)
    first, second = (await person.get(PASSKEYS)).json()
    async with api.storage.unit_of_work() as tx:
        account = await tx.users.acquire(person.id)
        await tx.users.save(replace(account, password_hash=UNUSABLE_HASH))
    there = await signed_in(api, device)
    assert (await there.delete(f"{PASSKEYS}{second['id']}/")).status_code == 204

    problem(await there.delete(f"{PASSKEYS}{first['id']}/"), 409, "last_way_in")

    assert (await there.get(PASSKEYS)).json() != []
