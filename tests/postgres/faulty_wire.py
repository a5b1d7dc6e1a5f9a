"""A connection to PostgreSQL on which something happens before or after a statement, counted from the first.

It is a socket in front of the server that speaks its protocol, so the program under test is as it is in production.
"""

import asyncio
import os
import signal
import socket
import struct
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

CANCEL_REQUEST = 80877102
"""The code of the packet that asks for the end of another connection's statement."""
UNCOUNTED = ("typeinfo_tree", "current_setting('jit')", "LISTEN", "pg_notify($1, '')", "ROLLBACK")
"""Statements of no operation: those of the driver, which looks types up, of what listens, and the end of a failure."""
RAISE = "DO $$ BEGIN RAISE EXCEPTION 'as the test wants' USING ERRCODE = '{}'; END $$"

Reader = asyncio.StreamReader
Writer = asyncio.StreamWriter


class Then(Enum):
    """What becomes of the connection after something has happened on it."""

    GO_ON = auto()
    HANG_UP = auto()


@dataclass(frozen=True, slots=True)
class Error:
    """Raise this error of PostgreSQL in place of the statement."""

    code: str


Happening = Callable[[int], Awaitable[Then | Error]]
"""Happens at a statement; it is given the ID of the process that sent it."""


@dataclass(slots=True)
class Wire:
    """The socket, and the statements that have passed it since it was armed.

    `dsn` is its address, `server` that of the server behind it, which can be another from some time on.
    """

    dsn: str
    server: str
    statements: list[str] = field(default_factory=list)
    number: int = 0
    """The statement at which something happens; the first is 1."""
    has_happened: bool = False
    is_elsewhere: bool = False
    """Whether statements of other processes count, or those of this one."""
    _before: Happening | None = None
    _after: Happening | None = None

    def arm(
        self,
        number: int = 0,
        *,
        before: Happening | None = None,
        after: Happening | None = None,
        is_elsewhere: bool = False,
    ) -> None:
        """Count from now on, and let something happen once, at this statement."""
        self.statements.clear()
        self.number, self.has_happened, self.is_elsewhere = number, False, is_elsewhere
        self._before, self._after = before, after

    async def sent(self, statement: str, pid: int) -> tuple[Then | Error, Happening | None]:
        """Count a statement. Return what becomes of it, and what happens after it."""
        if (pid != os.getpid()) != self.is_elsewhere:
            return Then.GO_ON, None
        self.statements.append(statement)
        if len(self.statements) != self.number:
            return Then.GO_ON, None
        self.has_happened = True
        return (await self._before(pid) if self._before is not None else Then.GO_ON), self._after


@asynccontextmanager
async def wire_to(dsn: str) -> AsyncIterator[Wire]:
    """Open a socket in front of the server at this address."""
    with tempfile.TemporaryDirectory(prefix="wire-") as folder:
        wire = Wire(_address_in(dsn, folder), dsn)
        ends: set[asyncio.Task[None]] = set()

        async def serve(reader: Reader, writer: Writer) -> None:
            task = asyncio.current_task()
            assert task is not None
            ends.add(task)
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await _Session(wire, reader, writer).run()
            writer.close()
            ends.discard(task)

        path = Path(folder, ".s.PGSQL.5432")
        server = await asyncio.start_unix_server(serve, str(path))
        os.chmod(path, 0o777)  # noqa: PTH101, S103 - another user's server
        try:
            yield wire
        finally:
            server.close()
            for each in [*ends]:
                each.cancel()
            await asyncio.gather(*ends, return_exceptions=True)


def _address_in(dsn: str, folder: str) -> str:
    at = urlsplit(dsn)
    user = f"{at.username or ''}{f':{at.password}' if at.password else ''}"
    return at._replace(netloc=f"{user}@", query=f"host={folder}&port=5432").geturl()


async def _open(dsn: str) -> tuple[Reader, Writer]:
    at = urlsplit(dsn)
    query = parse_qs(at.query)
    host, port = query.get("host", [at.hostname])[0], int(query.get("port", [at.port or 5432])[0])
    if host and host.startswith("/"):
        return await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
    return await asyncio.open_connection(host, port)


async def _message(reader: Reader) -> tuple[bytes, bytes]:
    """Return the kind of a message, and all of it."""
    head = await reader.readexactly(5)
    return head[:1], head + await reader.readexactly(int.from_bytes(head[1:]) - 4)


class _Session:
    """One connection of the program."""

    def __init__(self, wire: Wire, reader: Reader, writer: Writer) -> None:
        self._wire, self._reader, self._writer = wire, reader, writer
        own: socket.socket = writer.get_extra_info("socket")
        self._pid = struct.unpack("3i", own.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
        self._texts: dict[bytes, str] = {}
        self._after: Happening | None = None

    async def run(self) -> None:
        size = await self._reader.readexactly(4)
        start = size + await self._reader.readexactly(int.from_bytes(size) - 4)
        server_reader, server = await _open(self._wire.server)
        server.write(start)
        try:
            if int.from_bytes(start[4:8]) == CANCEL_REQUEST:
                await server_reader.read()
                return
            pumps = [asyncio.create_task(each) for each in (self._requests(server), self._answers(server_reader))]
            try:
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for each in pumps:
                    each.cancel()
                await asyncio.gather(*pumps, return_exceptions=True)
        finally:
            server.close()

    async def _requests(self, server: Writer) -> None:
        """Pass on what the program sends, until one of the two hangs up."""
        while True:
            sent, text = await self._group()
            if text is not None:
                then, self._after = await self._wire.sent(text, self._pid)
                if then is Then.HANG_UP:
                    return
                if isinstance(then, Error):
                    raised = RAISE.format(then.code).encode() + b"\0"
                    sent = b"Q" + struct.pack("!i", len(raised) + 4) + raised
            server.write(sent)
            await server.drain()

    async def _group(self) -> tuple[bytes, str | None]:
        """Return the messages up to the one that asks for an answer, and the statement if they run one."""
        sent, text = b"", None
        while True:
            kind, message = await _message(self._reader)
            sent += message
            match kind:
                case b"P":
                    name, query = message[5:].split(b"\0")[:2]
                    self._texts[name] = query.decode()
                case b"B":
                    text = self._texts.get(message[5:].split(b"\0")[1], "?")
                case b"Q":
                    text = message[5:-1].decode()
            if kind in b"QSHXp":
                is_own = text is not None and not any(each in text for each in UNCOUNTED)
                return sent, text if is_own else None

    async def _answers(self, server: Reader) -> None:
        """Pass on what the server answers; that of a statement after which something happens, once it is whole."""
        held = b""
        while True:
            kind, message = await _message(server)
            held += message
            if self._after is not None:
                if kind != b"Z":
                    continue
                happening, self._after = self._after, None
                if await happening(self._pid) is Then.HANG_UP:
                    return
            self._writer.write(held)
            await self._writer.drain()
            held = b""


async def kill(pid: int) -> Then:
    """Kill the process that sent the statement."""
    os.kill(pid, signal.SIGKILL)
    return Then.HANG_UP


async def hang_up(_: int) -> Then:
    """End the connection, as a network does."""
    return Then.HANG_UP


def raising(code: str) -> Happening:
    """Return what raises an error of PostgreSQL in place of the statement."""

    async def happen(_: int) -> Error:
        return Error(code)

    return happen
