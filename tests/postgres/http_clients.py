"""Concurrent clients of the program, and checks of the database afterwards."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from builders import TOMORROW, a_login, stored_users
from marketplace.adapters.security.access_tokens import JwtAccessTokens
from marketplace.adapters.security.secret_keys import SecretKeys
from marketplace.adapters.system import UuidSeven
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.tokens import Claims, refresh_token_hash
from marketplace.core.domain.users import User
from marketplace.core.ports.storage import Storage
from postgres.servers import SECRET_KEY, Server

TOKENS = JwtAccessTokens(keys=SecretKeys((SECRET_KEY,)), time_to_live=timedelta(days=1), ids=UuidSeven())

DISCREPANCIES = {
    "a slot whose seats are not those of its live bookings and offers": """
        SELECT l.session_id FROM slots l WHERE l.seats_taken <> (SELECT coalesce(sum(b.seats), 0) FROM bookings b
            WHERE (b.session_id, b.starts_at) = (l.session_id, l.starts_at) AND b.status <> 'cancelled')
            + (SELECT coalesce(sum(b.held_seats), 0) FROM bookings b
                WHERE (b.session_id, b.requested_start) = (l.session_id, l.starts_at))
            + (SELECT coalesce(sum(w.seats), 0) FROM waitlist_entries w
                WHERE (w.session_id, w.starts_at) = (l.session_id, l.starts_at) AND w.status = 'offered')
    """,
    "an oversold slot": "SELECT session_id FROM slots WHERE seats_taken NOT BETWEEN 0 AND capacity",
    "a creator in two places": """
        SELECT one.session_id FROM slots one JOIN slots other ON one.creator_id = other.creator_id
            AND one.starts_at < other.ends_at AND other.starts_at < one.ends_at
            AND (one.session_id, one.starts_at) < (other.session_id, other.starts_at)
        WHERE one.seats_taken > 0 AND other.seats_taken > 0
    """,
    "an upcoming slot that disagrees with its session": """
        SELECT s.id FROM slots l JOIN sessions s ON s.id = l.session_id WHERE l.starts_at > now() AND l.seats_taken > 0
            AND (l.capacity <> s.max_participants OR l.ends_at < l.starts_at + make_interval(mins => s.duration))
    """,
    "a booking that its slot does not cover": """
        SELECT b.id FROM bookings b JOIN slots l ON (l.session_id, l.starts_at) = (b.session_id, b.starts_at)
        WHERE b.status <> 'cancelled' AND l.ends_at < b.starts_at + make_interval(mins => (b.terms->>'duration')::int)
    """,
    "a booking without its first step": """
        SELECT b.id FROM bookings b WHERE NOT EXISTS (
            SELECT FROM booking_steps h WHERE h.booking_id = b.id AND h.from_status IS NULL)
    """,
    "a booking that its last step does not explain": """
        SELECT b.id FROM bookings b WHERE b.status <> (
            SELECT h.to_status FROM booking_steps h WHERE h.booking_id = b.id ORDER BY h.id DESC LIMIT 1)
    """,
    "a live booking of an archived session": """
        SELECT b.id FROM bookings b JOIN sessions s ON s.id = b.session_id
        WHERE s.archived_at IS NOT NULL AND b.status IN ('pending', 'confirmed')
    """,
}


@dataclass(frozen=True, slots=True)
class Person:
    """A user with a login."""

    user: User
    headers: dict[str, str]


async def people(storage: Storage, number: int, **changes: Any) -> Sequence[Person]:
    """Store users with logins, without the cost of hashing passwords."""
    now = datetime.now(UTC)
    users = await stored_users(storage, number, **changes)
    families = [a_login(user, created_at=now) for user in users]
    async with storage.unit_of_work() as tx:
        for login in families:
            await tx.tokens.add_login(login, refresh_token_hash(str(login.id)))
    return [
        Person(user, {"Authorization": f"Bearer {TOKENS.issue(Claims(user_id=user.id, family_id=login.id), now)}"})
        for user, login in zip(users, families, strict=True)
    ]


async def person(storage: Storage, **changes: Any) -> Person:
    return (await people(storage, 1, **changes))[0]


def book(
    server: Server, buyer: Person, session: Session, *, starts_at: datetime = TOMORROW, seats: int = 1
) -> Awaitable[httpx.Response]:
    body = {"session": str(session.id), "booking_date": starts_at.isoformat(), "seats": seats}
    return server.client.post("/api/bookings/", headers=buyer.headers, json=body)


async def rush(
    servers: Iterable[Server], buyers: Sequence[Person], sessions: Sequence[Session], **changes: Any
) -> list[httpx.Response]:
    """Book for every buyer concurrently, each through the next server and of the next session."""
    turns = zip(buyers, cycle(servers), cycle(sessions), strict=False)
    return await asyncio.gather(*(book(server, buyer, session, **changes) for buyer, server, session in turns))


def answers(responses: Iterable[httpx.Response]) -> Counter[str]:
    """Count the responses by status and error code."""
    return Counter(
        f"{response.status_code} {response.json()['code']}" if response.is_error else str(response.status_code)
        for response in responses
    )


def statuses(responses: Iterable[httpx.Response]) -> set[int]:
    return {response.status_code for response in responses}


def booked(responses: Iterable[httpx.Response]) -> list[UUID]:
    """Return the ids of the bookings of successful responses."""
    return [UUID(response.json()["id"]) for response in responses if response.status_code == httpx.codes.CREATED]


class Books:
    """The database, read without the program."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    async def ask(self, statement: str, *arguments: object) -> list[Any]:
        """Return the first column."""
        connection = await asyncpg.connect(self._dsn)
        try:
            return [row[0] for row in await connection.fetch(statement, *arguments)]
        finally:
            await connection.close()

    async def discrepancies(self) -> list[str]:
        """Return the names of the violated invariants."""
        return [words for words, statement in DISCREPANCIES.items() if await self.ask(statement)]

    async def seats_taken(self, session: Session) -> list[int]:
        """Return the seats taken of each slot of a session, by start."""
        statement = "SELECT seats_taken FROM slots WHERE session_id = $1 ORDER BY starts_at"
        return await self.ask(statement, session.id)

    async def missing(self, bookings: Sequence[UUID]) -> list[UUID]:
        """Return the bookings that are not stored."""
        return await self.ask("SELECT id FROM unnest($1::uuid[]) id EXCEPT SELECT id FROM bookings", bookings)

    async def deadlocks(self) -> int:
        """Return the number of deadlocks of this database. Ends its connections, since they report counters then."""
        await self.ask(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        found = await self.ask("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(found[0])

    async def deadlock(self) -> None:
        """Cause a deadlock: two connections that hold one lock each wait for the other's."""
        one, other = [await asyncpg.connect(self._dsn) for _ in range(2)]
        try:
            await one.execute("BEGIN; SELECT pg_advisory_xact_lock(1)")
            await other.execute("BEGIN; SELECT pg_advisory_xact_lock(2)")
            crossed = one.execute("SELECT pg_advisory_xact_lock(2)"), other.execute("SELECT pg_advisory_xact_lock(1)")
            results = await asyncio.gather(*crossed, return_exceptions=True)
            assert [type(result) for result in results].count(asyncpg.DeadlockDetectedError) == 1
        finally:
            await one.close()
            await other.close()
