"""What staff see of how people sign in."""

from builders import stored_second_factor, stored_user
from http_api import KEYS, Api, as_json, problem
from http_routes import SOME_ID
from identity_records import stored_identity
from passkey_records import stored_passkey


async def test_staff_see_how_a_user_signs_in_without_any_secret(api: Api) -> None:
    staff, user = await api.person(is_staff=True), await stored_user(api.storage)
    await stored_second_factor(api.storage, user, KEYS)
    passkey = await stored_passkey(api.storage, user.id)
    identity = await stored_identity(api.storage, user.id, subject="a subject")
    path = f"/api/admin/users/{user.id}/ways-in/"

    found = (await staff.get(path)).json()

    assert found["has_password"] is True
    assert found["second_factor_since"] is not None
    assert found["recovery_codes_left"] == 0
    assert found["passkeys"] == [
        {
            "id": str(passkey.id),
            "name": passkey.name,
            "created_at": as_json(passkey.created_at),
            "last_used_at": None,
            "is_backed_up": False,
        }
    ]
    (shown,) = found["identities"]
    # the provider is not configured here
    assert (shown["id"], shown["provider"], shown["label"]) == (str(identity.id), None, identity.issuer)
    assert identity.subject not in str(found)


async def test_ways_in_of_no_one_are_not_found(api: Api) -> None:
    staff = await api.person(is_staff=True)

    problem(await staff.get(f"/api/admin/users/{SOME_ID}/ways-in/"), 404, "not_found")
