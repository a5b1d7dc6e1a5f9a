"""Announcements in PostgreSQL: LISTEN, on a connection of its own."""

import asyncio
import logging
from contextlib import suppress
from uuid import UUID, uuid4

import asyncpg

from marketplace.adapters.postgres.connection.errors import DRIVER_ERRORS
from marketplace.adapters.postgres.kept_sessions import KeptSessions, KeptTogether
from marketplace.core.ports.announcements import AnswerKeeper

LOG = logging.getLogger(__name__)

CHANNEL = "public_changes"
"""Channel of notifications whose payload is a creator's ID."""
ECHO = "SELECT pg_notify($1, '')"
TIMEOUT = 2.0
"""Seconds to connect, and for a statement or its echo."""
CLOSE_TIMEOUT = 1.0
"""Seconds to take leave of a server, which may be gone."""
ECHO_INTERVAL = 5.0
"""Seconds between echoes."""
MIN_PAUSE, MAX_PAUSE = 0.1, 5.0
"""Seconds between attempts to connect, doubling from the first to the second."""

FAILURES = (OSError, TimeoutError, asyncpg.PostgresError, *DRIVER_ERRORS)


class PostgresAnnouncements:
    """`Announcements` of the primary at `dsn`.

    A connection counts only while it hears its own echoes: the network may have lost the server without a sign, and a
    pooler may accept LISTEN and never notify (PgBouncer, transaction pooling).
    """

    def __init__(self, dsn: str, sessions: KeptSessions | None = None) -> None:
        self._dsn = dsn
        self._sessions = sessions or KeptSessions()

    async def listen(self, keeper: AnswerKeeper, *, is_keeping: bool = True) -> None:
        keeper = KeptTogether(keeper, self._sessions) if is_keeping else keeper
        pause, is_reported = MIN_PAUSE, False
        while True:
            connection = _Listening(keeper)
            try:
                await connection.run(self._dsn)
            except FAILURES as error:
                level = logging.DEBUG if is_reported and not connection.was_heard else logging.WARNING
                LOG.log(level, "Public answers aren't kept: no announcements of changes (%s)", type(error).__name__)
                is_reported = True
            except Exception:
                LOG.exception("Listening for changes failed and continues")
            finally:
                keeper.suspend()
            pause = MIN_PAUSE if connection.was_heard else min(2 * pause, MAX_PAUSE)
            await asyncio.sleep(pause)


class _Listening:
    """One connection that listens."""

    def __init__(self, keeper: AnswerKeeper) -> None:
        self._keeper = keeper
        self._lost = asyncio.Event()
        self._echoed = asyncio.Event()
        self.was_heard = False

    async def run(self, dsn: str) -> None:
        """Report to the keeper until the connection is lost or silent. Raises the driver's errors, `TimeoutError`."""
        echo_channel = f"{CHANNEL}_{uuid4().hex}"
        settings = {"application_name": "marketplace listener"}
        connection = await asyncpg.connect(
            dsn, timeout=TIMEOUT, command_timeout=TIMEOUT, statement_cache_size=0, server_settings=settings
        )
        try:
            connection.add_termination_listener(self._lose)
            await connection.add_listener(CHANNEL, self._hear)
            await connection.add_listener(echo_channel, self._hear_echo)
            while not self._lost.is_set():
                self._echoed.clear()
                await connection.execute(ECHO, echo_channel)
                async with asyncio.timeout(TIMEOUT):
                    await self._echoed.wait()
                if not self.was_heard and not self._lost.is_set():
                    self.was_heard = True
                    self._keeper.resume()
                with suppress(TimeoutError):
                    async with asyncio.timeout(ECHO_INTERVAL):
                        await self._lost.wait()
        finally:
            with suppress(*FAILURES):
                await connection.close(timeout=CLOSE_TIMEOUT)

    def _hear(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        try:
            creator_id = UUID(str(payload))
        except ValueError:
            # of a later release
            self._keeper.drop()
        else:
            self._keeper.drop(creator_id)

    def _hear_echo(self, *_: object) -> None:
        self._echoed.set()

    def _lose(self, _connection: object) -> None:
        self._keeper.suspend()
        self._lost.set()
        self._echoed.set()
