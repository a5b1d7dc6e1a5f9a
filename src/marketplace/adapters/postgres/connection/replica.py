"""Reads from a standby, with the primary as fallback."""

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
"""Without a WAL receiver a standby has replayed all that it received, however old that is; so one is required."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaPolicy:
    """The maximum lag of a standby, the interval between checks, and the pause after a failure."""

    max_lag: timedelta = timedelta(seconds=10)
    check_interval: timedelta = timedelta(seconds=1)
    pause: timedelta = timedelta(seconds=5)


class Reading(Protocol):
    """Statements that change nothing, outside a transaction."""

    async def fetch(self, statement: str, *arguments: object) -> Rows: ...

    async def fetchrow(self, statement: str, *arguments: object) -> asyncpg.Record | None: ...


class Replica:
    """A standby that is read from while its lag is small.

    It is opened at the first read, so a program starts without it. Reads fall back to the primary, for the whole pause,
    when it is unreachable, too far behind, or cancelled the statement because of a recovery conflict.
    """

    def __init__(
        self, connect: Callable[[], Awaitable[Database]], primary: Database, policy: ReplicaPolicy | None = None
    ) -> None:
        self._connect = connect
        self._primary = primary
        self._policy = policy or ReplicaPolicy()
        self._standby: Database | None = None
        self._check_again_at = 0.0
        self._good_until = 0.0

    async def fetch(self, statement: str, *arguments: object) -> Rows:
        standby = await self._healthy_standby()
        if standby is not None:
            try:
                return await standby.fetch(statement, *arguments)
            except (Busy, TransactionConflict):
                self._avoid()
        return await self._primary.fetch(statement, *arguments)

    async def fetchrow(self, statement: str, *arguments: object) -> asyncpg.Record | None:
        standby = await self._healthy_standby()
        if standby is not None:
            try:
                return await standby.fetchrow(statement, *arguments)
            except (Busy, TransactionConflict):
                self._avoid()
        return await self._primary.fetchrow(statement, *arguments)

    async def close(self) -> None:
        if self._standby is not None:
            await self._standby.close()

    async def _healthy_standby(self) -> Database | None:
        now = time.monotonic()
        if now < self._good_until:
            return self._standby
        if now < self._check_again_at:
            return None
        # while one request checks, the others read from the primary
        self._check_again_at = now + self._policy.pause.total_seconds()
        try:
            if self._standby is None:
                self._standby = await self._connect()
            row = await self._standby.fetchrow(IS_CAUGHT_UP, self._policy.max_lag)
        except MarketplaceError:
            return None
        if row is None or not row["keeps_up"]:
            return None
        self._good_until = time.monotonic() + self._policy.check_interval.total_seconds()
        self._check_again_at = 0.0
        return self._standby

    def _avoid(self) -> None:
        self._good_until = 0.0
        self._check_again_at = time.monotonic() + self._policy.pause.total_seconds()
