import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from builders import PASSWORD
from http_api import Api, a_registration, a_session_body, bad_fields, problem

PROFILE = "/api/auth/profile/"
PROFILE_FIELDS = {
    "id",
    "email",
    "username",
    "role",
    "avatar",
    "first_name",
    "last_name",
    "time_zone",
    "bio",
    "languages",
    "is_staff",
    "is_superuser",
    "date_joined",
    "email_verified_at",
    "locale",
    "impersonated_by",
    "has_password",
}
NEW_PASSWORD = "a staple of batteries"


async def test_registration_returns_account_without_password(api: Api) -> None:
    sent = a_registration(role="creator", first_name="Ada", last_name="Byron")

    response = await api.visitor.post("/api/auth/register/", sent)

    assert response.status_code == 201
    created = response.json()
    assert created.pop("id")
    assert created == {name: value for name, value in sent.items() if name != "password"}


async def test_registration_defaults_to_user_role_without_name(api: Api) -> None:
    created = (await api.visitor.post("/api/auth/register/", a_registration())).json()

    assert (created["role"], created["first_name"], created["last_name"]) == ("user", "", "")


@pytest.mark.parametrize("sent", [{}, {"username": ""}, {"username": "  "}])
async def test_registration_without_username_derives_it_from_the_names(empty_api: Api, sent: dict[str, str]) -> None:
    body = {"email": "countess@example.org", "password": PASSWORD, "first_name": "Ada", "last_name": "Byron", **sent}

    created = (await empty_api.visitor.post("/api/auth/register/", body)).json()

    assert created["username"] == "ada.byron"


async def test_username_is_never_derived_from_the_email_address(empty_api: Api) -> None:
    body = {"email": "countess@example.org", "password": PASSWORD, "first_name": "countess@example.org"}

    created = (await empty_api.visitor.post("/api/auth/register/", body)).json()

    assert created["username"].startswith("member-")


async def test_password_must_not_be_the_derived_username(empty_api: Api) -> None:
    body = {"email": "countess@example.org", "password": "Ada.Byron", "first_name": "Ada", "last_name": "Byron"}

    assert bad_fields(await empty_api.visitor.post("/api/auth/register/", body)) == {"password"}


async def test_registration_sets_the_time_zone(api: Api) -> None:
    sent = a_registration(time_zone="Asia/Calcutta")
    await api.visitor.post("/api/auth/register/", sent)

    login = await api.visitor.post("/api/auth/login/", {"email": sent["email"], "password": PASSWORD})

    assert login.json()["user"]["time_zone"] == "Asia/Kolkata"
    refused = await api.visitor.post("/api/auth/register/", a_registration(time_zone="Atlantis"))
    assert bad_fields(refused) == {"time_zone"}


async def test_registered_user_can_sign_in(api: Api) -> None:
    sent = a_registration()
    created = (await api.visitor.post("/api/auth/register/", sent)).json()

    login = await api.visitor.post("/api/auth/login/", {"email": sent["email"].upper(), "password": PASSWORD})

    assert login.status_code == 200
    assert login.json()["user"]["id"] == created["id"]


async def test_registration_cannot_grant_staff_rights(api: Api) -> None:
    sent = a_registration(is_staff=True, is_superuser=True, is_active=False, id="0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")
    created = (await api.visitor.post("/api/auth/register/", sent)).json()

    login = await api.visitor.post("/api/auth/login/", {"email": sent["email"], "password": PASSWORD})

    assert created["id"] != sent["id"]
    assert not login.json()["user"]["is_staff"]
    assert not login.json()["user"]["is_superuser"]


@pytest.mark.parametrize("email", ["twin@example.org", "TWIN@Example.ORG", " twin@example.org "])
async def test_email_has_one_account_regardless_of_case(empty_api: Api, email: str) -> None:
    await empty_api.person(email="Twin@example.org")

    problem(await empty_api.visitor.post("/api/auth/register/", a_registration(email=email)), 409, "email_taken")


@pytest.mark.parametrize("username", ["straße", "STRASSE", "\uff33trasse"])
async def test_username_is_taken_regardless_of_case_and_width(empty_api: Api, username: str) -> None:
    await empty_api.person(username="Strasse")

    refused = await empty_api.visitor.post("/api/auth/register/", a_registration(username=username))

    problem(refused, 409, "username_taken")


async def test_concurrent_registrations_of_one_email_have_one_winner(api: Api) -> None:
    sent = a_registration()

    answers = await asyncio.gather(*(api.visitor.post("/api/auth/register/", sent) for _ in range(10)))

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 9}


