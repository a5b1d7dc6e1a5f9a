"""What mail costs a booking, and how long a due message takes to be accepted by a mail server.

Rounds with and without mail alternate, so that other load on the machine affects both alike. Relay and delivery run in
a process of their own, as a worker does, and the mail server in another.

    PYTHONPATH=tests .venv/bin/python tests/benchmarks/mail.py [bookings] [latency]
"""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvloop

import marketplace.bootstrap  # noqa: F401 - the locked zones, as in every process of the product
from benchmarks.cpu import cpu_of
from benchmarks.market import execute as count
from builders import ADDRESSES, a_message, principal_of, services_over, stored_session, stored_users
from contracts.mail import SENDER, TOKENS, NumberedLinks
from databases import migrate_now
from fakes import FreshIds, MovableClock
from marketplace.adapters.calendars import Rfc5545Calendars
from marketplace.adapters.mail.composer import MjmlComposer
from marketplace.adapters.mail.smtp import SmtpMailer, SmtpServer
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.embedded.postmaster import find_postmaster
from marketplace.adapters.postgres.embedded.server import embedded_postgres
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.adapters.system import SystemClock
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.users import User
from marketplace.core.ports.storage import Storage
from marketplace.core.services.events import EventRelay
from marketplace.core.services.letters import Letters
from marketplace.core.services.mail_delivery import MailDelivery
from marketplace.core.services.message_decider import MessageDecider
from marketplace.core.services.new_messages import NewMessages
from marketplace.telemetry.logs import LoggedEvents
from smtp_server import smtp_server

ROUNDS, SECONDS, BUYERS_AT_ONCE = 6, 3, 16
TURNS = ("without mail", "with mail")
SETTLED = (
    "UPDATE booking_steps SET deliver_at = NULL WHERE deliver_at IS NOT NULL",
    "UPDATE messages SET state = 'dropped', next_attempt_at = NULL WHERE next_attempt_at IS NOT NULL",
    "DELETE FROM jobs",
    "VACUUM ANALYZE",
)
SESSIONS, BUYERS = 20, 4_500
PER_SECOND, FOR_SECONDS = 50, 20


@asynccontextmanager
async def opened(dsn: str) -> AsyncIterator[Storage]:
    database = await connect(dsn, PoolLimits(max_size=BUYERS_AT_ONCE))
    yield postgres_storage(database)
    await database.close()


def delivery_over(storage: Storage, port: int) -> MailDelivery:
    return MailDelivery(
        unit_of_work=storage.unit_of_work,
        mailer=SmtpMailer(SmtpServer.of(f"smtp://127.0.0.1:{port}?starttls=never"), SystemClock()),
        composer=MjmlComposer(sender=SENDER, calendars=Rfc5545Calendars(), addresses=ADDRESSES),
        letters=Letters(addresses=ADDRESSES, unsubscribe_tokens=TOKENS, clock=SystemClock()),
        account_mails=NumberedLinks(),
        clock=SystemClock(),
    )


async def work(dsn: str, port: int) -> None:
    """Relay events until killed; with a port, decide messages and send them, too."""
    async with opened(dsn) as storage:
        new_messages = NewMessages(ids=FreshIds(), host="sessions.example.org", is_on=True)
        decider = MessageDecider(new_messages=new_messages, clock=SystemClock())
        notifications = services_over(storage).notifications
        subscribers = (decider, notifications, LoggedEvents()) if port else (notifications, LoggedEvents())
        relay = EventRelay(unit_of_work=storage.unit_of_work, clock=SystemClock(), subscribers=subscribers)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        tasks = [relay.run(asyncio.Event())]
        if port:
            tasks.append(delivery_over(storage, port).run(asyncio.Event()))
        await asyncio.gather(*tasks)


