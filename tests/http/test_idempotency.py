from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from httpx import Response

from builders import TOMORROW
from http_api import Api, Person, a_booking_body, a_session_body, as_json, bad_fields, ids, problem
from http_routes import SOME_ID
from marketplace.core.domain.idempotency import TTL

Send = Callable[[str], Awaitable[Response]]
REPLAYED = "Idempotency-Replayed"
_numbers = count(1)


def a_word() -> str:
    return f"word {next(_numbers)}"


async def keyed(person: Person, path: str, key: str, body: Any = None) -> Response:
    content = {} if body is None else {"json": body}
    return await person.send("POST", path, headers={"Idempotency-Key": key}, **content)


async def a_pending(api: Api) -> tuple[Person, Person, str]:
    """Return a creator, a learner, and the address of a pending booking."""
    creator, learner = await api.creator(), await api.person()
    booking = await api.booking(learner, await api.session(creator, requires_confirmation=True))
    return creator, learner, f"/api/bookings/{booking['id']}"


async def of_creating_a_session(api: Api) -> Send:
    creator, body = await api.creator(), a_session_body(tags=["Lute", "lute"], category="music", price=49.9)
    return lambda key: keyed(creator, "/api/sessions/", key, body)


async def of_booking(api: Api) -> Send:
    learner, body = await api.person(), a_booking_body(await api.session(), seats=2)
    return lambda key: keyed(learner, "/api/bookings/", key, body)


async def of_cancelling(api: Api) -> Send:
    _, learner, path = await a_pending(api)
    return lambda key: keyed(learner, f"{path}/cancel/", key, {"reason": "I am ill."})


async def of_confirming(api: Api) -> Send:
    creator, _, path = await a_pending(api)
    return lambda key: keyed(creator, f"{path}/confirm/", key)


async def of_declining(api: Api) -> Send:
    creator, _, path = await a_pending(api)
    return lambda key: keyed(creator, f"{path}/decline/", key)


async def of_completing(api: Api) -> Send:
    creator, _, path = await a_pending(api)
    await creator.post(f"{path}/confirm/")
    api.clock.at = TOMORROW + timedelta(hours=1)
    creator = await api.login(creator.user)
    return lambda key: keyed(creator, f"{path}/complete/", key)


async def of_moving(api: Api) -> Send:
    _, learner, path = await a_pending(api)
    body = {"booking_date": as_json(TOMORROW + timedelta(days=1))}
    return lambda key: keyed(learner, f"{path}/reschedule/", key, body)


EVERY_POST = {
    of_creating_a_session: 201,
    of_booking: 201,
    of_cancelling: 200,
    of_confirming: 200,
    of_declining: 200,
    of_completing: 200,
    of_moving: 200,
}


@pytest.mark.parametrize(("prepare", "status"), EVERY_POST.items())
async def test_replay_has_same_status_and_resource_and_is_marked(
    api: Api, prepare: Callable[[Api], Awaitable[Send]], status: int
) -> None:
    send, key = await prepare(api), a_word()

    first = await send(key)
    repeats = [await send(key) for _ in range(2)]

    assert (first.status_code, first.headers.get(REPLAYED)) == (status, None), first.text
    for repeat in repeats:
        assert (repeat.status_code, repeat.headers.get(REPLAYED)) == (status, "true")
        assert repeat.json() == first.json()


async def test_replay_creates_nothing(api: Api) -> None:
    learner, creator, key = await api.person(), await api.creator(), a_word()
    body = a_booking_body(await api.session())
    for _ in range(3):
        await keyed(learner, "/api/bookings/", key, body)
        await keyed(creator, "/api/sessions/", key, a_session_body())

    assert len(ids(await learner.get("/api/bookings/"))) == 1
    assert len(ids(await creator.get("/api/sessions/", my_sessions="true"))) == 1


