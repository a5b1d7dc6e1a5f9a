"""The program that faults happen to: all of it in one process, over a connection that a test can break.

Run as a script, it does what it is given in processes that can be killed. Imports take longer than a request, so one
process has them and forks the others: a line of its input is a `Given`, a line of its output how that process ended.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx
import msgspec
from dishka import Provider, Scope

from builders import ADDRESSES
from due_jobs import run_due
from fakes import MovableClock, PlainPasswords
from http_api import PAID_SETTINGS
from marketplace.adapters.payments.simulator import SimulatorPayments
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.bootstrap.container import make_container
from marketplace.bootstrap.payments import PaymentProvider
from marketplace.bootstrap.service_set import Services
from marketplace.core.errors import MarketplaceError, OutcomeUnknown
from marketplace.core.ports.security import Passwords
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.system import Clock
from marketplace.http.app import make_app
from provider_worlds import SECRET

FEW = PoolLimits(min_size=1, max_size=2)


class Given(msgspec.Struct, kw_only=True):
    """What the program does: answer a request, or run the jobs or the mail that are due."""

    at: datetime
    does: str = "request"
    method: str = "POST"
    path: str = ""
    body: Any = None
    content: str = ""
    headers: dict[str, str] = {}


class Answer(msgspec.Struct, kw_only=True, frozen=True):
    """What came of it. What a worker does has a status, too: 202, or 503 if it failed for the database."""

    status: int
    code: str = ""


class Program:
    """The program, built once; `opened` connects it."""

    def __init__(self, simulator: str, mail_port: int) -> None:
        smtp_url = f"smtp://127.0.0.1:{mail_port}?starttls=never"
        settings = replace(
            PAID_SETTINGS,
            public_url=ADDRESSES.root,  # a payment is asked for again as it was at first
            smtp_url=smtp_url,
            mail_from=("Sessions", "sessions@example.org"),
        )
        self._clock, self._payments = MovableClock(), SimulatorPayments(simulator, SECRET)
        passwords, swapped = PlainPasswords(), Provider(scope=Scope.APP)
        swapped.provide(lambda: self._clock, provides=Clock)
        swapped.provide(lambda: passwords, provides=Passwords)
        swapped.provide(lambda: PaymentProvider(self._payments), provides=PaymentProvider)
        swapped.provide(lambda: self._storage, provides=Storage)
        self._container = make_container(settings, swapped)
        self._app: Any = make_app(settings, self._container)
        self._storage: Storage | None = None

    @asynccontextmanager
    async def opened(self, dsn: str) -> AsyncIterator[None]:
        """Run it over a pool of its own."""
        database = await connect(dsn, FEW)
        self._storage = postgres_storage(database)
        try:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self._app), base_url="http://test") as client:
                self._client = client
                yield
        finally:
            await self._payments.close()
            await self._container.close()
            await database.close()

    async def do(self, given: Given) -> Answer:
        """Do what is given, at its time."""
        self._clock.at = given.at
        if given.does != "request":
            return await self._work(given.does)
        body = {"content": given.content} if given.content else {} if given.body is None else {"json": given.body}
        response = await self._client.request(given.method, given.path, headers=given.headers, **body)
        return Answer(status=response.status_code, code=response.json()["code"] if response.is_error else "")

    async def _work(self, what: str) -> Answer:
        services = await self._container.get(Services)
        assert self._storage is not None
        try:
            if what == "mail":
                while (await services.mail.deliver()).claimed:
                    pass
            else:
                while await services.events.deliver():
                    pass
                await run_due(self._storage.job_queue, self._clock.now(), services.handlers())
        except (MarketplaceError, ExceptionGroup) as error:
            if isinstance(error, ExceptionGroup) and error.split(MarketplaceError)[1] is not None:
                raise
            return Answer(status=503, code=OutcomeUnknown.code)
        return Answer(status=202)


async def do_alone(program: Program, dsn: str, given: Given) -> None:
    async with program.opened(dsn):
        await program.do(given)


def main(dsn: str, simulator: str, mail_port: int) -> None:
    program = Program(simulator, mail_port)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            asyncio.run(do_alone(program, dsn, msgspec.json.decode(line, type=Given)))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
