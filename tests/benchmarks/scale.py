"""`make bench-scale`: does a route take longer in a larger marketplace?

Fills a database for each size, from a thousand sessions with ten bookings each to a million, serves them all at once
and asks each the same question in turn, so that the load of the machine falls on all alike. Nothing is kept, and
bookings and edits come last. A creator has about fifty sessions and a learner twenty bookings at every size. Prints
the median of each route at each size, and the largest size's divided by the smallest's, which must not exceed 1.5
unless the answer says that its cost is bounded, or the table below why it grows. `--data FOLDER` keeps the databases
for the next run.
"""

import argparse
import asyncio
import re
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg
import httpx

from benchmarks.fresh_server import STARTS_WITHIN
from benchmarks.growth_routes import GROWS, QUESTIONS, UNASKED, Question
from builders import a_login, stored_feed
from databases import migrate_now
from marketplace.adapters.postgres.connection.pool import connect
from marketplace.adapters.postgres.embedded.server import embedded_postgres
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.tokens import Claims, refresh_token_hash
from marketplace.core.domain.users import User
from marketplace.core.ports.storage import Storage
from ports import free_port
from postgres.backoffice_dataset import LOG, STAFF
from postgres.http_clients import TOKENS, person
from postgres.large_dataset import Size, load, numbered
from postgres.servers import Server

SIZES = [1_000, 10_000, 100_000, 1_000_000]
MAX_RATIO = 1.5
ATTEMPTS = 3
"""Times that a question is measured until it has not grown: on a busy machine medians vary."""
WARM_UP = 5
"""Rounds that are not measured: the pool opens connections, and PostgreSQL plans statements."""
SAMPLES = 8
"""Creators, learners and sessions that take turns."""
APART = timedelta(hours=4)
"""Longer than a session with its buffers."""
FILLED = "filled by make bench-scale"
SESSION_OF = """
    SELECT id FROM sessions WHERE creator_id = $1 AND status = 'active' AND archived_at IS NULL
        AND schedule IS NOT NULL ORDER BY id LIMIT 1
"""
BOOKING_OF = "SELECT id FROM bookings WHERE user_id = $1 ORDER BY id LIMIT 1"


@dataclass(frozen=True, slots=True)
class Market:
    """A served database, and what requests to it name in turn."""

    size: int
    server: Server
    samples: Sequence[dict[str, str]]
    headers: Sequence[dict[str, dict[str, str]]]
    """By the person who asks."""
    starts: Sequence[list[str]]
    """Of each session, so far apart that each can be booked."""

    async def ask(self, question: Question, turn: int) -> tuple[float, httpx.Response]:
        """Return the milliseconds of a request and its answer."""
        names = {**self.samples[turn % SAMPLES], "turn": str(turn)}
        if question.asked_by == "buyer":
            names["start"] = self.starts[turn % SAMPLES].pop()
        path = question.path.format(**names)
        body = question.body and {name: value.format(**names) for name, value in question.body.items()}
        headers = self.headers[turn % SAMPLES][question.asked_by]
        started = time.perf_counter()
        answer = await self.server.client.request(question.method, path, headers=headers, json=body)
        return 1_000 * (time.perf_counter() - started), answer


def creators_of(sessions: int) -> int:
    """Return the number of creators: no multiple of a period of the data set, or one would have no listed session."""
    return sessions // 50 + 1


async def fill(dsn: str, sessions: int) -> None:
    """Fill the database unless an earlier run has."""
    connection = await asyncpg.connect(dsn)
    try:
        if await connection.fetchval("SELECT obj_description('sessions'::regclass)") == FILLED:
            return
        print(f"Filling in {sessions:,} sessions and {10 * sessions:,} bookings.", flush=True)
        persons, now = sessions // 2, datetime.now(UTC)
        size = Size(
            sessions=sessions, slots=sessions, seats=10, people=persons, creators=creators_of(sessions), now=now
        )
        await load(dsn, size)
        await connection.execute(LOG, sessions, persons, STAFF)
        await connection.execute("VACUUM ANALYZE audit_entries, audit_values")
        await connection.execute(f"COMMENT ON TABLE sessions IS '{FILLED}'")
    finally:
        await connection.close()


async def market(dsn: str, size: int, server: Server) -> Market:
    """Sign people in, and choose what they ask for."""
    creators = [numbered("user", 2 + number) for number in range(SAMPLES)]
    learners = [numbered("user", creators_of(size) + 1 + 3 * number) for number in range(SAMPLES)]
    database = await connect(dsn)
    try:
        storage = postgres_storage(database)
        sessions = [row["id"] for each in creators for row in await database.fetch(SESSION_OF, each)]
        bookings = [row["id"] for each in learners for row in await database.fetch(BOOKING_OF, each)]
        name = f"scale{time.time_ns()}"
        staff = await person(storage, is_staff=True, email=f"{name}@example.org", username=name)
        names = [f"{name}-{number}" for number in range(SAMPLES)]
        buyers = [await person(storage, email=f"{each}@example.org", username=each) for each in names]
        users = [await storage.users.get(each) for each in (*creators, *learners)]
        signed_in = dict(zip((*creators, *learners), [await sign_in(storage, user) for user in users], strict=True))
        feeds = [await stored_feed(storage, user) for user in users[SAMPLES:]]
    finally:
        await database.close()
    begin = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=2)
    window = {"begin": begin.strftime("%Y-%m-%d"), "end": (begin + timedelta(days=7)).strftime("%Y-%m-%d")}
    samples = [
        {"session": sessions[n], "booking": bookings[n], "creator": creators[n], "learner": learners[n]}
        | {"feed": feeds[n].token, "username": f"person{2 + n}"}
        for n in range(SAMPLES)
    ]
    headers = [
        {"visitor": {}, "creator": signed_in[creators[n]], "learner": signed_in[learners[n]]}
        | {"buyer": buyers[n].headers, "staff": staff.headers}
        for n in range(SAMPLES)
    ]
    starts = [await bookable_starts(server, each) for each in sessions]
    named = [{name: str(each) for name, each in row.items()} | window for row in samples]
    return Market(size, server, named, headers, starts)


