"""Three processes of 200 people who cancel, wait, book, accept, leave and let offers expire, all at the same starts."""

import asyncio
import json
import os
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from builders import TOMORROW, a_principal, services_over, stored_session, stored_users
from fakes import NOW
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.sessions import Session
from marketplace.core.ports.storage import Storage
from postgres import waitlist_racer

pytestmark = [pytest.mark.flaky(reruns=0), pytest.mark.starts_first]

ROUNDS = 1_000 if os.environ.get("MARKETPLACE_TEST_LONG") else 60
CANARY_ROUNDS = 20
PEOPLE, PROCESSES, SEATS = 200, 3, 6
OWNERS = (1, 2, 3)
"""Seats of the bookings that fill the start."""
LATER = NOW + timedelta(hours=2)
# One snapshot: what the slot counts is what is booked and offered, no one who fits waits for a free seat, and no one is
# offered seats past an earlier person who needs no more.
BROKEN = """
    WITH line AS (SELECT * FROM waitlist_entries WHERE session_id = $1 AND status IN ('waiting', 'offered')),
    counted AS (
        SELECT l.capacity, l.seats_taken, l.seats_on_offer, l.waiting,
            (SELECT coalesce(sum(seats), 0) FROM bookings WHERE session_id = $1
                AND status IN ('pending', 'confirmed')) AS booked,
            (SELECT coalesce(sum(seats), 0) FROM line WHERE status = 'offered') AS offered,
            (SELECT count(*) FROM line) AS entries,
            (SELECT count(*) FROM line w WHERE status = 'waiting' AND seats <= l.capacity - l.seats_taken) AS fitting,
            (SELECT count(*) FROM line w JOIN line o ON w.status = 'waiting' AND o.status = 'offered'
                AND w.number < o.number AND w.seats <= o.seats) AS overtaken
        FROM slots l WHERE l.session_id = $1)
    SELECT row_to_json(counted) FROM counted
    WHERE booked + offered > capacity OR booked + offered <> seats_taken OR offered <> seats_on_offer
        OR entries <> waiting OR fitting > 0 OR overtaken > 0
"""
OPEN = "SELECT id, user_id, status FROM waitlist_entries WHERE session_id = $1 AND status IN ('waiting', 'offered')"
LIVE = "SELECT id, user_id FROM bookings WHERE session_id = $1 AND status = 'confirmed'"
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


@dataclass
class Racers:
    """The processes, and what they answered."""

    processes: list[asyncio.subprocess.Process]
    answers: Counter[str] = field(default_factory=Counter)

    async def run(self, now: datetime, acts: Sequence[dict[str, Any]]) -> None:
        """Take all acts at once, split among the processes."""
        parts = [acts[place :: len(self.processes)] for place in range(len(self.processes))]
        await asyncio.gather(*(self._run(*each, now) for each in zip(self.processes, parts, strict=True)))

    async def _run(self, process: asyncio.subprocess.Process, acts: Sequence[dict[str, Any]], now: datetime) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps({"now": now.isoformat(), "acts": acts}).encode() + b"\n")
        self.answers.update(json.loads(await process.stdout.readline()))


@asynccontextmanager
async def racers(dsn: str, *options: str) -> AsyncIterator[Racers]:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    program = (sys.executable, waitlist_racer.__file__, dsn, *options)
    pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE, "limit": 2**20}
    started = [
        await asyncio.create_subprocess_exec(*program, env=environment, **pipes)  # type: ignore[arg-type]
        for _ in range(PROCESSES)
    ]
    try:
        yield Racers(started)
    finally:
        for process in started:
            assert process.stdin is not None
            process.stdin.close()
        await asyncio.gather(*(process.wait() for process in started))


