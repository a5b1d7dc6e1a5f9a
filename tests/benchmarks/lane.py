"""CPU µs per request of the busiest routes with the lane and without, in turns within one process and in memory.

    PYTHONPATH=tests python -m benchmarks.lane

Two applications over one storage, without sockets and without a log. What both need is in both figures: services,
storage in memory, JSON. For detail also the framework's own `@asgi` handler, without middleware and injection, and the
function alone; neither authorizes, compresses or sets headers for caches. `--profile ROUTE` prints where the time of
one route goes.
"""

import argparse
import asyncio
import cProfile
import pstats
import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median
from typing import Any
from uuid import UUID, uuid4

import msgspec
from litestar import Litestar, asgi
from litestar.types import Receive, Scope, Send

from builders import TOMORROW
from fakes import NOW
from http_api import SETTINGS, Api, open_api
from marketplace.adapters.system import SystemClock
from marketplace.core.services.sessions import SessionService
from marketplace.http.answers import Ask
from marketplace.http.api.sessions import get_session
from marketplace.http.app import make_app
from marketplace.http.kept import KeptAnswers
from marketplace.http.middleware.drain_body import with_drained_body
from marketplace.telemetry.request_log import with_request_records

REQUESTS = 60
TURNS = 9
HEADERS = {"host": "localhost:8000", "user-agent": "Mozilla/5.0", "accept": "*/*"}

Request = Callable[[], tuple[dict[str, Any], bytes]]


def a_request(
    method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"", query: str = ""
) -> tuple[dict[str, Any], bytes]:
    sent = (
        HEADERS
        | (headers or {})
        | ({"content-type": "application/json", "content-length": str(len(body))} if body else {})
    )
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }
    return scope, body


async def requests_of(api: Api) -> dict[str, Request]:
    creator, learner = await api.creator(), await api.person()
    for number in range(25):
        last = await api.session(creator, title=f"Morning yoga {number}", description="Breathe in, breathe out. " * 12)
    rare = await api.session(creator, max_participants=10_000)
    for hours in range(30):
        await api.booking(learner, last, booking_date=(TOMORROW + timedelta(hours=2 * hours)).isoformat())
    starts = iter(range(10**6))
    token = {"authorization": f"Bearer {learner.access}"}

    def book() -> tuple[dict[str, Any], bytes]:
        at = NOW + timedelta(days=30, minutes=61 * next(starts))
        body = {"session": str(rare.id), "booking_date": at.isoformat()}
        return a_request("POST", "/api/bookings/", token, msgspec.json.encode(body))

    nowhere = msgspec.json.encode({"session": str(uuid4()), "booking_date": TOMORROW.isoformat()})
    return {
        "detail": lambda: a_request("GET", f"/api/sessions/{last.id}/"),
        "detail, unknown": lambda: a_request("GET", f"/api/sessions/{uuid4()}/"),
        "page of 20": lambda: a_request("GET", "/api/sessions/"),
        "page of 20, gzip": lambda: a_request("GET", "/api/sessions/", {"accept-encoding": "gzip"}, query="limit=20"),
        "facets": lambda: a_request("GET", "/api/sessions/facets/"),
        "slots, none": lambda: a_request("GET", f"/api/sessions/{last.id}/slots/"),
        "profile": lambda: a_request("GET", "/api/auth/profile/", token),
        "my bookings": lambda: a_request("GET", "/api/bookings/my_bookings/", token),
        "booking": book,
        "booking, no session": lambda: a_request("POST", "/api/bookings/", token, nowhere),
        "health": lambda: a_request("GET", "/health/live"),
        "marketplace": lambda: a_request("GET", "/api/marketplace/"),
    }


def other_ways(sessions: SessionService, path: str) -> dict[str, Any]:
    """Return applications that answer a session's path by an `@asgi` handler, and by the function alone."""

    unkept = KeptAnswers(SystemClock())

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        _ = receive
        scope["user"], session_id = None, UUID(scope["path"].split("/")[3])
        answer = await get_session(Ask(scope), session_id, sessions, unkept)
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer.body)).encode())]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    # A plain path: in Litestar 2.25 a parameter makes this 500 (findings/litestar-asgi-handlers-take-no-parameters.sh).
    @asgi(path, copy_scope=False)
    async def handler(scope: Scope, receive: Receive, send: Send) -> None:
        await answer(scope, receive, send)

    framework = Litestar([handler], openapi_config=None, logging_config=None)
    framework.asgi_handler = with_drained_body(with_request_records(framework.asgi_handler, ()))
    return {"@asgi": framework, "alone": answer}


async def send_to(app: Any, requests: list[tuple[dict[str, Any], bytes]]) -> float:
    """Return the CPU µs per request."""

    async def send(_: Any) -> None: ...

    async def answer(scope: dict[str, Any], body: bytes) -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        await app(scope, receive, send)

    started = time.process_time()
    for scope, body in requests:
        await answer(scope, body)
    return (time.process_time() - started) / len(requests) * 1e6


async def main(only: str, profile: str | None) -> None:
    async with open_api(SETTINGS) as api:
        routes = await requests_of(api)
        apps = {"off": make_app(SETTINGS, api.container, has_lane=False), "on": api.app}
        if profile is not None:
            with cProfile.Profile() as profiler:
                await send_to(apps["on"], [routes[profile]() for _ in range(2000)])
            pstats.Stats(profiler).sort_stats("tottime").print_stats(45)
            return
        print(f"{'CPU µs per request':20} {'off':>8} {'on':>8}  on/off")
        for name, request in routes.items():
            if only not in name:
                continue
            sessions = await api.container.get(SessionService)
            ways = apps | (other_ways(sessions, request()[0]["path"]) if name == "detail" else {})
            turns: dict[str, list[float]] = {way: [] for way in ways}
            for _ in range(TURNS):
                for way, app in ways.items():
                    turns[way].append(await send_to(app, [request() for _ in range(REQUESTS)]))
            off, on, *others = (median(each[1:]) for each in turns.values())
            further = ", ".join(f"{way} {figure:.0f}" for way, figure in zip([*ways][2:], others, strict=True))
            print(f"{name:20} {off:8.0f} {on:8.0f}  {on / off:6.2f}  {further}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile")
    parser.add_argument("--only", default="", help="part of a route's name")
    options = parser.parse_args()
    asyncio.run(main(options.only, options.profile))
