"""The load of `make soak`: clients that read, book, cancel and sign in, and count what was refused.

The load asks for nothing that the product promises to refuse: each seat of each start is requested once before any is
requested again, a person books a start once, and the live bookings are bounded. So every refusal is a failure.
"""

import asyncio
import json
import random
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import cycle
from typing import NamedTuple, Protocol, Self

from benchmarks.live import SEATS, Wishes
from marketplace.core.domain.sessions import Session
from postgres.http_clients import Person

PASSWORD = "a long soaking password"
MIX = {"catalog": 22, "page": 30, "slots": 14, "search": 6, "own bookings": 8, "book or cancel": 19, "sign in": 1}
"""How many of a hundred requests are which."""
MAX_LIVE = 1_500
"""Bookings are made up to this number, then the oldest is cancelled before the next is made. At a start, the sessions
have 1,000 seats, so starts fill up and empty again."""
READS = {
    "catalog": "/api/sessions/",
    "page": "/api/sessions/{session}/",
    "slots": "/api/sessions/{session}/slots/",
    "search": "/api/sessions/?search=yoga&limit={limit}",
}
ROUTES = {kind: f"GET {path}" for kind, path in READS.items()} | {
    "own bookings": "GET /api/bookings/",
    "book": "POST /api/bookings/",
    "cancel": "POST /api/bookings/{id}/cancel/",
    "sign in": "POST /api/auth/login/",
}


class Client:
    """A kept connection of HTTP/1.1."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def to(cls, port: int) -> Self:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def send(
        self, method: str, path: str, person: Person | None = None, body: object = None
    ) -> tuple[int, bytes]:
        """Return the status and the body of an answer."""
        content = b"" if body is None else json.dumps(body).encode()
        signed = f"Authorization: {person.headers['Authorization']}\r\n" if person else ""
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{signed}"
        self._writer.write(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
        answer = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(answer.partition(b"content-length: ")[2].split(b"\r\n", 1)[0])
        return int(answer[9:12]), await self._reader.readexactly(length)


class Sender(Protocol):
    """What sends requests, such as `Client`."""

    async def send(
        self, method: str, path: str, person: Person | None = None, body: object = None
    ) -> tuple[int, bytes]:
        """Return the status and the body of an answer."""


class Failure(NamedTuple):
    """A request that was not answered with 2xx. Without an answer, the status is 0 and the code names the exception."""

    route: str
    status: int
    code: str

    @classmethod
    def of(cls, route: str, status: int, body: bytes) -> Self:
        """Read the code of a problem document; of any other body, keep its first characters."""
        try:
            return cls(route, status, str(json.loads(body)["code"]))
        except (ValueError, KeyError, TypeError):
            return cls(route, status, f"no code: {body[:60]!r}")


def table_of(failures: Mapping[Failure, int]) -> str:
    """Return a line for each route, status and code, most frequent first."""
    ranked = sorted(failures.items(), key=lambda item: (-item[1], item[0]))
    return "\n".join(f"{number:8,} times {each.route}: {each.status} {each.code}" for each, number in ranked)


def requested_seats(wishes: Wishes) -> Iterator[tuple[datetime, Person, Session]]:
    """Yield each seat of each start once, then again from the first. A start has fewer seats than there are buyers."""
    buyers = cycle(wishes.buyers)
    for start in cycle(wishes.starts):
        for _ in range(SEATS):
            for session in wishes.sessions:
                yield start, next(buyers), session


@dataclass(slots=True)
class Shoppers:
    """What the clients do, one request after another, and what came of it."""

    wishes: Wishes
    emails: Sequence[str]
    seats: Iterator[tuple[datetime, Person, Session]] = field(init=False)
    booked: deque[tuple[str, Person]] = field(default_factory=deque)
    failures: Counter[Failure] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    """How long each answer took."""

    def __post_init__(self) -> None:
        self.seats = requested_seats(self.wishes)

    def forget(self) -> None:
        """Count from here."""
        self.failures.clear()
        self.seconds.clear()

    async def act(self, client: Sender) -> None:
        """Send a request of the mix. Raises what the connection raises, counted as a failure."""
        kind = self._next_kind()
        route = ROUTES[kind]
        began = time.monotonic()
        try:
            status, body = await self._send(kind, client)
        except (OSError, asyncio.IncompleteReadError) as error:
            self.failures[Failure(route, 0, type(error).__name__)] += 1
            raise
        self.seconds.append(time.monotonic() - began)
        if not 200 <= status < 300:
            self.failures[Failure.of(route, status, body)] += 1

    def _next_kind(self) -> str:
        [kind] = random.choices([*MIX], [*MIX.values()])  # noqa: S311 - no secret
        if kind == "book or cancel":
            return "book" if len(self.booked) < MAX_LIVE else "cancel"
        return kind

    async def _send(self, kind: str, client: Sender) -> tuple[int, bytes]:
        match kind:
            case "book":
                return await self._book(client)
            case "cancel":
                booking, person = self.booked.popleft()
                return await client.send("POST", f"/api/bookings/{booking}/cancel/", person)
            case "sign in":
                known = {"email": random.choice(self.emails), "password": PASSWORD}  # noqa: S311
                return await client.send("POST", "/api/auth/login/", None, known)
            case "own bookings":
                return await client.send("GET", "/api/bookings/", random.choice(self.wishes.buyers))  # noqa: S311
        session, limit = random.choice(self.wishes.sessions), random.randint(1, 50)  # noqa: S311
        return await client.send("GET", READS[kind].format(session=session.id, limit=limit))

    async def _book(self, client: Sender) -> tuple[int, bytes]:
        start, person, session = next(self.seats)
        wanted = {"session": str(session.id), "booking_date": start.isoformat()}
        status, body = await client.send("POST", "/api/bookings/", person, wanted)
        if status == 201:
            self.booked.append((json.loads(body)["id"], person))
        return status, body