class Race:
    """Rounds of one race, watched all the time by a connection of its own."""

    def __init__(self, storage: Storage, opened: asyncpg.Pool, watcher: Any, running: Racers) -> None:
        self.storage, self.connection, self.watcher, self.racers = storage, opened, watcher, running
        self.people: list[UUID] = []
        self.broken: list[str] = []
        self.watched = 0
        self.random = random.Random(7)  # noqa: S311 - repeatable

    async def round(self) -> None:
        """Fill a start, and let people cancel, wait and book; accept and leave; and let offers expire, at once each."""
        session = await stored_session(self.storage, max_participants=SEATS)
        people = self.random.sample(self.people, len(self.people))
        services = services_over(self.storage)
        cancels = []
        for seats in OWNERS:
            who = people.pop()
            booked = await services.bookings.book(a_principal(who), session.id, TOMORROW, seats)
            cancels.append(self._act("cancel", session, who, id=str(booked.resource.id)))
        done = asyncio.Event()
        watching = asyncio.create_task(self._watch(session, done))
        try:
            number = self.random.choice((2, 20, 70))
            joining = [self._act("join", session, people.pop(), seats=self.random.randint(1, 3)) for _ in range(number)]
            await self._run(NOW, [*cancels, *joining, *self._books(session, people, 37)])
            await self._run(NOW, [*await self._answers(session), *self._books(session, people, 20)])
            expiring = [act for act in await self._answers(session) if act["kind"] != "leave"]
            expiries = [
                self._act("expire", session, row["user_id"], id=str(row["id"]))
                for row in await self.connection.fetch(OPEN, session.id)
                if row["status"] == "offered"
            ]
            await self._run(LATER, [*expiring, *(expiries * PROCESSES), *self._books(session, people, 10)])
        finally:
            done.set()
            await watching

    async def _run(self, now: datetime, acts: list[dict[str, Any]]) -> None:
        self.random.shuffle(acts)
        await self.racers.run(now, acts)

    async def _answers(self, session: Session) -> list[dict[str, Any]]:
        """What people with an open entry or a booking do next; offers are mostly accepted."""
        acts = []
        for row in await self.connection.fetch(OPEN, session.id):
            kind = self.random.choice(["accept", "accept", "leave"] if row["status"] == "offered" else ["leave", ""])
            acts += [self._act(kind, session, row["user_id"], id=str(row["id"]))] if kind else []
        for row in await self.connection.fetch(LIVE, session.id):
            if self.random.random() < 0.7:
                acts.append(self._act("cancel", session, row["user_id"], id=str(row["id"])))
        return acts

    def _books(self, session: Session, people: list[UUID], number: int) -> list[dict[str, Any]]:
        return [self._act("book", session, people.pop(), seats=self.random.randint(1, 2)) for _ in range(number)]

    @staticmethod
    def _act(kind: str, session: Session, who: UUID, **more: Any) -> dict[str, Any]:
        at = {"session": str(session.id), "start": TOMORROW.isoformat()}
        return {"kind": kind, "who": str(who)} | at | more

    async def _watch(self, session: Session, done: asyncio.Event) -> None:
        """Check again and again, and once in the end."""
        is_last = False
        while not is_last:
            is_last = done.is_set()
            self.watched += 1
            self.broken += [row[0] for row in await self.watcher.fetch(BROKEN, session.id)]
            await asyncio.sleep(0.005)


@asynccontextmanager
async def racing(dsn: str, *options: str) -> AsyncIterator[Race]:
    database = await connect(dsn, PoolLimits(max_size=2))
    try:
        async with (
            asyncpg.create_pool(dsn, min_size=1, max_size=2) as pool,
            pool.acquire() as watcher,
            racers(dsn, *options) as running,
        ):
            race = Race(postgres_storage(database), pool, watcher, running)
            race.people = [user.id for user in await stored_users(race.storage, PEOPLE)]
            yield race
    finally:
        await database.close()


async def test_offered_and_booked_seats_never_exceed_the_capacity_and_no_seat_is_free_for_who_waits(
    database: str,
) -> None:
    async with racing(database) as race:
        before = await race.connection.fetchval(DEADLOCKS)
        for _ in range(ROUNDS):
            await race.round()
            assert race.broken == []
        answers = race.racers.answers
        assert await race.connection.fetchval(DEADLOCKS) == before

    assert [answer for answer in answers if " failed" in answer or answer.endswith((" busy", "unknown"))] == []
    for act in ("book", "join", "cancel", "leave", "accept", "accept offer_expired", "expire", "book sold_out"):
        assert answers[act] >= ROUNDS / 10, answers
    assert race.watched > 10 * ROUNDS


async def test_line_without_its_lock_is_noticed(empty_database: str) -> None:
    connection = await asyncpg.connect(empty_database)
    for name in ("ck_slots_seats_within_capacity", "ck_slots_seats_on_offer"):
        await connection.execute(f"ALTER TABLE slots DROP CONSTRAINT {name}")
    await connection.close()

    async with racing(empty_database, "unlocked") as race:
        for _ in range(CANARY_ROUNDS):
            await race.round()
            if race.broken:
                return
    pytest.fail("Without the lock of the slot nothing broke, so the race above proves nothing.")
