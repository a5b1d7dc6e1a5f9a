"""Reads that a standby may answer, and the primary where it cannot."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import asyncpg

from marketplace.adapters.postgres.connection.pool import Database, Rows
from marketplace.core.errors import Busy, MarketplaceError, TransactionConflict

IS_CAUGHT_UP = """
    SELECT pg_is_in_recovery() AND EXISTS (SELECT FROM pg_stat_wal_receiver) AND (
        pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()
        OR now() - pg_last_xact_replay_timestamp() < $1::interval) AS keeps_up
"""
"""A standby that nobody sends anything to has replayed all that it received, however old that is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How far behind a standby may be, how often that is looked at, and how long one is left alone that is not good."""

    behind: timedelta = timedelta(seconds=10)
    look: timedelta = timedelta(seconds=1)
    pause: timedelta = timedelta(seconds=5)


class Reading(Protocol):
    """Statements that change nothing, outside a transaction."""

    async def fetch(self, statement: str, *arguments: object) -> Rows:
        """All rows."""
        ...

    async def fetchrow(self, statement: str, *arguments: object) -> asyncpg.Record | None:
        """The first row, or `None`."""
        ...


class Replica:
    """A standby, asked while it keeps up with its primary.

    It is opened when it is first asked, so a program starts without it; what it cannot answer (it is away, too far
    behind, or had to cancel the statement for what it replays) the primary is asked, and alone for some seconds.
    """

    def __init__(
        self, connect: Callable[[], Awaitable[Database]], primary: Database, policy: RetryPolicy | None = None
    ) -> None:
        self._connect = connect
        self._primary = primary
        self._patience = policy or RetryPolicy()
        self._standby: Database | None = None
        self._ask_again_at = 0.0
        self._good_until = 0.0

    async def fetch(self, statement: str, *arguments: object) -> Rows:
        """All rows."""
        standby = await self._is_caught_up()
        if standby is not None:
            try:
                return await standby.fetch(statement, *arguments)
            except (Busy, TransactionConflict):
                self._avoid()
        return await self._primary.fetch(statement, *arguments)

    async def fetchrow(self, statement: str, *arguments: object) -> asyncpg.Record | None:
        """The first row, or `None`."""
        standby = await self._is_caught_up()
        if standby is not None:
            try:
                return await standby.fetchrow(statement, *arguments)
            except (Busy, TransactionConflict):
                self._avoid()
        return await self._primary.fetchrow(statement, *arguments)

    async def close(self) -> None:
        """Close its pool."""
        if self._standby is not None:
            await self._standby.close()

    async def _is_caught_up(self) -> Database | None:
        now = time.monotonic()
        if now < self._good_until:
            return self._standby
        if now < self._ask_again_at:
            return None
        # while one request looks, the others ask the primary
        self._ask_again_at = now + self._patience.pause.total_seconds()
        try:
            if self._standby is None:
                self._standby = await self._connect()
            row = await self._standby.fetchrow(IS_CAUGHT_UP, self._patience.behind)
        except MarketplaceError:
            return None
        if row is None or not row["keeps_up"]:
            return None
        self._good_until = time.monotonic() + self._patience.look.total_seconds()
        self._ask_again_at = 0.0
        return self._standby

    def _avoid(self) -> None:
        self._good_until = 0.0
        self._ask_again_at = time.monotonic() + self._patience.pause.total_seconds()