async def test_replay_shows_current_resource(api: Api) -> None:
    learner, creator, key = await api.person(), await api.creator(), a_word()
    body = a_booking_body(await api.session())
    booking = (await keyed(learner, "/api/bookings/", key, body)).json()
    await learner.post(f"/api/bookings/{booking['id']}/cancel/")
    session = (await keyed(creator, "/api/sessions/", key, a_session_body())).json()
    await creator.patch(f"/api/sessions/{session['id']}/", {"title": "Evening yoga"})

    booked = await keyed(learner, "/api/bookings/", key, body)
    published = await keyed(creator, "/api/sessions/", key, a_session_body())

    assert booked.status_code == published.status_code == 201
    settled: dict[str, Any] = {"status": "cancelled", "allowed_actions": [], "cancellable_until": None}
    assert booked.json() == booking | settled
    assert published.json() == session | {"title": "Evening yoga"}


async def test_replay_returns_session_that_was_archived_since(api: Api) -> None:
    creator, key = await api.creator(), a_word()
    session = (await keyed(creator, "/api/sessions/", key, a_session_body())).json()
    assert (await creator.delete(f"/api/sessions/{session['id']}/")).status_code == 204

    repeat = await keyed(creator, "/api/sessions/", key, a_session_body())

    assert (repeat.status_code, repeat.json()) == (201, session)


async def test_the_same_key_with_another_body_is_422(api: Api) -> None:
    learner, key = await api.person(), a_word()
    body = a_booking_body(await api.session())
    await keyed(learner, "/api/bookings/", key, body)

    problem(await keyed(learner, "/api/bookings/", key, body | {"seats": 2}), 422, "idempotency_key_reused")
    assert (await keyed(learner, "/api/bookings/", key, body)).headers[REPLAYED] == "true"


async def test_equivalent_body_is_the_same_request(api: Api) -> None:
    creator, key = await api.creator(), a_word()
    body = a_session_body(title="Yoga", price="49.90")
    headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
    first = await keyed(creator, "/api/sessions/", key, body)
    other_way = '{ "price": 49.9, "title": " Yoga ", "nonsense": 1, "duration": 60, "description": "Breathe." }'

    repeat = await creator.send("POST", "/api/sessions", headers=headers, content=other_way)

    assert (repeat.status_code, repeat.headers.get(REPLAYED)) == (201, "true")
    assert repeat.json() == first.json()


async def test_missing_and_empty_body_are_the_same_request(api: Api) -> None:
    _, learner, path = await a_pending(api)
    key = a_word()
    bodies: tuple[Any, ...] = (None, {}, None)

    answers = [await keyed(learner, f"{path}/cancel/", key, body) for body in bodies]

    assert [answer.headers.get(REPLAYED) for answer in answers] == [None, "true", "true"]


async def test_same_key_of_another_person_is_independent(api: Api) -> None:
    key, body = a_word(), a_booking_body(await api.session())

    answers = [await keyed(await api.person(), "/api/bookings/", key, body) for _ in range(2)]

    assert [(answer.status_code, answer.headers.get(REPLAYED)) for answer in answers] == [(201, None), (201, None)]
    assert answers[0].json()["id"] != answers[1].json()["id"]