async def serve() -> None:
    """Accept mail until killed, and say on which port."""
    async with smtp_server() as server:
        sys.stdout.write(f"{server.port}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


@contextmanager
def program(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen([sys.executable, __file__, *arguments], stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def mail_server() -> Iterator[tuple[int, int]]:
    """Start a mail server, and yield its port and process id."""
    with program("serve") as process:
        assert process.stdout is not None
        yield int(process.stdout.readline()), process.pid


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn did, and the CPU seconds that each program took for it."""

    bookings: int
    sent: int
    cpu: dict[str, float]

    @property
    def rate(self) -> float:
        """Bookings per second."""
        return self.bookings / SECONDS

    def line(self) -> str:
        shares = ", ".join(f"{name} {spent / self.bookings * 1e6:.0f}" for name, spent in self.cpu.items())
        return f"{self.rate:.0f} bookings/s, {self.sent} mails sent; CPU µs per booking: {shares}"


@dataclass(frozen=True, slots=True)
class Wishes:
    """People, each of whom books once, and what they book."""

    buyers: Sequence[User]
    sessions: list[Session]
    starts_at: datetime


async def bookings(dsn: str, postgres: int) -> None:
    """Print bookings per second and their CPU time, round by round."""
    turns: dict[str, list[Turn]] = {name: [] for name in TURNS}
    async with opened(dsn) as storage:
        with mail_server() as (port, server):
            for number, name in enumerate(TURNS * (ROUNDS + 1)):
                wishes = await new_wishes(dsn, storage)
                with program("work", dsn, str(port if name == "with mail" else 0)) as worker:
                    assert worker.stdout is not None
                    worker.stdout.readline()
                    pids = {"postgres": postgres, "worker": worker.pid, "mail server": server}
                    turn = await one_turn(dsn, storage, wishes, pids)
                # the first round fills tables
                if number >= len(TURNS):
                    turns[name].append(turn)
                    print(f"{name:12}: {turn.line()}", flush=True)
    without, with_mail = (statistics.median(turn.rate for turn in found) for found in turns.values())
    ratios = [with_it.rate / without_it.rate for without_it, with_it in zip(*turns.values(), strict=True)]
    print(f"by round: {', '.join(f'{each:.2f}' for each in ratios)}, median {statistics.median(ratios):.2f}")
    print(f"ratio of the medians: {with_mail / without:.2f}")


async def new_wishes(dsn: str, storage: Storage) -> Wishes:
    """Store people and sessions. Nothing of the former turn is left to do, and plans are those of filled tables."""
    now = datetime.now(UTC)
    buyers = await stored_users(storage, BUYERS, email_verified_at=now)
    creators = await stored_users(storage, SESSIONS, role="creator", email_verified_at=now)
    sessions = [await stored_session(storage, creator_id=each.id, max_participants=1_000) for each in creators]
    for statement in SETTLED:
        await count(dsn, statement)
    return Wishes(buyers, sessions, (now + timedelta(days=9)).replace(minute=0, second=0, microsecond=0))


async def one_turn(dsn: str, storage: Storage, wishes: Wishes, pids: dict[str, int]) -> Turn:
    """Book for some seconds."""
    now = datetime.now(UTC)
    services = services_over(storage, clock=MovableClock(now))
    left, done, end = iter(enumerate(wishes.buyers)), 0, time.monotonic() + SECONDS
    before, own = {name: cpu_of(pid) for name, pid in pids.items()}, time.process_time()

    async def buy() -> None:
        nonlocal done
        for number, buyer in left:
            if time.monotonic() > end:
                return
            session = wishes.sessions[number % SESSIONS]
            await services.bookings.book(principal_of(buyer), session.id, wishes.starts_at, 1)
            done += 1

    await asyncio.gather(*(buy() for _ in range(BUYERS_AT_ONCE)))
    cpu = {"bookings": time.process_time() - own}
    cpu |= {name: (cpu_of(pid) - before[name]) / 1e9 for name, pid in pids.items()}
    sent = await count(dsn, "SELECT count(*) FROM messages WHERE sent_at >= $1", now)
    return Turn(done, sent, cpu)


async def latency(dsn: str, _: int) -> None:
    """Print how long due messages took until the server had accepted them."""
    async with opened(dsn) as storage:
        now = datetime.now(UTC)
        [user] = await stored_users(storage, 1, email_verified_at=now)
        session = await stored_session(storage, max_participants=1_000)
        clock = MovableClock(now)
        start = (now + timedelta(days=9)).replace(minute=0, second=0, microsecond=0)
        booking = (
            await services_over(storage, clock=clock).bookings.book(principal_of(user), session.id, start, 1)
        ).resource
        with mail_server() as (port, _), program("work", dsn, str(port)):
            await asyncio.sleep(3)
            begin = time.monotonic()
            for number in range(PER_SECOND * FOR_SECONDS):
                due = datetime.now(UTC)
                message = a_message(user.id, booking_id=booking.id, due_at=due, created_at=due)
                async with storage.unit_of_work() as tx:
                    await tx.messages.add([message])
                await asyncio.sleep(max(0.0, begin + (number + 1) / PER_SECOND - time.monotonic()))
            took = time.monotonic() - begin
            await asyncio.sleep(3)
        page = await storage.messages.of_user(user.id, 2 * PER_SECOND * FOR_SECONDS, None)
        waited = sorted((each.sent_at - each.due_at).total_seconds() for each in page.items if each.sent_at is not None)
        number = PER_SECOND * FOR_SECONDS
        print(f"{number} messages in {took:.1f} s, sent {len(waited)}")
        print(
            f"due until accepted: median {waited[len(waited) // 2]:.2f} s, 99 % {waited[int(0.99 * len(waited))]:.2f} s"
        )


PARTS = {"bookings": bookings, "latency": latency}

if __name__ == "__main__":
    match sys.argv[1:]:
        case ["work", dsn, port]:
            uvloop.run(work(dsn, int(port)))
        case ["serve"]:
            asyncio.run(serve())
        case parts:
            for part in parts or PARTS:
                with tempfile.TemporaryDirectory() as folder, embedded_postgres(Path(folder) / "postgres") as dsn:
                    migrate_now(dsn)
                    postgres = find_postmaster(Path(folder) / "postgres")
                    assert postgres is not None
                    asyncio.run(PARTS[part](dsn, postgres.pid))
