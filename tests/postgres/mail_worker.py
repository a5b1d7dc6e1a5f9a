"""Delivers mail in processes that are killed at a point of the delivery.

Imports take longer than a delivery, so one process has them and forks the others: a line of its input is a point, and
a line of its output says how that process ended.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from builders import ADDRESSES
from contracts.mail import SENDER, TOKENS, NumberedLinks
from fakes import NOW, MovableClock
from marketplace.adapters.calendars import Rfc5545Calendars
from marketplace.adapters.mail.composer import MjmlComposer
from marketplace.adapters.mail.smtp import SmtpMailer, SmtpServer
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.ports.mailer import Mail, SendResult
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.letters import Letters
from marketplace.core.services.mail_delivery import MailDelivery

POINTS = ("row", "started", "data", "250", "mark")
CLAIMED_POINTS = ("row", "claim", "started", "data", "250", "mark")
"""Those of a kind that is claimed before it is decided."""


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class DyingMailer:
    """Sends through a server, and dies with its answer."""

    def __init__(self, mailer: SmtpMailer, *, dies: bool) -> None:
        self._mailer = mailer
        self._dies = dies
        self.at_once = mailer.at_once

    async def send(self, mail: Mail) -> SendResult:
        result = await self._mailer.send(mail)
        if self._dies:
            die()
        return result

    async def close(self) -> None:
        await self._mailer.close()


def dying(unit_of_work: UnitOfWork, commits: int | None, on_commit: Callable[[], None] = die) -> UnitOfWork:
    """Return the unit of work, which dies after this number of commits."""
    done = 0

    @asynccontextmanager
    async def opened() -> AsyncIterator[Transaction]:
        nonlocal done
        async with unit_of_work() as tx:
            yield tx
        done += 1
        if done == commits:
            on_commit()

    return opened


async def deliver(dsn: str, port: int, point: str, commits: int | None, after: timedelta) -> None:
    """Deliver what is due some time after the start of the tests, and die at the point, or after these commits."""
    database = await connect(dsn, PoolLimits(min_size=1, max_size=2))
    if point == "row":
        die()
    clock = MovableClock(NOW + after)
    mailer = SmtpMailer(SmtpServer.of(f"smtp://127.0.0.1:{port}?starttls=never"), clock)
    delivery = MailDelivery(
        unit_of_work=dying(postgres_storage(database).unit_of_work, commits),
        mailer=DyingMailer(mailer, dies=point == "250"),
        composer=MjmlComposer(sender=SENDER, calendars=Rfc5545Calendars(), addresses=ADDRESSES),
        letters=Letters(addresses=ADDRESSES, unsubscribe_tokens=TOKENS, clock=clock),
        account_mails=NumberedLinks(),
        clock=clock,
    )
    while (await delivery.deliver()).claimed:
        pass
    await mailer.close()
    await database.close()


def main(dsn: str, port: int) -> None:
    for line in sys.stdin:
        point, commits, minutes = line.split()
        child = os.fork()
        if child == 0:
            asyncio.run(deliver(dsn, port, point, int(commits) or None, timedelta(minutes=int(minutes))))
            os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
