import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from builders import a_user
from cases import all_cases
from http_api import (
    Api,
    Person,
    a_booking_body,
    a_registration,
    a_session_body,
    bad_fields,
    open_api,
    problem,
)
from http_routes import GOOD_BODIES, OPTIONAL_BODIES, OTHER_IDS, SOME_ID, Owner, an_owner, routes_of
from marketplace.adapters.memory.storage import memory_storage
from marketplace.core.errors import Busy, OutcomeUnknown
from marketplace.core.ports.storage import Storage

pytestmark = pytest.mark.thorough

MIB = 1024 * 1024
SECRET = "SELECT password_hash FROM users -- /srv/marketplace/core.py"
MESSAGES = ("Traceback", "SELECT", "/srv", ".py", "KeyError", "ZeroDivision", "password_hash")


class Broken:
    """An adapter of any port whose methods only raise."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        async def fail(*_: Any) -> Any:
            raise self._error

        return fail


def storage_that_cannot_read(error: Exception) -> Storage:
    broken: Any = Broken(error)
    return replace(memory_storage(), catalog=broken, users=broken)


def storage_that_cannot_write(error: Exception) -> Storage:
    def begin() -> Any:
        raise error

    return replace(memory_storage(), unit_of_work=begin)


async def test_unauthenticated_request_is_401_with_bearer_challenge(api: Api) -> None:
    response = await api.visitor.get("/api/auth/profile/")

    problem(response, 401, "not_signed_in")
    assert response.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "header",
    [b"", b"Bearer", b"Bearer ", b"Basic YWRhOmFkYQ==", b"Token x", b"Bearer x y", b"Bearer \xff", b"Bearer ..."],
)
async def test_invalid_authorization_header_is_refused(api: Api, header: bytes) -> None:
    for path in ("/api/auth/profile/", "/api/sessions/"):
        response = await api.client.get(path, headers={b"Authorization": header})
        problem(response, 401, "not_signed_in")
        assert response.headers["www-authenticate"].startswith("Bearer")


async def test_the_word_bearer_is_read_in_any_case(api: Api) -> None:
    person = await api.person()

    response = await api.client.get("/api/auth/profile/", headers={"Authorization": f"bEARER  {person.access}"})

    assert response.status_code == 200


async def test_wrong_credentials_are_401_with_the_same_header(api: Api) -> None:
    response = await api.visitor.post("/api/auth/login/", GOOD_BODIES["POST /api/auth/login"])

    problem(response, 401, "bad_credentials")
    assert response.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("route", GOOD_BODIES)
async def test_every_bad_field_is_reported_at_once(api: Api, route: str) -> None:
    body = {field: {"not": "this"} for field in GOOD_BODIES[route]}

    assert bad_fields(await (await an_owner(api)).send(route, json=body)) == set(body)


@pytest.mark.parametrize("route", GOOD_BODIES)
async def test_a_body_over_one_mebibyte_is_413(api: Api, route: str) -> None:
    owner = await an_owner(api)

    async def in_pieces() -> AsyncIterator[bytes]:
        for _ in range(32):
            yield b" " * (MIB // 16)

    whole = await owner.send_text(route, b" " * (2 * MIB))
    pieces = await owner.send(route, content=in_pieces(), headers={"Content-Type": "application/json"})

    problem(whole, 413, "body_too_large")
    problem(pieces, 413, "body_too_large")


async def test_rejected_body_is_drained_and_a_large_one_closes_the_connection(api: Api) -> None:
    read: list[int] = []

    async def pieces(number: int) -> AsyncIterator[bytes]:
        for piece in range(number):
            read.append(piece)
            yield b" " * MIB

    for address, status in {"/api/sessions/": 401, "/api/auth/login/": 413, "/api/nothing/": 404}.items():
        headers = {"Content-Type": "application/json"}
        read.clear()
        short = await api.visitor.send("POST", address, content=pieces(3), headers=headers)
        assert (short.status_code, short.headers.get("connection"), len(read)) == (status, None, 3)
        long = await api.visitor.send("POST", address, content=pieces(100), headers=headers)
        assert (long.status_code, long.headers.get("connection")) == (status, "close")
        assert len(read) < 3 + 10
        read.clear()
        waiting = headers | {"Expect": "100-continue", "Content-Length": str(3 * MIB)}
        unasked = await api.visitor.send("POST", address, content=pieces(3), headers=waiting)
        assert (unasked.status_code, unasked.headers.get("connection"), read) == (status, "close", [])


async def test_refused_upload_is_drained_so_that_its_answer_arrives(api: Api) -> None:
    read: list[int] = []

    async def pieces(number: int) -> AsyncIterator[bytes]:
        for piece in range(number):
            read.append(piece)
            yield b" " * MIB

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    refused = await api.visitor.send("POST", "/api/auth/avatar/", content=pieces(16), headers=headers)
    assert (refused.status_code, refused.headers.get("connection"), len(read)) == (401, None, 16)
    read.clear()
    endless = await api.visitor.send("POST", "/api/auth/avatar/", content=pieces(100), headers=headers)
    assert (endless.status_code, endless.headers.get("connection")) == (401, "close")
    assert len(read) < 16 + 3


async def test_a_body_of_just_one_mebibyte_is_read(api: Api) -> None:
    owner = await an_owner(api)
    filled = '{"title": "Yoga"' + " " * (MIB - 17) + "}"

    assert (await owner.send_text("PATCH /api/sessions/{session_id}", filled)).status_code == 200


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "text/plain;charset=utf-8",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "json",
    ],
)
async def test_body_without_json_content_type_is_415(api: Api, content_type: str | None) -> None:
    owner = await an_owner(api)

    with all_cases() as case:
        for route in GOOD_BODIES:
            with case(route):
                problem(await owner.send_text(route, "{}", content_type), 415, "unsupported_media_type")


async def test_form_bodies_are_415(api: Api) -> None:
    form = a_registration()

    for options in ({"data": form}, {"data": form, "files": {"avatar": b"x"}}):
        response = await api.visitor.send("POST", "/api/auth/register/", **options)
        problem(response, 415, "unsupported_media_type")


@pytest.mark.parametrize("path", ["/api/bookings/{booking_id}/cancel/", "/api/auth/become-creator/"])
async def test_unexpected_body_follows_the_same_rules(api: Api, path: str) -> None:
    learner = await api.person()
    path = path.format(booking_id=(await api.booking(learner, await api.session()))["id"])

    text = await learner.send("POST", path, content=b"x", headers={"Content-Type": "text/plain"})
    big = await learner.send("POST", path, content=b" " * (2 * MIB), headers={"Content-Type": "application/json"})

    problem(text, 415, "unsupported_media_type")
    problem(big, 413, "body_too_large")


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "APPLICATION/JSON", "application/ld+json"])
async def test_json_content_type_has_accepted_variants(api: Api, content_type: str) -> None:
    owner = await an_owner(api)

    assert (await owner.send_text("PATCH /api/auth/profile", "{}", content_type)).status_code == 200


async def test_unsupported_method_is_405_with_allow_header(api: Api) -> None:
    allowed: dict[str, set[str]] = {}
    for route in routes_of(api.app):
        method, _, path = route.partition(" ")
        if path.startswith(("/api", "/health")):
            allowed.setdefault(path.format(session_id=SOME_ID, **OTHER_IDS), set()).add(method)

    for path, methods in allowed.items():
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - methods:
            response = await api.visitor.send(method, path)
            problem(response, 405, "method_not_allowed")
            assert set(response.headers["allow"].split(", ")) - {"OPTIONS", "HEAD"} == methods


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/api/", "/api/users/", "/api/sessions/1/", "/api/sessions/%00/", "/api/bookings/mine/", "/.env"],
)
async def test_unknown_path_is_404(api: Api, path: str) -> None:
    problem(await api.visitor.get(path), 404, "not_found")


async def test_unknown_ids_are_404(api: Api) -> None:
    creator = await api.creator()

    problem(await api.visitor.get(f"/api/sessions/{uuid4()}/"), 404, "not_found")
    problem(await creator.get(f"/api/bookings/{uuid4()}/"), 404, "not_found")
    problem(await creator.post(f"/api/bookings/{uuid4()}/cancel/"), 404, "not_found")
    problem(await creator.patch(f"/api/sessions/{uuid4()}/", {}), 404, "not_found")
    problem(await creator.delete(f"/api/sessions/{uuid4()}/"), 404, "not_found")


async def test_unexpected_error_is_500_without_details(caplog: pytest.LogCaptureFixture) -> None:
    async with open_api(storage=storage_that_cannot_read(ZeroDivisionError(SECRET))) as api:
        for response in (
            await api.visitor.get("/api/sessions/"),
            await api.visitor.get(f"/api/sessions/{uuid4()}/"),
            await api.visitor.post("/api/auth/login/", GOOD_BODIES["POST /api/auth/login"]),
        ):
            problem(response, 500, "internal_error")
            assert not any(message in response.text for message in MESSAGES)
    assert [record.levelno for record in caplog.records] == [logging.ERROR] * 3
    assert SECRET in caplog.text


async def test_unexpected_error_while_writing_is_500_without_details() -> None:
    async with open_api(storage=storage_that_cannot_write(KeyError(SECRET))) as api:
        response = await api.visitor.post("/api/auth/register/", a_registration())
        problem(response, 500, "internal_error")
        assert not any(message in response.text for message in MESSAGES)


async def test_unavailable_database_is_503_with_retry_after() -> None:
    unreachable = replace(storage_that_cannot_read(Busy()), unit_of_work=storage_that_cannot_write(Busy()).unit_of_work)
    async with open_api(storage=unreachable) as api:
        for response in (
            await api.visitor.get("/api/sessions/"),
            await api.visitor.get("/api/sessions/facets/"),
            await api.visitor.post("/api/auth/login/", GOOD_BODIES["POST /api/auth/login"]),
            await api.visitor.post("/api/auth/register/", a_registration()),
            await api.visitor.post("/api/auth/refresh/", OPTIONAL_BODIES["POST /api/auth/refresh"]),
        ):
            problem(response, 503, "busy")
            assert int(response.headers["retry-after"]) > 0


async def test_database_lost_during_commit_is_503_outcome_unknown() -> None:
    async with open_api(storage=storage_that_cannot_write(OutcomeUnknown())) as api:
        response = await api.visitor.post("/api/auth/register/", a_registration())
        problem(response, 503, "outcome_unknown")
        assert int(response.headers["retry-after"]) > 0
        assert "may have been made" in response.json()["detail"]


async def test_lock_timeout_is_503_and_writes_nothing() -> None:
    async with open_api(storage=memory_storage(lock_timeout=timedelta(milliseconds=20))) as api:
        person = await api.person(first_name="Ada")
        async with api.storage.unit_of_work() as tx:
            await tx.users.acquire(person.id)
            response = await person.patch("/api/auth/profile/", {"first_name": "Augusta"})
        problem(response, 503, "busy")
        assert (await person.get("/api/auth/profile/")).json()["first_name"] == "Ada"


async def test_missing_permission_is_reported_before_body_errors(api: Api) -> None:
    learner, broken = await api.person(), {"title": ""}

    for method, path in (("POST", "/api/sessions/"), ("PUT", f"/api/sessions/{uuid4()}/")):
        problem(await api.visitor.send(method, path, json=broken), 401, "not_signed_in")
        problem(await learner.send(method, path, json=broken), 403, "not_a_creator")
        big = {"content": b" " * (2 * MIB), "headers": {"Content-Type": "text/plain"}}
        problem(await learner.send(method, path, **big), 403, "not_a_creator")
    problem(await learner.get("/api/sessions/", my_sessions="true", limit=0), 403, "not_a_creator")
    problem(await learner.get("/api/bookings/creator_bookings/", limit=0), 403, "not_a_creator")


async def test_body_errors_are_reported_before_missing_resources(api: Api) -> None:
    creator, learner = await api.creator(), await api.person()
    nowhere = {"session": str(uuid4())}

    assert bad_fields(await creator.patch(f"/api/sessions/{uuid4()}/", {"price": "x"})) == {"price"}
    for bad in ({"booking_date": "2001-01-01"}, {"booking_date": "x"}):
        assert bad_fields(await learner.post("/api/bookings/", nowhere | bad)) == {"booking_date"}


async def test_body_errors_are_reported_before_ownership(api: Api) -> None:
    owner: Owner = await an_owner(api)
    other: Person = await api.creator()

    assert bad_fields(await other.patch(f"/api/sessions/{owner.session.id}/", {"price": "x"})) == {"price"}
    own = a_booking_body(owner.session, seats=0)
    assert bad_fields(await owner.person.post("/api/bookings/", own)) == {"seats"}


async def test_missing_or_foreign_resource_is_reported_before_its_rules(api: Api) -> None:
    owner = await an_owner(api)
    hidden = await api.session(owner.person, status="inactive")
    await api.booking(await api.person(), owner.session)

    problem(await (await api.creator()).delete(f"/api/sessions/{hidden.id}/"), 404, "not_found")
    problem(await (await api.creator()).delete(f"/api/sessions/{owner.session.id}/"), 403, "not_yours")


async def test_a_refused_registration_leaves_no_account(api: Api) -> None:
    taken = await api.person()
    sent = a_registration(username=taken.user.username)
    problem(await api.visitor.post("/api/auth/register/", sent), 409, "username_taken")

    assert (await api.visitor.post("/api/auth/register/", sent | {"username": a_user().username})).status_code == 201


async def test_session_body_with_every_field_invalid_gets_every_error(api: Api) -> None:
    body = a_session_body(title=" ", duration=0, price=-1, max_participants=0, image_url="x", status="x", category="x")

    body |= {"description": "", "tags": "x", "requires_confirmation": 1, "cancellation_notice": -1, "audience": 1}
    body |= dict.fromkeys(("format", "place", "address", "coordinates", "join_url", "language", "bring"), 1)
    body |= dict.fromkeys(("payment_method", "cancellation_policy"), 1)
    body["address_public"] = "x"

    refused = await (await api.creator()).post("/api/sessions/", body)

    assert bad_fields(refused) == set(GOOD_BODIES["POST /api/sessions"])


async def test_log_of_busy_response_has_the_root_cause(caplog: pytest.LogCaptureFixture) -> None:
    again = Busy()
    again.__cause__ = Busy()
    again.__cause__.__cause__ = TimeoutError("canceling statement due to lock timeout")
    again.__cause__.__cause__.__cause__ = KeyError("how the driver came to say so")
    async with open_api(storage=storage_that_cannot_read(again)) as broken:
        problem(await broken.visitor.get("/api/sessions/"), 503, "busy")

    [line] = [record.getMessage() for record in caplog.records if "was refused" in record.getMessage()]
    assert line == "GET /api/sessions was refused: busy (TimeoutError('canceling statement due to lock timeout'))"
