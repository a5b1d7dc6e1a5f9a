from httpx import ASGITransport, AsyncClient

from builders import PASSWORD
from http_api import Api, Person
from marketplace.core.domain.audit import AuditEntry
from staff_services import logged

LOGIN = "/api/auth/login/"


async def newest(api: Api, person: Person) -> AuditEntry:
    return (await logged(api.storage, ("user", person.id)))[-1]


async def test_audit_entry_has_client_address_and_user_agent(api: Api) -> None:
    person = await api.person()
    transport = ASGITransport(api.app, client=("2001:db8::7", 4711))  # type: ignore[arg-type]

    async with AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.post(
            LOGIN,
            json={"email": person.user.email, "password": PASSWORD},
            headers={"User-Agent": "curl/8.7"},
        )

    assert answer.status_code == 200
    entry = await newest(api, person)
    assert (entry.action, entry.address, entry.agent) == ("signed_in", "2001:db8::7", "curl/8.7")


async def test_user_agent_is_truncated_and_printable(api: Api) -> None:
    person = await api.person()
    body = {"email": person.user.email, "password": "wrong"}

    await api.client.post(LOGIN, json=body, headers={b"User-Agent": b"a\x1b[31m\x07b\xa0" + b"x" * 1000})
    entry = await newest(api, person)
    assert (entry.action, entry.agent) == ("sign_in_refused", "a[31mb" + "x" * 294)

    await api.client.post(LOGIN, json=body, headers={b"User-Agent": b"\x01"})
    assert (await newest(api, person)).agent is None


async def test_audit_entry_of_signed_in_user_has_origin(api: Api) -> None:
    person = await api.person()

    answer = await person.send(
        "POST",
        "/api/auth/password/",
        json={"current_password": PASSWORD, "new_password": "a staple of batteries"},
        headers={"User-Agent": "a browser"},
    )

    assert answer.status_code == 204
    entry = await newest(api, person)
    assert (entry.action, entry.actor_id, entry.address) == ("password_changed", person.id, "127.0.0.1")
    assert entry.agent == "a browser"


async def test_forwarded_address_from_client_is_not_trusted(api: Api) -> None:
    person = await api.person()
    body = {"email": person.user.email, "password": PASSWORD}

    await api.client.post(LOGIN, json=body, headers={"X-Forwarded-For": "198.51.100.9"})

    assert (await newest(api, person)).address == "127.0.0.1"
