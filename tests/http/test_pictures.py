"""Uploads over HTTP: what is read, what is refused, and how stored pictures are served."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from httpx import Response

from http_api import SETTINGS, Api, Person, open_api, problem
from marketplace.adapters.memory.pictures import MemoryObjectStore
from marketplace.adapters.pictures.encoder import PillowEncoder
from marketplace.adapters.pictures.folder import FolderObjectStore
from marketplace.core.domain.pictures import MAX_PICTURES, MAX_UPLOAD
from marketplace.core.domain.rate_limits import PICTURE_UPLOADS
from marketplace.core.domain.sessions import Session
from marketplace.core.errors.pictures import StoreUnknown
from picture_files import SVG, a_picture, animated, opened

AVATAR = "/api/auth/avatar/"
PART = b'Content-Disposition: form-data; name="file"'


def path_of(session: Session) -> str:
    return f"/api/sessions/{session.id}/pictures/"


async def upload(person: Person, path: str, body: bytes, **texts: str) -> Response:
    return await person.send("POST", path, files={"file": ("photo.jpg", body, "image/jpeg")}, data=texts)


async def a_session_of(api: Api) -> tuple[Person, Session]:
    creator = await api.creator()
    return creator, await api.session(creator)


async def test_uploaded_picture_is_in_the_session_and_in_lists_and_is_served_forever(api: Api) -> None:
    creator, session = await a_session_of(api)

    response = await upload(creator, path_of(session), b"a lute", alt=" A lute on a chair. ")

    assert response.status_code == 201, response.text
    [picture] = response.json()["pictures"]
    [source] = picture["sources"]
    assert picture["alt"] == "A lute on a chair."
    assert (source["type"], source["width"], source["height"]) == ("image/webp", 900, 600)
    listed = next(each for each in (await api.visitor.get("/api/sessions/")).json() if each["id"] == str(session.id))
    assert listed["pictures"] == [picture]
    for address, width in (each.split(" ") for each in source["srcset"].split(", ")):
        served = await api.visitor.get(address)
        assert served.content == f"{width.removesuffix('w')} webp of a lute".encode()
        assert served.headers["content-type"] == "image/webp"
        assert served.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert served.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert served.headers["x-content-type-options"] == "nosniff"
        assert (await api.visitor.send("HEAD", address)).headers["content-length"] == str(len(served.content))


async def test_picture_is_described_moved_and_deleted(api: Api) -> None:
    creator, session = await a_session_of(api)
    await upload(creator, path_of(session), b"one", alt="one")
    pictures = (await upload(creator, path_of(session), b"two", alt="two")).json()["pictures"]

    moved = await creator.patch(f"{path_of(session)}{pictures[1]['id']}/", {"position": 1, "alt": "second"})

    assert [each["alt"] for each in moved.json()["pictures"]] == ["second", "one"]
    assert (await creator.delete(f"{path_of(session)}{pictures[0]['id']}/")).status_code == 204
    left = (await api.visitor.get(f"/api/sessions/{session.id}/")).json()["pictures"]
    assert [each["alt"] for each in left] == ["second"]
    for position in (0, MAX_PICTURES + 1, "first"):
        refused = await creator.patch(f"{path_of(session)}{pictures[1]['id']}/", {"position": position})
        assert "position" in problem(refused, 400, "invalid")["errors"]


async def test_ids_of_others_are_not_found(api: Api) -> None:
    creator, session = await a_session_of(api)
    [picture] = (await upload(creator, path_of(session), b"one")).json()["pictures"]
    other, others = await a_session_of(api)

    for path in (f"{path_of(others)}{picture['id']}/", f"{path_of(others)}{others.id}/"):
        problem(await other.patch(path, {"alt": "mine"}), 404, "not_found")
        problem(await other.delete(path), 404, "not_found")
    hidden = await api.session(creator, status="inactive")
    problem(await upload(other, path_of(hidden), b"one"), 404, "not_found")
    for address in ("/pictures/none/400.webp", f"/pictures/{others.id}/400.webp", f"/pictures/{picture['id']}/400.exe"):
        assert (await api.visitor.get(address)).status_code == 404


async def test_name_that_no_file_can_have_is_not_found(tmp_path: Path) -> None:
    async with open_api(objects=FolderObjectStore(tmp_path)) as api:
        creator, session = await a_session_of(api)
        [picture] = (await upload(creator, path_of(session), b"one")).json()["pictures"]

        response = await api.visitor.get(f"/pictures/{picture['id']}/{'9' * 300}.webp")

    problem(response, 404, "not_found")


class UnreadableStore(MemoryObjectStore):
    """A store that does not answer reads."""

    async def get(self, key: str) -> bytes | None:
        raise StoreUnknown from KeyError(key)


async def test_picture_that_the_store_does_not_give_is_answered_as_such() -> None:
    async with open_api(objects=UnreadableStore()) as api:
        response = await api.visitor.get(f"/pictures/{uuid4()}/400.webp")

    assert problem(response, 503, "busy")["detail"] == "The picture can't be read right now. Try again in a moment."


async def test_text_around_the_parts_of_a_form_is_ignored(api: Api) -> None:
    creator, session = await a_session_of(api)
    body = b"A form.\r\n--x\r\n" + PART + b"\r\n\r\none\r\n--x--\r\nIt ends here."

    response = await creator.send(
        "POST", path_of(session), content=body, headers={"Content-Type": "multipart/form-data; boundary=x"}
    )

    assert response.status_code == 201


async def test_upload_that_is_no_form_is_refused_with_what_is_expected(api: Api) -> None:
    creator, session = await a_session_of(api)

    response = await creator.send("POST", path_of(session), json={"file": ""})

    assert "multipart/form-data" in problem(response, 415, "unsupported_media_type")["detail"]


async def test_seventh_picture_is_refused_with_a_sentence(api: Api) -> None:
    creator, session = await a_session_of(api)
    for number in range(MAX_PICTURES):
        assert (await upload(creator, path_of(session), b"%d" % number)).status_code == 201

    refused = problem(await upload(creator, path_of(session), b"one more"), 409, "too_many_pictures")

    assert refused["detail"] == "A session has at most 6 pictures. Delete one first."


@pytest.mark.parametrize(
    ("content_type", "body", "status", "code"),
    [
        ("application/json", b"{}", 415, "unsupported_media_type"),
        (None, b"", 415, "unsupported_media_type"),
        ("multipart/form-data", b"", 415, "unsupported_media_type"),
        ("multipart/form-data; boundary=x", b"", 400, "invalid"),
        ("multipart/form-data; boundary=x", b"no form", 400, "invalid"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n--x--", 400, "invalid"),
        ("multipart/form-data; boundary=x", b"--x--\r\n", 400, "invalid"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\na',
            400,
            "invalid",
        ),
        ("multipart/form-data; boundary*=undefined''x", b"", 415, "unsupported_media_type"),
        ("multipart/form-data; boundary*=x; boundary*0=x", b"", 415, "unsupported_media_type"),
        (f"multipart/form-data; boundary*{5_000 * '9'}=x", b"", 415, "unsupported_media_type"),
        *(
            (
                "multipart/form-data; boundary=x",
                b"--x\r\nContent-Disposition: form-data; " + name + b"\r\n\r\na\r\n--x--",
                400,
                "invalid",
            )
            for name in (b"name*=a; name*0=b", b"name*" + 5_000 * b"9" + b"=a")
        ),
    ],
)
async def test_malformed_form_is_refused(
    api: Api, content_type: str | None, body: bytes, status: int, code: str
) -> None:
    creator, session = await a_session_of(api)
    headers = {} if content_type is None else {"Content-Type": content_type}

    for path in (path_of(session), AVATAR):
        problem(await creator.send("POST", path, content=body, headers=headers), status, code)


async def test_form_without_a_picture_or_with_a_long_text_is_refused_at_its_field(api: Api) -> None:
    creator, session = await a_session_of(api)

    missing = await creator.send("POST", path_of(session), files={"photo": b"one"})
    long = await upload(creator, path_of(session), b"one", alt=301 * "a")

    assert set(problem(missing, 400, "invalid")["errors"]) == {"file"}
    assert set(problem(long, 400, "invalid")["errors"]) == {"alt"}


async def test_upload_of_too_many_bytes_is_refused_with_the_bound(api: Api) -> None:
    creator, session = await a_session_of(api)

    for path in (path_of(session), AVATAR):
        for body in (bytes(MAX_UPLOAD + 1), bytes(MAX_UPLOAD + 1024 * 1024)):
            assert "16 MB" in problem(await upload(creator, path, body), 413, "picture_too_large")["detail"]
    assert (await upload(creator, path_of(session), bytes(MAX_UPLOAD))).status_code == 201


async def test_uploads_beyond_what_a_process_may_hold_are_refused_while_the_others_are_read(api: Api) -> None:
    creator, session = await a_session_of(api)
    rest, reading = asyncio.Event(), [asyncio.Event() for _ in range(8)]

    async def body(number: int) -> AsyncIterator[bytes]:
        yield b"--x\r\n" + PART + b"\r\n\r\n"
        for _ in range(16):
            yield bytes(1024 * 1024 - 8) + b"%08d" % number
        reading[number].set()
        await rest.wait()
        yield b"\r\n--x--"

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    held = [
        asyncio.create_task(creator.send("POST", path_of(session), content=body(number), headers=headers))
        for number in range(len(reading))
    ]
    await asyncio.gather(*(each.wait() for each in reading))

    refused = await upload(creator, path_of(session), bytes(MAX_UPLOAD))

    assert "Retry-After" in refused.headers
    problem(refused, 503, "busy")
    rest.set()
    assert sorted(each.status_code for each in await asyncio.gather(*held)) == [201] * 6 + [409] * 2
    assert (await upload(creator, AVATAR, bytes(MAX_UPLOAD))).status_code == 200


async def test_uploads_of_a_person_are_limited() -> None:
    async with open_api(replace(SETTINGS, rate_limit=True)) as api:
        creator, session = await a_session_of(api)
        for _ in range(PICTURE_UPLOADS.maximum):
            assert (await upload(creator, path_of(session), b"damaged")).status_code == 400

        refused = await upload(creator, path_of(session), b"one")

        problem(refused, 429, "rate_limited")
        assert int(refused.headers["Retry-After"]) > 0


async def test_avatar_is_shown_with_sessions_and_deleted(api: Api) -> None:
    creator, session = await a_session_of(api)

    avatar = (await upload(creator, AVATAR, b"a face")).json()["avatar"]

    assert avatar.startswith("/pictures/")
    assert (await api.visitor.get(avatar)).content == b"256 webp of a face"
    assert (await api.visitor.get(f"/api/sessions/{session.id}/")).json()["creator_details"]["avatar"] == avatar
    assert (await creator.put("/api/auth/profile/", {"username": creator.user.username, "avatar": avatar})).is_success
    assert (await creator.delete(AVATAR)).status_code == 204
    assert (await creator.get("/api/auth/profile/")).json()["avatar"] is None


@pytest.mark.thorough  # each upload starts a process
async def test_real_pictures_are_encoded_and_others_refused_with_what_is_accepted() -> None:
    async with open_api(encoder=PillowEncoder()) as api:
        creator, session = await a_session_of(api)

        added = await upload(creator, path_of(session), a_picture((500, 400)))

        [picture] = added.json()["pictures"]
        address = picture["sources"][0]["srcset"].split(" ")[0]
        assert opened((await api.visitor.get(address)).content).size == (400, 320)
        refusals: dict[tuple[int, str], Any] = {
            (415, "unsupported_picture"): (SVG, animated("GIF"), b"renamed to photo.jpg"),
            (400, "damaged_picture"): (a_picture((400, 300))[:500],),
        }
        for (status, code), bodies in refusals.items():
            for body in bodies:
                detail = problem(await upload(creator, path_of(session), body), status, code)["detail"]
                assert code == "damaged_picture" or "JPEG, PNG, WebP, AVIF, GIF or TIFF" in detail


@pytest.mark.parametrize(
    "head",
    [PART + b"\r\na: b" * 8_000, PART + b";a=b" * 12_000, b"a: b\r\n" * 8_000],
    ids=["headers", "parameters", "no end"],
)
async def test_part_with_long_headers_is_refused_before_they_are_parsed(api: Api, head: bytes) -> None:
    creator, session = await a_session_of(api)
    body = b"--b\r\n" + head + b"\r\n\r\na lute\r\n--b--\r\n"

    refused = await creator.send(
        "POST", path_of(session), content=body, headers={"Content-Type": "multipart/form-data; boundary=b"}
    )

    problem(refused, 400, "invalid")
