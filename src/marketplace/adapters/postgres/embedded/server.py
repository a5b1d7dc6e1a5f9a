"""A PostgreSQL of our own: the program starts it, shares it with other programs, and the last one to leave stops it.

Who uses a server is known by file locks, not by lists of process ids: every program holds a shared flock on
`<data>.users`, and one that can make it exclusive is the last. The kernel drops a flock at any death, `kill -9` too,
so nothing goes stale. The lock files are closed on exec. A forked worker does share its parent's lock: it keeps
counting as a user if the parent is killed, loses that when the parent leaves in good order, and never stops a server.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import quote

from marketplace.adapters.postgres.embedded.binaries import Binaries, EmbeddedPostgresError, find_binaries
from marketplace.adapters.postgres.embedded.postmaster import (
    PORT,
    Postmaster,
    SystemUser,
    find_postmaster,
    launch,
    server_user,
    serves,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

__all__ = ["Binaries", "EmbeddedPostgresError", "embedded_postgres", "find_binaries"]

USER = "marketplace"
LOG_BYTES = 8_000_000
CREATE_DATABASE = (
    "SELECT format('CREATE DATABASE %I TEMPLATE template0', :'name')"
    " WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \\gexec\n"
)


@contextlib.contextmanager
def embedded_postgres(
    data: Path, *, database: str = "marketplace", timeout: float = 30, binaries: Binaries | None = None
) -> Iterator[str]:
    """Run a PostgreSQL over the folder `data` for as long as somebody is inside, and yield a DSN for `database`.

    Makes the folder and the database when they are missing, and joins a server that already runs there. `data` gets
    siblings named `<data>.lock`, `.users` and `.log`, so it must not be a mount point itself. `timeout` is in seconds,
    for the start and again for the stop. SIGTERM and SIGHUP leave the block in good order unless the program handles
    them itself. Raises `EmbeddedPostgresError` when there is no server to be had.
    """
    entered_by = os.getpid()
    data = data.expanduser().resolve()
    with _signals_unwind(), contextlib.ExitStack() as stack:
        try:
            binaries = binaries or find_binaries()
            data.parent.mkdir(parents=True, exist_ok=True)
            users = stack.enter_context(_beside(data, ".users").open("a")).fileno()
            stack.callback(_leave, data, users, timeout, entered_by)
            with _locked(data):
                fcntl.flock(users, fcntl.LOCK_SH)
                server = _start(data, binaries, timeout)
                _create_database(binaries, server, database)
        except OSError as error:
            message = f"The embedded PostgreSQL can't use {data}: {error}."
            raise EmbeddedPostgresError(message) from error
        yield f"postgresql://{USER}@/{quote(database, safe='')}?host={quote(str(server.socket.parent))}&port={PORT}"


def _start(data: Path, binaries: Binaries, timeout: float) -> Postmaster:
    """Return the ready server of `data`, made, started or found running."""
    user = server_user(data, binaries)
    if not (data / "PG_VERSION").exists():
        _initialise(data, binaries, user)
    made_by = (data / "PG_VERSION").read_text().strip()
    if made_by != str(binaries.major):
        _refuse(_mismatch(data, made_by, binaries))
    launched = logged = 0
    log = _beside(data, ".log")
    end = time.monotonic() + timeout
    try:
        while not ((server := find_postmaster(data)) and server.ready):
            dead = server is None and not (launched and serves(launched, data))
            if time.monotonic() > end or (dead and launched and not _may_retry(_tail(log, logged))):
                _refuse(f"PostgreSQL didn't start with {data}. The last lines of {log}:\n{_tail(log, logged)}")
            if dead:
                time.sleep(0.2 if launched else 0)
                logged = _log_end(log)
                launched = launch(data, binaries, user, log)
            time.sleep(0.01)
    except BaseException:
        # not yet in postmaster.pid, so nobody else could find it to stop it
        if launched and serves(launched, data) and find_postmaster(data) is None:
            os.kill(launched, signal.SIGTERM)
        raise
    return server


def _refuse(message: str) -> NoReturn:
    raise EmbeddedPostgresError(message)


def _may_retry(log: str) -> bool:
    """Tell whether backends that outlived a killed postmaster still hold its memory, which ends by itself."""
    return "shared memory block" in log


def _initialise(data: Path, binaries: Binaries, user: SystemUser) -> None:
    """Make the data folder aside and move it into place whole, so that a kill leaves nothing half made."""
    if data.exists() and any(data.iterdir()):
        _refuse(f"{data} isn't empty and isn't a PostgreSQL data folder. Choose an empty or new folder.")
    prefix = f"{data.name}.new-"
    for left_over in [path for path in data.parent.iterdir() if path.name.startswith(prefix)]:
        shutil.rmtree(left_over, ignore_errors=True)
    aside = Path(tempfile.mkdtemp(prefix=prefix, dir=data.parent))
    try:
        user.own(aside)
        where = ["-D", str(aside), "-U", USER, "--auth=trust", "--encoding=UTF8", *binaries.locale_flags()]
        created = user.run([binaries.program("initdb"), "--no-instructions", *where])
        if created.returncode:
            _refuse(f"PostgreSQL couldn't create the data folder {data}:\n{created.stderr.strip()}")
        aside.rename(data)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _create_database(binaries: Binaries, server: Postmaster, database: str) -> None:
    """Create the database when it is missing, with psql, since a driver would need an event loop."""
    options = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-v", f"name={database}"]
    target = ["-h", str(server.socket.parent), "-p", str(PORT), "-U", USER, "-d", "postgres"]
    created = SystemUser().run([binaries.program("psql"), *options, *target], text_in=CREATE_DATABASE)
    if created.returncode:
        _refuse(f"Couldn't create the database {database}: {created.stderr.strip()}")


def _leave(data: Path, users: int, timeout: float, entered_by: int) -> None:
    """Give up the server, and stop it when nobody else uses it."""
    if os.getpid() != entered_by:
        return
    with _locked(data):
        last = False
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            last = True
        if last and (server := find_postmaster(data)):
            server.stop(timeout)
        # closing would not free it: a forked worker may hold a copy of the file
        fcntl.flock(users, fcntl.LOCK_UN)


@contextlib.contextmanager
def _locked(data: Path) -> Iterator[None]:
    """Let one program at a time start or stop the server of `data`."""
    with _beside(data, ".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)


@contextlib.contextmanager
def _signals_unwind() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into an exit that leaves every `with` block, which by default they do not."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    taken = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) is signal.SIG_DFL]

    def leave(number: int, _: FrameType | None) -> None:
        for each in taken:
            signal.signal(each, signal.SIG_IGN)
        sys.exit(128 + number)

    for number in taken:
        signal.signal(number, leave)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)


def _log_end(log: Path) -> int:
    """Return the size of the log in bytes, after a log that has grown long was put aside."""
    size = log.stat().st_size if log.exists() else 0
    if size <= LOG_BYTES:
        return size
    log.replace(log.with_name(log.name + ".old"))
    return 0


def _tail(log: Path, start: int) -> str:
    """Return the last lines of what was logged after the byte `start`."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(start)
        return "\n".join(file.read().decode(errors="replace").splitlines()[-12:])


def _mismatch(data: Path, made_by: str, binaries: Binaries) -> str:
    """Return how to bring data from the major version that made it to the one that is here."""
    return f"""\
{data} was created by PostgreSQL {made_by}, but this machine has {binaries.major} ({binaries.folder}).
Dump with the old version ($OLD is the bin folder of any PostgreSQL {made_by}) and move the folder away:
    $OLD/pg_ctl start -w -D '{data}' -o "-k /tmp -c listen_addresses="
    $OLD/pg_dump -Fc -h /tmp -U {USER} -f marketplace.dump {USER}
    $OLD/pg_ctl stop -w -D '{data}'
    mv '{data}' '{data}.{made_by}'
Then start the program, which creates a new folder. While it runs, restore with the new version:
    {binaries.program("pg_restore")} --clean --if-exists -h "$(sed -n 5p '{data}/postmaster.pid')" \\
        -U {USER} -d {USER} marketplace.dump"""


def _beside(data: Path, suffix: str) -> Path:
    return data.with_name(data.name + suffix)