@pytest.mark.parametrize("password", ["1234567", "x" * 129, "password1", "PASSWORD1", "Ada.Byron", "ada@byron.org"])
async def test_short_long_common_or_own_name_password_is_refused(api: Api, password: str) -> None:
    sent = a_registration(email="ada@byron.org", username="ada.byron", password=password)

    assert bad_fields(await api.visitor.post("/api/auth/register/", sent)) == {"password"}


async def test_listed_common_passwords_are_those_that_are_refused(api: Api) -> None:
    response = await api.visitor.get("/api/common-passwords/")

    listed = response.json()
    assert response.headers["cache-control"] == "public, max-age=86400"
    assert "password1" in listed
    assert all(len(each) >= 8 for each in listed)
    for password in (listed[0].upper(), listed[-1]):
        assert bad_fields(await api.visitor.post("/api/auth/register/", a_registration(password=password))) == {
            "password"
        }


async def test_the_spaces_around_a_password_are_part_of_it(api: Api) -> None:
    sent = a_registration(password="  padded  ")
    await api.visitor.post("/api/auth/register/", sent)

    bare = await api.visitor.post("/api/auth/login/", {"email": sent["email"], "password": "padded"})
    padded = await api.visitor.post("/api/auth/login/", {"email": sent["email"], "password": "  padded  "})

    assert (bare.status_code, padded.status_code) == (401, 200)


async def test_profile_shows_own_account(api: Api) -> None:
    person = await api.person(avatar="https://example.org/ada.png", time_zone="Europe/Madrid")

    shown = (await person.get(PROFILE)).json()

    assert set(shown) == PROFILE_FIELDS
    assert shown["id"] == str(person.id)
    assert (shown["email"], shown["time_zone"]) == (person.user.email, "Europe/Madrid")
    assert shown["date_joined"] == "2030-01-07T09:00:00Z"


async def test_a_partial_change_leaves_the_rest_as_it_is(api: Api) -> None:
    person = await api.person(avatar="https://example.org/ada.png")
    before = (await person.get(PROFILE)).json()

    changed = (await person.patch(PROFILE, {"first_name": "Augusta", "time_zone": "Asia/Tokyo"})).json()

    assert changed == before | {"first_name": "Augusta", "time_zone": "Asia/Tokyo"}
    assert (await person.get(PROFILE)).json() == changed


async def test_a_full_change_needs_the_username(api: Api) -> None:
    person = await api.person()

    assert bad_fields(await person.put(PROFILE, {"first_name": "Augusta"})) == {"username"}
    assert (await person.put(PROFILE, {"username": f"{person.user.username}.2"})).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_unchangeable_profile_fields_are_ignored(api: Api, method: str) -> None:
    person = await api.person()
    before = (await person.get(PROFILE)).json()
    fixed = {"id": "1", "email": "x@example.org", "role": "creator", "is_staff": True, "is_superuser": True}

    changed = await person.send(method, PROFILE, json={"username": person.user.username, **fixed})

    assert changed.status_code == 200
    assert changed.json() == before


async def test_username_of_another_user_is_refused(api: Api) -> None:
    person, other = await api.person(), await api.person()

    problem(await person.patch(PROFILE, {"username": other.user.username.upper()}), 409, "username_taken")
    assert (await person.patch(PROFILE, {"username": person.user.username.upper()})).status_code == 200


@pytest.mark.parametrize("none", [None, ""])
async def test_avatar_can_be_removed(api: Api, none: str | None) -> None:
    person = await api.person(avatar="https://example.org/ada.png")

    assert (await person.patch(PROFILE, {"avatar": none})).json()["avatar"] is None


async def test_user_becomes_creator_at_once_with_same_token(api: Api) -> None:
    person = await api.person()
    problem(await person.post("/api/sessions/", a_session_body()), 403, "not_a_creator")

    promoted = await person.post("/api/auth/become-creator/")

    assert (promoted.status_code, promoted.json()["role"]) == (200, "creator")
    assert set(promoted.json()) == PROFILE_FIELDS
    assert (await person.post("/api/sessions/", a_session_body())).status_code == 201


async def test_a_creator_cannot_become_one_again(api: Api) -> None:
    problem(await (await api.creator()).post("/api/auth/become-creator/"), 409, "illegal_transition")


async def test_a_new_password_replaces_the_old_one(api: Api) -> None:
    person = await api.person()

    changed = await person.post("/api/auth/password/", {"current_password": PASSWORD, "new_password": NEW_PASSWORD})

    assert (changed.status_code, changed.content) == (204, b"")
    credentials = {"email": person.user.email}
    old = await api.visitor.post("/api/auth/login/", credentials | {"password": PASSWORD})
    new = await api.visitor.post("/api/auth/login/", credentials | {"password": NEW_PASSWORD})
    assert (old.status_code, new.status_code) == (401, 200)


