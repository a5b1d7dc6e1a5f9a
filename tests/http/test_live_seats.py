"""Streams about the seats of a session, of an application in this process."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from builders import TOMORROW
from event_streams import AsgiStream, Event, asgi_stream
from http_api import SETTINGS, Api, Person, as_json, open_api
from marketplace.core.domain.sessions import Session
from marketplace.http.kept import KeptAnswers
from marketplace.http.live.live_seats import FULL_PAUSE, LiveSeats
from marketplace.http.live.messages import RETRY_FROM, RETRY_TO
from marketplace.http.live.stream import MAX_PENDING
from marketplace.telemetry.request_log import RequestRecord

pytestmark = pytest.mark.thorough

DAILY = [{"weekday": day, "starts": "09:00", "ends": "12:00", "step": 60} for day in range(1, 8)]
NINE = TOMORROW.replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1)
SOME_ID = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def live(api: Api) -> AsyncIterator[LiveSeats]:
    await api.container.get(KeptAnswers)
    found = await api.container.get(LiveSeats)
    yield found
    assert found.open == 0


async def offered(api: Api, creator: Person, seats: int = 3, **changes: object) -> Session:
    """Return a session with three starts each day."""
    session = await api.session(creator, max_participants=seats, duration=60, **changes)
    await scheduled(creator, session)
    return session


async def scheduled(creator: Person, session: Session, step: int = 60) -> None:
    weekly = [{**day, "step": step} for day in DAILY]
    body = {"time_zone": "Europe/Rome", "is_open": False, "weekly": weekly, "buffer_before": 0, "buffer_after": 0}
    response = await creator.put(f"/api/sessions/{session.id}/schedule/", body)
    assert response.status_code == 200, response.text


async def first_start(api: Api, session: Session) -> str:
    slots = (await api.visitor.get(f"/api/sessions/{session.id}/slots/")).json()
    return str(slots[3]["starts_at"])


def seats_of(event: Event) -> dict[str, int]:
    return {start["starts_at"]: start["seats_left"] for start in event.data["starts"]}


async def test_stream_begins_with_a_time_to_reconnect_and_asks_to_read(api: Api, live: LiveSeats) -> None:
    session = await offered(api, await api.creator())
    async with asgi_stream(api.app, session.id) as stream:
        event = await stream.listener.next("reread")
        assert event.data == {"session": str(session.id)}
        assert event.id
        assert RETRY_FROM <= (stream.listener.parser.retry or 0) <= RETRY_TO
        assert stream.listener.status == 200
        headers = stream.listener.headers
        assert headers["content-type"] == "text/event-stream"
        assert headers["cache-control"] == "no-store"
        assert headers["x-accel-buffering"] == "no"
        assert "content-encoding" not in headers
        assert headers["x-request-id"]
        assert live.open == 1


async def test_booking_sends_the_seats_left_in_the_form_of_the_list(api: Api) -> None:
    session, learner = await offered(api, await api.creator()), await api.person()
    start = await first_start(api, session)
    async with asgi_stream(api.app, session.id) as stream:
        await stream.listener.next("reread")
        await api.booking(learner, session, booking_date=start, seats=2)
        event = await stream.listener.next("seats")
    listed = (await api.visitor.get(f"/api/sessions/{session.id}/slots/")).json()
    assert event.data == {
        "session": str(session.id),
        "starts": [slot for slot in listed if slot["starts_at"] == start],
    }
    assert seats_of(event) == {start: 1}


async def test_sold_out_start_has_no_seats_and_returns_when_it_is_cancelled(api: Api) -> None:
    session, learner = await offered(api, await api.creator(), seats=1), await api.person()
    start = await first_start(api, session)
    async with asgi_stream(api.app, session.id) as stream:
        booking = await api.booking(learner, session, booking_date=start)
        assert seats_of(await stream.listener.next("seats")) == {start: 0}
        await learner.post(f"/api/bookings/{booking['id']}/cancel/")
        assert seats_of(await stream.listener.next("seats")) == {start: 1}


async def test_booking_of_one_session_closes_the_start_of_the_creators_other(api: Api) -> None:
    creator, learner = await api.creator(), await api.person()
    session, other = await offered(api, creator), await offered(api, creator)
    start = await first_start(api, session)
    async with asgi_stream(api.app, other.id) as stream:
        await api.booking(learner, session, booking_date=start)
        assert seats_of(await stream.listener.next("seats")) == {start: 0}


async def test_suggested_time_of_a_session_by_arrangement_is_taken_with_the_reason(api: Api) -> None:
    creator, learner = await api.creator(), await api.person()
    session = await api.session(creator, max_participants=1, duration=60)
    window = f"from={as_json(TOMORROW)}&to={as_json(TOMORROW + timedelta(days=7))}"
    slots = (await api.visitor.get(f"/api/sessions/{session.id}/suggested-starts/?{window}")).json()
    start = next(slot["starts_at"] for slot in slots if slot["reason"] is None)
    async with asgi_stream(api.app, session.id) as stream:
        await stream.listener.next("reread")
        await api.booking(learner, session, booking_date=start)
        event = await stream.listener.next("seats")
    changed = {each["starts_at"]: each["reason"] for each in event.data["starts"]}
    assert changed[start] == "sold_out"
    assert "other_session" in changed.values()


async def test_change_of_many_starts_asks_to_read_again(api: Api) -> None:
    creator = await api.creator()
    session = await offered(api, creator)
    async with asgi_stream(api.app, session.id) as stream:
        first = await stream.listener.next("reread")
        await scheduled(creator, session, step=15)
        again = await stream.listener.next("reread", "seats")
    assert (again.name, again.id != first.id) == ("reread", True)


async def test_change_that_shows_nothing_else_sends_nothing(api: Api) -> None:
    creator = await api.creator()
    session = await offered(api, creator)
    start = await first_start(api, session)
    async with asgi_stream(api.app, session.id) as stream:
        await stream.listener.next("reread")
        assert (await creator.patch(f"/api/sessions/{session.id}/", {"title": "Noon yoga"})).status_code == 200
        await asyncio.sleep(0.5)
        await api.booking(await api.person(), session, booking_date=start)
        assert (await stream.listener.next("seats", "reread")).name == "seats"
    assert len(stream.chunks) <= 4


async def test_client_that_knows_the_latest_version_need_not_read(api: Api) -> None:
    session = await offered(api, await api.creator())
    async with asgi_stream(api.app, session.id) as stream:
        known = (await stream.listener.next("reread")).id
        again = [(b"last-event-id", known.encode())]
        async with asgi_stream(api.app, session.id, headers=again) as returned:
            assert returned.listener.parser.retry
            assert returned.listener.events.empty()
        old = [(b"last-event-id", b"another-7")]
        async with asgi_stream(api.app, session.id, headers=old) as returned:
            await returned.listener.next("reread")


@pytest.mark.parametrize("change", ["inactive", "archived", "deactivated"])
async def test_session_that_is_no_longer_public_is_gone_and_the_stream_ends(
    api: Api, live: LiveSeats, change: str
) -> None:
    creator = await api.creator()
    session = await offered(api, creator)
    async with asgi_stream(api.app, session.id) as stream:
        await stream.listener.next("reread")
        if change == "inactive":
            await creator.patch(f"/api/sessions/{session.id}/", {"status": "inactive"})
        elif change == "archived":
            await creator.delete(f"/api/sessions/{session.id}/")
        else:
            await api.deactivate(creator)
        assert (await stream.listener.next("gone")).data == {"session": str(session.id)}
        await asyncio.wait_for(stream.listener.ended.wait(), 5)
        assert live.open == 0
    async with asgi_stream(api.app, session.id) as after:
        assert after.listener.status == 404


@pytest.mark.parametrize("name", [SOME_ID, "nothing", "%00"])
async def test_unknown_session_is_404_before_the_stream(api: Api, name: str) -> None:
    async with asgi_stream(api.app, name) as stream:
        assert stream.listener.status == 404
        assert stream.listener.headers["content-type"] == "application/problem+json"
        assert b'"code":"not_found"' in b"".join(stream.chunks)


async def test_inactive_session_is_404_for_its_own_creator_too(api: Api) -> None:
    """The data is that of anyone: a token is ignored."""
    creator = await api.creator()
    session = await api.session(creator, status="inactive")
    headers = [(b"authorization", creator.headers["Authorization"].encode())]
    async with asgi_stream(api.app, session.id, headers=headers) as stream:
        assert stream.listener.status == 404


async def test_token_that_is_not_valid_is_ignored(api: Api) -> None:
    session = await offered(api, await api.creator())
    async with asgi_stream(api.app, session.id, headers=[(b"authorization", b"Bearer nothing")]) as stream:
        assert stream.listener.status == 200


async def test_head_has_the_headers_and_no_stream(api: Api) -> None:
    session = await offered(api, await api.creator())
    response = await api.visitor.send("HEAD", f"/api/sessions/{session.id}/live/")
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-type"].startswith("text/event-stream")
    assert (await api.visitor.send("HEAD", f"/api/sessions/{SOME_ID}/live/")).status_code == 404
    assert (await api.visitor.send("OPTIONS", f"/api/sessions/{session.id}/live/")).headers["allow"] == "GET, OPTIONS"
    assert (await api.visitor.post(f"/api/sessions/{session.id}/live/")).status_code == 405


async def test_slow_client_is_told_to_read_instead_of_what_it_missed(api: Api, live: LiveSeats) -> None:
    session = await offered(api, await api.creator())
    topic, stream = await live.join(session.id, "203.0.113.5")
    try:
        assert await stream.next()
        for number in range(100 * MAX_PENDING):
            stream.push(b"data: %d\n\n" % number, topic.reread)
        waiting = await stream.next()
        assert waiting is not None
        assert topic.reread in waiting
        assert waiting.count(b"\n\n") <= MAX_PENDING
    finally:
        live.leave(topic, stream)


async def test_client_that_reads_nothing_holds_up_nobody(api: Api) -> None:
    session, learner = await offered(api, await api.creator()), await api.person()
    start = await first_start(api, session)
    async with asgi_stream(api.app, session.id) as stuck, asgi_stream(api.app, session.id) as stream:
        stuck.reads.clear()
        booking = await api.booking(learner, session, booking_date=start)
        await stream.listener.next("seats")
        await learner.post(f"/api/bookings/{booking['id']}/cancel/")
        await stream.listener.next("seats")


async def test_client_that_left_is_forgotten(api: Api, live: LiveSeats) -> None:
    session = await offered(api, await api.creator())
    stream = AsgiStream(f"/api/sessions/{session.id}/live/")
    task = asyncio.create_task(stream.run(api.app))
    await stream.listener.next("reread")
    assert live.open == 1
    stream.has_left.set()
    await asyncio.wait_for(task, 5)
    assert live.open == 0


async def test_silent_stream_has_heartbeats(api: Api) -> None:
    session = await offered(api, await api.creator())
    live = await api.container.get(LiveSeats)
    async with asgi_stream(api.app, session.id) as stream:
        await stream.listener.next("reread")
        before = stream.listener.parser.comments
        for turn in live.turns:
            for each in turn:
                each.beat()
        await asyncio.sleep(0.05)
        assert stream.listener.parser.comments > before


async def test_streams_of_one_address_and_of_the_process_are_limited() -> None:
    limited = replace(SETTINGS, live_streams=3, live_streams_per_network=2)
    async with open_api(limited) as api:
        live = await api.container.get(LiveSeats)
        session = await offered(api, await api.creator())
        async with asgi_stream(api.app, session.id), asgi_stream(api.app, session.id):
            async with asgi_stream(api.app, session.id) as third:
                assert third.listener.status == 429
                assert third.listener.headers["retry-after"] == str(int(FULL_PAUSE.total_seconds()))
                assert third.listener.headers["ratelimit-policy"] == '"streams";q=2;qu="concurrent-requests"'
                assert third.listener.headers["ratelimit"] == '"streams";r=0'
                assert b'"code":"rate_limited"' in third.chunks[0]
            async with asgi_stream(api.app, session.id, client="203.0.113.6") as fourth:
                assert fourth.listener.headers["ratelimit"] == '"streams";r=1'
                async with asgi_stream(api.app, session.id, client="203.0.113.7") as fifth:
                    assert fifth.listener.status == 503
                    assert fifth.listener.headers["retry-after"] == "30"
                    assert b'"code":"busy"' in fifth.chunks[0]
                assert (await api.visitor.get("/health/live")).status_code == 200
        assert live.open == 0
        async with asgi_stream(api.app, session.id) as again:
            assert again.listener.status == 200


async def test_networks_of_ipv6_count_as_one_address() -> None:
    async with open_api(replace(SETTINGS, live_streams_per_network=1)) as api:
        session = await offered(api, await api.creator())
        async with asgi_stream(api.app, session.id, client="2001:db8::1"):
            async with asgi_stream(api.app, session.id, client="2001:db8::2") as neighbour:
                assert neighbour.listener.status == 429
            async with asgi_stream(api.app, session.id, client="2001:db8:0:1::1") as other:
                assert other.listener.status == 200


async def test_streams_end_when_the_program_is_leaving() -> None:
    async with open_api() as leaving:
        live = await leaving.container.get(LiveSeats)
        session = await offered(leaving, await leaving.creator())
        async with asgi_stream(leaving.app, session.id) as stream:
            await stream.listener.next("reread")
            live.is_leaving = lambda: True
            await asyncio.wait_for(stream.listener.ended.wait(), 10)
            assert b"retry: " in stream.chunks[-2]
            assert stream.chunks[-1] == b""
        async with asgi_stream(leaving.app, session.id) as late:
            assert late.listener.status == 503


async def test_lost_announcements_have_clients_read_again(api: Api, live: LiveSeats) -> None:
    session = await offered(api, await api.creator())
    async with asgi_stream(api.app, session.id) as stream:
        first = await stream.listener.next("reread")
        live.suspend()
        live.resume()
        assert (await stream.listener.next("reread")).id != first.id


async def test_record_of_a_stream_has_the_time_until_it_began() -> None:
    records: list[RequestRecord] = []
    async with open_api(observers=[records.append]) as api:
        session = await offered(api, await api.creator())
        async with asgi_stream(api.app, session.id) as stream:
            await stream.listener.next("reread")
            await asyncio.sleep(1)
    [record] = [each for each in records if each.route == "/api/sessions/{session_id}/live"]
    assert (record.method, record.status, record.code) == ("GET", 200, "")
    assert 0 < record.seconds < 1


@pytest.mark.parametrize("origin", ["https://app.example.org", "https://evil.example.org"])
async def test_stream_is_readable_by_allowed_origins_only(origin: str) -> None:
    async with open_api(replace(SETTINGS, cors_origins=("https://app.example.org",))) as api:
        session = await offered(api, await api.creator())
        async with asgi_stream(api.app, session.id, headers=[(b"origin", origin.encode())]) as stream:
            allowed = stream.listener.headers.get("access-control-allow-origin")
        assert allowed == (origin if "app" in origin else None)
        assert stream.listener.headers["vary"] == "origin"