async def test_same_key_for_another_booking_or_step_is_independent(api: Api) -> None:
    creator, learner, path = await a_pending(api)
    _, other_learner, other_path = await a_pending(api)
    key = a_word()

    answers = [
        await keyed(creator, f"{path}/confirm/", key),
        await keyed(creator, f"{path}/cancel/", key),
        await keyed(other_learner, f"{other_path}/cancel/", key),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert not any(REPLAYED in answer.headers for answer in answers)
    assert (await learner.get(f"{path}/")).json()["status"] == "cancelled"


async def test_repeat_without_key_follows_ordinary_rules(api: Api) -> None:
    learner, body = await api.person(), a_booking_body(await api.session())

    first, second = [await learner.post("/api/bookings/", body) for _ in range(2)]

    assert (first.status_code, first.headers.get(REPLAYED)) == (201, None)
    problem(second, 409, "already_booked")


async def test_refused_request_can_be_retried_with_its_key(api: Api) -> None:
    holder, learner, key = await api.person(), await api.person(), a_word()
    session = await api.session(max_participants=1)
    held = await api.booking(holder, session)
    body = a_booking_body(session)

    problem(await keyed(learner, "/api/bookings/", key, body), 409, "sold_out")
    assert bad_fields(await keyed(learner, "/api/bookings/", key, body | {"seats": 0})) == {"seats"}
    problem(await keyed(learner, "/api/bookings/", key, body | {"session": SOME_ID}), 404, "not_found")
    await holder.post(f"/api/bookings/{held['id']}/cancel/")
    again = await keyed(learner, "/api/bookings/", key, body)

    assert (again.status_code, again.headers.get(REPLAYED)) == (201, None)


async def test_key_is_valid_for_24_hours(api: Api) -> None:
    creator, key = await api.creator(), a_word()
    first = await keyed(creator, "/api/sessions/", key, a_session_body())
    api.clock.advance(TTL - timedelta(seconds=1))
    creator = await api.login(creator.user)
    kept = await keyed(creator, "/api/sessions/", key, a_session_body())
    api.clock.advance(timedelta(seconds=1))
    forgotten = await keyed(creator, "/api/sessions/", key, a_session_body(title="Evening yoga"))

    assert (kept.json(), kept.headers.get(REPLAYED)) == (first.json(), "true")
    assert (forgotten.status_code, forgotten.headers.get(REPLAYED)) == (201, None)
    assert forgotten.json()["id"] != first.json()["id"]


@pytest.mark.parametrize("key", ["x", "x" * 255, "!", "~", 'a "quoted" word', "0190a1b2-c3d4"])
async def test_key_has_1_to_255_printable_characters(api: Api, key: str) -> None:
    creator = await api.creator()

    answers = [await keyed(creator, "/api/sessions/", key, a_session_body()) for _ in range(2)]

    assert [(answer.status_code, answer.headers.get(REPLAYED)) for answer in answers] == [(201, None), (201, "true")]


@pytest.mark.parametrize("key", [b"", b"x" * 256, b"caf\xe9", "café".encode(), b"a\tb", b"a\x7fb"])
async def test_invalid_key_is_reported_with_other_field_errors(api: Api, key: bytes) -> None:
    creator, learner, path = await a_pending(api)
    headers: Any = {"Idempotency-Key": key}

    assert bad_fields(await creator.send("POST", "/api/sessions/", headers=headers, json=a_session_body(price=-1))) == {
        "Idempotency-Key",
        "price",
    }
    for step in ("confirm", "cancel"):
        assert bad_fields(await creator.send("POST", f"{path}/{step}/", headers=headers)) == {"Idempotency-Key"}
    rescheduled = {"booking_date": as_json(TOMORROW + timedelta(days=1))}
    assert bad_fields(await learner.send("POST", f"{path}/reschedule/", headers=headers, json=rescheduled)) == {
        "Idempotency-Key"
    }
    assert (await learner.get(f"{path}/")).json()["status"] == "pending"
    gone = {"booking_date": "2020-01-01"}
    booked = a_booking_body(await api.session(), **gone)
    for address, body in (("/api/bookings/", booked), (f"{path}/reschedule/", gone)):
        response = await learner.send("POST", address, headers=headers, json=body)
        assert bad_fields(response) == {"Idempotency-Key", "booking_date"}


async def test_two_keys_are_refused(api: Api) -> None:
    creator = await api.creator()
    headers = [*creator.headers.items(), ("Idempotency-Key", "one"), ("Idempotency-Key", "two")]

    response = await api.client.post("/api/sessions/", headers=headers, json=a_session_body())

    assert bad_fields(response) == {"Idempotency-Key"}


async def test_missing_permission_is_reported_before_key_errors(api: Api) -> None:
    learner = await api.person()

    problem(await keyed(api.visitor, "/api/sessions/", "", a_session_body()), 401, "not_signed_in")
    problem(await keyed(learner, "/api/sessions/", "", a_session_body()), 403, "not_a_creator")
