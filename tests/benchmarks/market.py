"""The marketplace that `make bench` measures: 50,000 sessions, and the people and sessions that the load names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product

import asyncpg

from builders import a_schedule, stored_booking, stored_session, stored_user
from marketplace.adapters.postgres.connection.pool import connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.adapters.security.passwords import Argon2Passwords
from marketplace.core.domain.materialized_availability import MaterializedAvailability
from marketplace.core.domain.sessions import Session
from marketplace.core.ports.storage import Storage
from postgres.http_clients import Person, people
from postgres.large_dataset import Size, load

SESSIONS = 50_000
SLOTS = 10_000
CREATORS = 60
BUYERS = 6_000
SEATS = 10_000
SCARCE_SEATS = 3
SCARCE_SESSIONS = 100
LEARNERS = 20
LEARNERS_BOOKINGS = 25
PAGE = 20
PASSWORD = "a long benchmark password"
SIGNING_IN = 50
OVERSOLD = """
    SELECT coalesce(sum(greatest(0, sold - max_participants)), 0)::int FROM (
        SELECT session_id, starts_at, sum(seats) AS sold FROM bookings WHERE status IN ('pending', 'confirmed')
        GROUP BY session_id, starts_at) b
    JOIN sessions s ON s.id = b.session_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """What the load names.

    The creators' sessions are by arrangement and the newest, so that they are the first page of the catalog.
    """

    offered: Sequence[Session]
    scarce: Sequence[Session]
    month: Session
    """A session with eight starts on every day."""
    learners: Sequence[Person]
    """People with bookings of the creators' sessions."""
    buyers: Sequence[Person]
    emails: Sequence[str]
    """Of people who sign in with `PASSWORD`."""

    @property
    def learner(self) -> Person:
        return self.learners[0]

    @property
    def page(self) -> Sequence[Session]:
        return self.offered[-PAGE:]


async def fill_market(dsn: str) -> Market:
    """Fill a migrated database."""
    now = datetime.now(UTC)
    await load(dsn, Size(sessions=SESSIONS, slots=SLOTS, now=now))
    database = await connect(dsn)
    try:
        storage = postgres_storage(database)
        creators = [await stored_user(storage, role="creator") for _ in range(CREATORS)]
        month = await _scheduled(storage, now)
        scarce = [
            await stored_session(
                storage, creator_id=(await stored_user(storage, role="creator")).id, max_participants=SCARCE_SEATS
            )
            for _ in range(SCARCE_SESSIONS)
        ]
        offered = [
            await stored_session(
                storage, creator_id=each.id, max_participants=SEATS, created_at=now + timedelta(seconds=number)
            )
            for number, each in enumerate(creators)
        ]
        learners = await people(storage, LEARNERS)
        for place, number in product(range(LEARNERS), range(LEARNERS_BOOKINGS)):
            start = now.replace(minute=0, second=0, microsecond=0) + timedelta(days=10 + number)
            session = offered[(place + number) % CREATORS]
            await stored_booking(storage, session, learners[place].user.id, starts_at=start)
        secret = await Argon2Passwords().hash(PASSWORD)
        signing_in = await people(storage, SIGNING_IN, password_hash=secret)
        buyers = await people(storage, BUYERS)
    finally:
        await database.close()
    await execute(dsn, "VACUUM ANALYZE")
    emails = [each.user.email for each in signing_in]
    return Market(offered=offered, scarce=scarce, month=month, learners=learners, buyers=buyers, emails=emails)


async def _scheduled(storage: Storage, now: datetime) -> Session:
    schedule = a_schedule()
    session = await stored_session(storage, created_at=now - timedelta(days=1))
    async with storage.unit_of_work() as tx:
        written = MaterializedAvailability.of(schedule, session.duration, now)
        await tx.sessions.save_schedule(session.id, schedule, written)
    return session


async def execute(dsn: str, statement: str, *arguments: object) -> int:
    """Run a statement, and return the first value of its answer, or 0."""
    connection = await asyncpg.connect(dsn)
    try:
        return int(await connection.fetchval(statement, *arguments) or 0)
    finally:
        await connection.close()
