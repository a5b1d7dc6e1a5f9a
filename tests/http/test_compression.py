from typing import Any

from httpx import Response

from http_api import Api, Person

PLAIN, PACKED = "identity", "br, gzip"


async def ask(person: Person, path: str, taken: str) -> Response:
    return await person.send("GET", path, headers={"Accept-Encoding": taken})


async def test_long_response_is_compressed_when_accepted_with_same_content(api: Api) -> None:
    for _ in range(5):
        await api.session(description="Breathe in. " * 50)
    packed = await ask(api.visitor, "/api/sessions/", PACKED)
    plain = await ask(api.visitor, "/api/sessions/", PLAIN)
    assert packed.headers["content-encoding"] == "gzip"
    assert "accept-encoding" in packed.headers["vary"].lower()
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 3


async def test_own_list_is_compressed_only_for_clients_that_prefer_it(api: Api) -> None:
    person = await api.creator()
    for _ in range(5):
        await api.session(person, description="Breathe in. " * 50)
    for path in ("/api/sessions/?my_sessions=true", "/api/time-zones/"):
        for taken in ("GZIP", "x-gzip", "*", "br, gzip;q=0.1"):
            assert (await ask(person, path, taken)).headers.get("content-encoding") == "gzip", taken
        for refused in ("gzip;q=0", "*;q=0", "gzip;q=0.5, identity", "pgzip", ""):
            assert "content-encoding" not in (await ask(person, path, refused)).headers, refused


async def test_short_response_is_not_compressed(api: Api) -> None:
    response = await ask(api.visitor, "/api/marketplace/", PACKED)
    assert "content-encoding" not in response.headers


async def test_response_with_secret_is_never_compressed(api: Api) -> None:
    person = await api.person()
    account: dict[str, Any] = {"avatar": f"https://example.org/{'a' * 1500}.png"}
    assert (await person.patch("/api/auth/profile/", account)).status_code == 200
    response = await ask(person, "/api/auth/profile/", PACKED)
    assert int(response.headers["content-length"]) > 1024
    assert "content-encoding" not in response.headers
