"""An embedded PostgreSQL: the first program starts it, others share it, and the last one to exit stops it.

Users of a server are tracked by file locks, not by process ids: every program holds a shared flock on `<data>.users`,
and a program that can upgrade it to exclusive is the last. The kernel releases a flock at any exit, `kill -9` too, so
no lock goes stale. The lock files are closed on exec. A forked worker shares its parent's lock: it still counts as a
user if the parent is killed, not after the parent exits normally, and it never stops a server.
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

__all__ = ["Binaries", "EmbeddedPostgresError", "embedded_postgres", "find_binaries", "of_program"]

USER = "marketplace"
PROGRAM = "marketplace_program"
"""The role of the program, which `migrate` creates. It owns nothing."""
LOG_BYTES = 8_000_000
CREATE_DATABASE = (
    "SELECT format('CREATE DATABASE %I TEMPLATE template0', :'name')"
    " WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \\gexec\n"
)


@contextlib.contextmanager
def embedded_postgres(
    data: Path, *, database: str = "marketplace", timeout: float = 30, binaries: Binaries | None = None
) -> Iterator[str]:
    """Run a PostgreSQL over the folder `data` while any program is in this block, and yield a DSN for `database`.

    Creates the folder and the database if they are missing, and joins a server that already runs there. `data` gets
    siblings named `<data>.lock`, `.users` and `.log`, so it must not be a mount point itself. `timeout` is in seconds,
    for the start and again for the stop. SIGTERM and SIGHUP exit the block normally unless the program handles them
    itself. Raises `EmbeddedPostgresError` if no server can be started.
    """
    owner_pid = os.getpid()
    data = data.expanduser().resolve()
    with _signals_unwind(), contextlib.ExitStack() as stack:
        try:
            binaries = binaries or find_binaries()
            data.parent.mkdir(parents=True, exist_ok=True)
            users = stack.enter_context(_sibling(data, ".users").open("a")).fileno()
            stack.callback(_release, data, users, timeout, owner_pid)
            with _locked(data):
                fcntl.flock(users, fcntl.LOCK_SH)
                server = _start_with(database, data, binaries, timeout)
        except OSError as error:
            message = f"The embedded PostgreSQL can't use {data}: {error}."
            raise EmbeddedPostgresError(message) from error
        yield f"postgresql://{USER}@/{quote(database, safe='')}?host={quote(str(server.socket.parent))}&port={PORT}"


def of_program(dsn: str) -> str:
    """Return the program's address for the owner's."""
    return dsn.replace(f"://{USER}@", f"://{PROGRAM}@", 1)


def _start_with(database: str, data: Path, binaries: Binaries, timeout: float) -> Postmaster:
    """Return the ready server of `data` with this database; start again if it is killed while this program joins it."""
    server = _start(data, binaries, timeout)
    try:
        _create_database(binaries, server, database)
    except EmbeddedPostgresError:
        if serves(server.pid, data):
            raise
        server = _start(data, binaries, timeout)
        _create_database(binaries, server, database)
    return server


def _start(data: Path, binaries: Binaries, timeout: float) -> Postmaster:
    """Return the ready server of `data`; initialise or start it if needed."""
    user = server_user(data, binaries)
    if not (data / "PG_VERSION").exists():
        _initialise(data, binaries, user)
    created_by = (data / "PG_VERSION").read_text().strip()
    if created_by != str(binaries.major):
        _refuse(_mismatch(data, created_by, binaries))
    launched = logged = 0
    log = _sibling(data, ".log")
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
        # not yet in postmaster.pid, so no other program could find it to stop it
        if launched and serves(launched, data) and find_postmaster(data) is None:
            os.kill(launched, signal.SIGTERM)
        raise
    return server


def _refuse(message: str) -> NoReturn:
    raise EmbeddedPostgresError(message)


def _may_retry(log: str) -> bool:
    """Tell whether backends that outlived a killed postmaster still hold its shared memory; they exit on their own."""
    return "shared memory block" in log


def _initialise(data: Path, binaries: Binaries, user: SystemUser) -> None:
    """Create the data folder under a temporary name and rename it, so that a kill leaves no partial folder."""
    if data.exists() and any(data.iterdir()):
        _refuse(f"{data} isn't empty and isn't a PostgreSQL data folder. Choose an empty or new folder.")
    prefix = f"{data.name}.new-"
    for leftover in [path for path in data.parent.iterdir() if path.name.startswith(prefix)]:
        shutil.rmtree(leftover, ignore_errors=True)
    temporary = Path(tempfile.mkdtemp(prefix=prefix, dir=data.parent))
    try:
        user.own(temporary)
        options = ["-D", str(temporary), "-U", USER, "--auth=trust", "--encoding=UTF8", *binaries.locale_flags()]
        created = user.run([binaries.program("initdb"), "--no-instructions", *options])
        if created.returncode:
            _refuse(f"PostgreSQL couldn't create the data folder {data}:\n{created.stderr.strip()}")
        temporary.rename(data)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _create_database(binaries: Binaries, server: Postmaster, database: str) -> None:
    """Create the database if it is missing, with psql, since the driver would need an event loop."""
    options = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-v", f"name={database}"]
    target = ["-h", str(server.socket.parent), "-p", str(PORT), "-U", USER, "-d", "postgres"]
    created = SystemUser().run([binaries.program("psql"), *options, *target], text_in=CREATE_DATABASE)
    if created.returncode:
        _refuse(f"Couldn't create the database {database}: {created.stderr.strip()}")


def _release(data: Path, users: int, timeout: float, owner_pid: int) -> None:
    """Release the server, and stop it if no other program uses it."""
    if os.getpid() != owner_pid:
        return
    with _locked(data):
        last = False
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            last = True
        if last and (server := find_postmaster(data)):
            server.stop(timeout)
        # closing the file would not release the lock: a forked worker may hold a copy
        fcntl.flock(users, fcntl.LOCK_UN)


@contextlib.contextmanager
def _locked(data: Path) -> Iterator[None]:
    """Serialize starting and stopping the server of `data` across programs."""
    with _sibling(data, ".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)


@contextlib.contextmanager
def _signals_unwind() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into `sys.exit`, which unwinds `with` blocks; their default action does not."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handled = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) is signal.SIG_DFL]

    def leave(number: int, _: FrameType | None) -> None:
        for each in handled:
            signal.signal(each, signal.SIG_IGN)
        sys.exit(128 + number)

    for number in handled:
        signal.signal(number, leave)
    try:
        yield
    finally:
        for number in handled:
            signal.signal(number, signal.SIG_DFL)


def _log_end(log: Path) -> int:
    """Return the size of the log in bytes; rotate it first if it is longer than `LOG_BYTES`."""
    size = log.stat().st_size if log.exists() else 0
    if size <= LOG_BYTES:
        return size
    log.replace(log.with_name(log.name + ".old"))
    return 0


def _tail(log: Path, start: int) -> str:
    """Return the last 12 lines logged after the byte `start`."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(start)
        return "\n".join(file.read().decode(errors="replace").splitlines()[-12:])


def _mismatch(data: Path, created_by: str, binaries: Binaries) -> str:
    """Return instructions to migrate data from the major version that created it to the installed one."""
    return f"""\
{data} was created by PostgreSQL {created_by}, but this machine has {binaries.major} ({binaries.folder}).
Dump with the old version ($OLD is the bin folder of any PostgreSQL {created_by}) and move the folder away:
    $OLD/pg_ctl start -w -D '{data}' -o "-k /tmp -c listen_addresses="
    $OLD/pg_dump -Fc -h /tmp -U {USER} -f marketplace.dump {USER}
    $OLD/pg_ctl stop -w -D '{data}'
    mv '{data}' '{data}.{created_by}'
Then start the program, which creates a new folder. While it runs, restore with the new version:
    {binaries.program("pg_restore")} --clean --if-exists -h "$(sed -n 5p '{data}/postmaster.pid')" \\
        -U {USER} -d {USER} marketplace.dump"""


def _sibling(data: Path, suffix: str) -> Path:
    return data.with_name(data.name + suffix)