async def bookable_starts(server: Server, session: object) -> list[str]:
    """Return free starts of two months, at least `APART` from each other."""
    begin, found = datetime.now(UTC) + timedelta(days=1), list[datetime]()
    for month in range(2):
        span = {"from": begin + timedelta(days=30 * month), "to": begin + timedelta(days=30 * (month + 1))}
        asked = {name: each.isoformat() for name, each in span.items()}
        answer = await server.client.get(f"/api/sessions/{session}/slots", params=asked)
        for slot in answer.raise_for_status().json():
            start = datetime.fromisoformat(slot["starts_at"])
            if not found or start - found[-1] >= APART:
                found.append(start)
    return [start.isoformat() for start in found]


async def sign_in(storage: Storage, user: User) -> dict[str, str]:
    """Return the headers of a new login."""
    now = datetime.now(UTC)
    login = a_login(user, created_at=now, expires_at=now + timedelta(days=1))
    async with storage.unit_of_work() as tx:
        await tx.tokens.add_login(login, refresh_token_hash(str(login.id)))
    return {"Authorization": f"Bearer {TOKENS.issue(Claims(user_id=user.id, family_id=login.id), now)}"}


def is_labelled(answer: httpx.Response) -> bool:
    """Return whether the answer says that it is bounded or estimated."""
    body: Any = answer.json() if answer.headers["content-type"].startswith("application/json") else None
    return (
        "x-search-bounded" in answer.headers
        or "x-total-estimated" in answer.headers
        or (isinstance(body, dict) and body.get("is_bounded") is True)
    )


async def medians(
    question: Question, markets: Sequence[Market], rounds: int
) -> tuple[list[float], Sequence[httpx.Response]]:
    """Return the median milliseconds of a question at each size, and the last answers."""
    times: dict[int, list[float]] = {each.size: [] for each in markets}
    answers: dict[int, httpx.Response] = {}
    for turn in range(WARM_UP + rounds):
        for each in markets:
            took, answers[each.size] = await each.ask(question, turn)
            assert answers[each.size].is_success, f"{question.name}: {answers[each.size].text[:200]}"
            times[each.size] += [took] if turn >= WARM_UP else []
    return [median(times[each.size]) for each in markets], list(answers.values())


async def measure(markets: Sequence[Market], rounds: int) -> list[str]:
    """Print a line for each question, and return what grew."""
    print(f"\n{f'milliseconds, median of {rounds}':102}" + "".join(f"{each.size:>11,}" for each in markets) + "  ratio")
    grew = []
    for question in QUESTIONS:
        for _ in range(ATTEMPTS):
            took, answers = await medians(question, markets, rounds)
            ratio = took[-1] / took[0]
            label = "bounded" if is_labelled(answers[-1]) else GROWS.get(question.path, "")
            if label or ratio <= MAX_RATIO:
                break
        else:
            grew.append(f"{question.name}: {took[0]:.2f} ms grew to {took[-1]:.2f} ms")
        line = "".join(f"{each:11.2f}" for each in took) + f"{ratio:7.2f} {label}"
        print(f"{question.asked_by:8} {question.name:93}{line}", flush=True)
    return grew


async def not_asked(server: Server) -> list[str]:
    """Return the GET routes of the API that have no question and no reason."""
    document = (await server.client.get("/api/schema/openapi.json")).json()
    asked = [re.sub(r"\?.*", "", question.path) for question in QUESTIONS if question.method == "GET"]
    asked += [*GROWS, *UNASKED]
    gets = [path for path, item in document["paths"].items() if "get" in item]
    patterns = [re.sub(r"\\{.*?\\}", "[^/]+", re.escape(path)) for path in gets]
    return [f"{each} is not asked" for each in patterns if not any(re.fullmatch(each, path) for path in asked)]


async def bench(addresses: dict[int, str], rounds: int) -> bool:
    """Measure every question at every size; return whether none grew."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        markets = []
        for size, dsn in addresses.items():
            await fill(dsn, size)
            server = Server(dsn, folder / f"{size}.log", free_port(), keep_answers="off")
            stack.push_async_callback(server.end)
            await server.starts(STARTS_WITHIN)
            markets.append(await market(dsn, size, server))
        wrong = await not_asked(markets[0].server) + await measure(markets, rounds)
    print("\nWrong:" if wrong else "\nNothing grew.", *wrong, sep="\n  ")
    return not wrong


def main() -> None:
    """Run the benchmark on an embedded PostgreSQL of its own."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, help="a folder in which the filled databases are kept")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="numbers of sessions, smallest first")
    parser.add_argument("--rounds", type=int, default=40, help="requests of each question to each size")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = options.data or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        addresses = {
            size: stack.enter_context(embedded_postgres(folder / "postgres", database=f"sessions_{size}"))
            for size in options.sizes
        }
        for dsn in addresses.values():
            migrate_now(dsn)
        is_good = asyncio.run(bench(addresses, options.rounds))
    raise SystemExit(0 if is_good else 1)


if __name__ == "__main__":
    main()
