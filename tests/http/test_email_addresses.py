import pytest

from http_api import Api, a_registration, bad_fields

PROFILE = "/api/auth/profile/"


async def test_new_account_is_unverified_and_has_the_language_it_registered_with(api: Api) -> None:
    body = a_registration(locale="pt-br")
    assert (await api.visitor.post("/api/auth/register/", body)).status_code == 201
    user = await api.storage.users.find_by_email(body["email"])
    assert user is not None
    person = await api.login(user)

    profile = (await person.get(PROFILE)).json()

    assert (profile["email_verified_at"], profile["locale"]) == (None, "pt-BR")


@pytest.mark.parametrize("locale", ["english", "", None, "zz"])
async def test_locale_is_a_language_tag_or_nothing(api: Api, locale: str | None) -> None:
    person = await api.person(locale="de")

    response = await person.patch(PROFILE, {"locale": locale})

    if locale:
        assert bad_fields(response) == {"locale"}
    else:
        assert response.json()["locale"] is None


async def test_profile_keeps_the_locale_that_a_put_does_not_send(api: Api) -> None:
    person = await api.person(locale="de")

    assert (await person.put(PROFILE, {"username": person.user.username})).json()["locale"] == "de"


async def test_profile_cannot_verify_the_address(api: Api) -> None:
    person = await api.person()

    response = await person.patch(PROFILE, {"email_verified_at": "2030-01-01T00:00:00Z"})

    assert response.json()["email_verified_at"] is None
