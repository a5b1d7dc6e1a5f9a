"""Heavy work waits for its turn, or is refused at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from types import SimpleNamespace
from typing import Any

import pytest
import pytest_asyncio

from builders import TOMORROW
from http_api import PAID_SETTINGS, Api, Person, open_api, problem
from http_routes import GOOD_BODIES, routes_of
from marketplace.core.errors import Overloaded
from marketplace.http.heavy_work import HeavyQueue, HeavyWork

JSON = {"Content-Type": "application/json"}
ONE, OTHER, THIRD = "192.0.2.1", "192.0.2.2", "2001:db8::1"
HEAVY = [
    "GET /api/admin/audit",
    "GET /api/admin/audit/export",
    "GET /api/admin/bookings",
    "GET /api/admin/bookings/export",
    "GET /api/admin/sessions",
    "GET /api/admin/sessions/export",
    "GET /api/admin/users",
    "GET /api/admin/users/export",
    "GET /api/auth/export",
    "GET /api/calendar/{feed}",
    "GET /api/creator/earnings/export",
    "GET /api/sessions/facets",
    "GET /api/sessions/{session_id}/slots",
    "GET /api/sessions/{session_id}/suggested-starts",
    "POST /api/sessions/{session_id}/schedule/preview",
]


def client(address: str) -> Any:
    return SimpleNamespace(scope={"client": (address, 1234)})


class Load:
    """Pieces of work that last until they are told to end."""

    def __init__(self, queue: HeavyQueue) -> None:
        self.queue = queue
        self.started: list[str] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.ends: dict[str, asyncio.Event] = {}

    async def add(self, *names: str, address: str, kind: str = "slots") -> None:
        for name in names:
            self.ends[name] = asyncio.Event()
            self.tasks[name] = asyncio.create_task(self._work(name, address, kind))
            await asyncio.sleep(0)

    async def _work(self, name: str, address: str, kind: str) -> None:
        async with self.queue.turn(client(address), kind):
            self.started.append(name)
            await self.ends[name].wait()

    async def end(self, name: str) -> None:
        self.ends[name].set()
        await self.tasks[name]
        await asyncio.sleep(0)

    async def end_all(self) -> None:
        for event in self.ends.values():
            event.set()
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)


@pytest_asyncio.fixture(loop_scope="module")
async def load() -> AsyncIterator[Load]:
    started = Load(HeavyQueue(at_once=2, max_wait=5))
    yield started
    await started.end_all()


async def test_address_has_one_piece_of_work_at_a_time_and_others_do_not_wait_for_it(load: Load) -> None:
    await load.add("one", "two", "three", address=ONE)
    await load.add("other", address=OTHER)
    assert load.started == ["one", "other"]

    await load.end("one")
    assert load.started == ["one", "other", "two"]


async def test_addresses_take_turns_however_much_one_of_them_asks_for(load: Load) -> None:
    await load.add("one", "two", "three", address=ONE)
    await load.add("other", "another", address=OTHER)
    await load.add("third", address=THIRD)

    for ended in ("one", "other", "two", "another"):
        await load.end(ended)

    assert load.started == ["one", "other", "two", "another", "third", "three"]


async def test_addresses_of_one_ipv6_network_share_a_turn(load: Load) -> None:
    await load.add("one", address="2001:db8::1")
    await load.add("two", address="2001:db8::ffff")

    assert load.started == ["one"]


class Seconds:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


async def test_who_would_wait_for_longer_than_the_limit_is_refused_at_once_and_told_how_long() -> None:
    clock = Seconds()
    queue = HeavyQueue(at_once=2, max_wait=5, now=clock)
    load = Load(queue)
    await load.add("measured", address=ONE)
    clock.at += 3
    await load.end("measured")
    await load.add("next", "waiting", address=ONE)

    with pytest.raises(Overloaded) as refused:
        async with queue.turn(client(ONE), "slots"):
            pass
    await load.add("other", address=OTHER)

    assert refused.value.retry_after == 6
    assert load.started == ["measured", "next", "other"]
    await load.end_all()


async def test_work_that_lasts_longer_than_ever_is_expected_to_last_as_long_again() -> None:
    clock = Seconds()
    load = Load(HeavyQueue(at_once=2, max_wait=5, now=clock))
    await load.add("endless", address=ONE)
    clock.at += 20

    with pytest.raises(Overloaded) as refused:
        async with load.queue.turn(client(ONE), "slots"):
            pass

    assert refused.value.retry_after == 20
    await load.end_all()


async def test_who_has_waited_for_the_limit_is_refused_and_its_place_is_free() -> None:
    long = Load(HeavyQueue(at_once=2, max_wait=0.1))
    await long.add("one", "late", address=ONE)

    with pytest.raises(Overloaded):
        await long.tasks["late"]
    assert long.queue.refused == 1
    await long.end("one")
    await long.add("two", address=ONE)

    assert long.started == ["one", "two"]
    await long.end_all()


async def test_client_that_leaves_gives_up_its_place_even_as_its_turn_comes(load: Load) -> None:
    async with load.queue.turn(client(ONE), "slots"):
        await load.add("waiting", "leaving", "last", address=ONE)
        load.tasks["waiting"].cancel()
        await asyncio.gather(load.tasks["waiting"], return_exceptions=True)
    # its turn has come, and it has not run since
    load.tasks["leaving"].cancel()
    await asyncio.gather(load.tasks["leaving"], return_exceptions=True)
    await asyncio.sleep(0)

    assert load.started == ["last"]


async def test_address_rests_after_its_work_and_others_need_not() -> None:
    clock = Seconds()
    load = Load(HeavyQueue(at_once=2, max_wait=60, now=clock, max_rest=0.2))
    await load.add("one", "two", address=ONE)
    clock.at += 10
    await load.end("one")
    await load.add("other", address=OTHER)
    assert load.started == ["one", "other"]

    await load.end_all()
    assert load.started == ["one", "other", "two"]


async def test_address_rests_three_times_as_long_as_its_work_took_which_counts_as_waiting() -> None:
    clock = Seconds()
    load = Load(HeavyQueue(at_once=2, max_wait=35, now=clock, max_rest=60))
    await load.add("measured", address=ONE)
    clock.at += 10
    await load.end("measured")
    await load.add("next", address=ONE)

    with pytest.raises(Overloaded) as refused:
        async with load.queue.turn(client(ONE), "slots"):
            pass
    assert refused.value.retry_after == 40
    await cancelled(load.tasks["next"])


async def cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_failed_work_ends_its_turn(load: Load) -> None:
    with pytest.raises(ZeroDivisionError):
        async with load.queue.turn(client(ONE), "slots"):
            _ = 1 / 0

    await load.add("next", address=ONE)
    assert load.started == ["next"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def full() -> AsyncIterator[tuple[Api, HeavyWork]]:
    """Open a marketplace in which no one waits."""
    heavy = HeavyWork(HeavyQueue(1, 0, Seconds()), HeavyQueue(1, 0, Seconds()))
    async with open_api(PAID_SETTINGS, heavy=heavy) as opened:
        yield opened, heavy


async def send(staff: Person, route: str, feed: str, session_id: object) -> Any:
    method, path = route.split()
    return await staff.send(method, path.format(feed=feed, session_id=session_id) + "/", json=GOOD_BODIES.get(route))


async def test_every_heavy_route_is_refused_while_the_address_has_work(full: tuple[Api, HeavyWork]) -> None:
    api, heavy = full
    staff = await api.creator(is_staff=True)
    session = await api.session(staff)
    feed = (await staff.get("/api/calendar/")).json()["url"].rsplit("/")[-1]
    declared = routes_of(api.app).items()
    assert sorted(name for name, route in declared if route is not None and Overloaded in route.errors) == HEAVY

    for route in HEAVY:
        async with AsyncExitStack() as stack:
            for queue in heavy:
                await stack.enter_async_context(queue.turn(client("127.0.0.1"), "slots"))
            refused = await send(staff, route, feed, session.id)
            assert problem(refused, 503, "overloaded")["status"] == 503, route
            assert refused.headers["retry-after"] == "1"
        answered = await send(staff, route, feed, session.id)
        assert answered.status_code == 200, (route, answered.text)
    # everyone else has their turn
    async with heavy.answers.turn(client(OTHER), "slots"):
        assert (await staff.get("/api/sessions/")).status_code == 200
    booked = await api.booking(await api.person(), session, booking_date=TOMORROW.isoformat())
    assert booked["status"] in {"pending", "confirmed"}


async def test_large_bodies_of_an_address_are_read_one_after_the_other(full: tuple[Api, HeavyWork]) -> None:
    api, _ = full
    app, visitor = api.app, api.visitor
    async with app.state.large_bodies.turn(client("127.0.0.1"), "body"):
        small = await visitor.send("POST", "/api/auth/login/", content=b" " * 90_000, headers=JSON)
        waiting = asyncio.create_task(visitor.send("POST", "/api/auth/login/", content=b" " * 200_000, headers=JSON))
        other = asyncio.create_task(visitor.send("POST", "/api/auth/login/", content=pieces(), headers=JSON))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        assert not other.done()
    large, chunked = await asyncio.gather(waiting, other)

    assert {small.status_code, large.status_code, chunked.status_code} == {400}


async def pieces() -> AsyncIterator[bytes]:
    yield b" "