async def test_a_new_password_ends_every_other_login_but_not_this_one(api: Api) -> None:
    person = await api.person()
    elsewhere = await api.login(person.user)
    assert (await elsewhere.get(PROFILE)).status_code == 200

    await person.post("/api/auth/password/", {"current_password": PASSWORD, "new_password": NEW_PASSWORD})
    api.clock.advance(timedelta(milliseconds=600))

    problem(await elsewhere.get(PROFILE), 401, "not_signed_in")
    refused = await api.visitor.post("/api/auth/refresh/", {"refresh": elsewhere.refresh})
    problem(refused, 401, "bad_refresh_token")
    assert (await person.get(PROFILE)).status_code == 200
    assert (await api.visitor.post("/api/auth/refresh/", {"refresh": person.refresh})).status_code == 200


async def test_password_change_reports_every_error(api: Api) -> None:
    person = await api.person()

    refused = await person.post("/api/auth/password/", {"current_password": "wrong", "new_password": "short"})

    assert bad_fields(refused) == {"current_password", "new_password"}
    assert bad_fields(await person.post("/api/auth/password/", {})) == {"current_password", "new_password"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("time_zone", "Europe/Atlantis"),
        ("time_zone", ""),
        ("time_zone", "localtime"),
        ("avatar", "ftp://example.org/a.png"),
        ("avatar", "javascript:alert(1)"),
        ("avatar", "https://user@example.org/a.png"),
        ("avatar", "https://example.org/" + "x" * 2030),
        ("username", "a"),
        ("username", "x" * 151),
        ("username", "two words"),
        ("username", "semi;colon"),
        ("first_name", "x" * 151),
        ("first_name", None),
    ],
)
async def test_invalid_profile_values_are_refused(api: Api, field: str, value: object) -> None:
    person = await api.person()

    assert bad_fields(await person.patch(PROFILE, {field: value})) == {field}


@pytest.mark.parametrize(
    ("reported", "shown"),
    [
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("America/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("America/Godthab", "America/Nuuk"),
        ("Europe/Oslo", "Europe/Oslo"),
    ],
)
async def test_profile_shows_the_present_name_of_the_zone_that_a_browser_reports(
    api: Api, reported: str, shown: str
) -> None:
    person = await api.person()

    changed = await person.patch(PROFILE, {"time_zone": reported})

    assert changed.json()["time_zone"] == (await person.get(PROFILE)).json()["time_zone"] == shown


async def test_username_that_looks_like_anothers_is_taken(api: Api) -> None:
    register = "/api/auth/register/"
    assert (await api.visitor.post(register, a_registration(username="cacao"))).status_code == 201

    problem(
        await api.visitor.post(register, a_registration(username="\u0441\u0430\u0441\u0430\u043e")),
        409,
        "username_taken",
    )


async def test_username_of_dots_is_refused_since_its_page_would_have_no_address(api: Api) -> None:
    dots = {"username": ".."}

    assert bad_fields(await api.visitor.post("/api/auth/register/", a_registration(**dots))) == {"username"}
    assert bad_fields(await (await api.person()).patch(PROFILE, dots)) == {"username"}


async def test_username_of_mixed_scripts_is_refused_with_every_other_error(api: Api) -> None:
    mixed = {"username": "\u0430dmin", "first_name": "x" * 151}

    assert bad_fields(await api.visitor.post("/api/auth/register/", a_registration(**mixed))) == set(mixed)
    assert bad_fields(await (await api.person()).patch(PROFILE, mixed)) == set(mixed)
    assert bad_fields(await (await api.person()).put(PROFILE, mixed)) == set(mixed)


@pytest.mark.parametrize("old", ["\u0430dmin", "ad\u3164min"], ids=ascii)
async def test_account_with_a_username_of_older_rules_can_save_its_profile(api: Api, old: str) -> None:
    person = await api.person(username=old)

    saved = await person.put(PROFILE, {"username": old, "first_name": "Ada"})

    assert (saved.status_code, saved.json()["username"], saved.json()["first_name"]) == (200, old, "Ada")


async def test_old_username_is_reserved_for_others(api: Api) -> None:
    person, other = await api.person(username="grace.hopper"), await api.person()
    await person.patch(PROFILE, {"username": "grace"})

    problem(await other.patch(PROFILE, {"username": "grace.hopper"}), 409, "username_taken")
    assert (await person.patch(PROFILE, {"username": "Grace.Hopper"})).status_code == 200


async def test_staff_cannot_give_a_username_of_mixed_scripts(api: Api) -> None:
    staff, person = await api.person(is_staff=True, is_superuser=True), await api.person()

    refused = await staff.patch(f"/api/admin/users/{person.id}/", {"username": "\u0430pple", "reason": "They asked."})

    assert bad_fields(refused) == {"username"}
    assert (await person.get(PROFILE)).json()["username"] == person.user.username
