"""One PostgreSQL server process over one data folder: find, start and stop it, and choose its user."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import re
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from marketplace.adapters.postgres.embedded.binaries import Binaries, EmbeddedPostgresError

PORT = 5432
SOCKET_PATH_BYTES = 103
UNUSED_PID = str(2**31 - 1)  # larger than any process id
SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "max_connections": "100",
    "shared_buffers": "128MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    # the detail of an error quotes the row, with e-mail addresses
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}


@dataclass(frozen=True, slots=True)
class SystemUser:
    """The user that PostgreSQL programs run as: a command prefix, or ids to switch to."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None

    def own(self, folder: Path) -> None:
        """Make this user the owner of a folder."""
        if self.uid is not None and self.gid is not None:
            os.chown(folder, self.uid, self.gid)

    def owns(self, folder: Path) -> bool:
        """Tell whether `folder` is a real folder (no link) of this user with no access for others."""
        found = folder.lstat()
        private = stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o077
        return private and found.st_uid == (os.geteuid() if self.uid is None else self.uid)

    def reaches(self, folder: Path) -> bool:
        """Tell whether this user can enter `folder` through all of its parents."""
        return self.run(["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)]).returncode == 0

    def run(self, command: list[str], *, text_in: str = "", errors_to: int = subprocess.PIPE) -> CompletedText:
        """Run a command to its end, in a new session (no Ctrl-C) and without the caller's PG… variables."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return subprocess.run(  # noqa: S603 a list of arguments, no shell
            [*self.prefix, *command],
            input=text_in,
            stdout=subprocess.PIPE,
            stderr=errors_to,
            text=True,
            errors="replace",
            check=False,
            cwd="/",
            env=environment | {"LC_ALL": "C"},
            start_new_session=True,
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else [],
        )


CompletedText = subprocess.CompletedProcess[str]


def server_user(data: Path, binaries: Binaries) -> SystemUser:
    """Return the user that the server of `data` runs as: PostgreSQL refuses root.

    For root that is the owner of an existing data folder; else root itself in a user namespace where its id is not 0;
    else `postgres` or `nobody`. Permissions of folders are not changed: an unreachable folder is an error.
    """
    if os.geteuid() != 0:
        return SystemUser()
    owner = data.stat() if data.exists() else None
    if owner and owner.st_uid:
        return _require_access(SystemUser(uid=owner.st_uid, gid=owner.st_gid), data, binaries)
    unshare = shutil.which("unshare")
    if unshare:
        namespace = SystemUser(prefix=(unshare, "--user", "--map-user=1000", "--map-group=1000"))
        if namespace.run(["/bin/sh", "-c", ":"]).returncode == 0:
            return namespace
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return _require_access(SystemUser(uid=entry.pw_uid, gid=entry.pw_gid), data, binaries)
    message = "PostgreSQL can't run as root. Start the program as another user, or set MARKETPLACE_DATABASE_URL."
    raise EmbeddedPostgresError(message)


def _require_access(user: SystemUser, data: Path, binaries: Binaries) -> SystemUser:
    """Return the user if it can enter the data and program folders. Raises `EmbeddedPostgresError` otherwise."""
    for folder in (data.parent, binaries.folder):
        if not user.reaches(folder):
            message = (
                f"PostgreSQL can't run as root, and user {user.uid}, which it would run as, can't enter {folder}. "
                "Start the program as another user, keep its data and installation in folders that every user can "
                "enter (not below /root), or set MARKETPLACE_DATABASE_URL."
            )
            raise EmbeddedPostgresError(message)
    return user


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A running server process; `socket` is its path, `ready` whether it accepts connections."""

    data: Path
    pid: int
    socket: Path
    ready: bool

    def stop(self, timeout: float) -> None:
        """Stop it with a fast shutdown, or an immediate one after `timeout` seconds: the next start recovers."""
        for stop_signal in (signal.SIGINT, signal.SIGQUIT):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, stop_signal)
            if self._ends_within(timeout):
                break
        if self.socket.parent != self.data:
            with contextlib.suppress(OSError):
                self.socket.parent.rmdir()

    def _ends_within(self, timeout: float) -> bool:
        end = time.monotonic() + timeout
        while serves(self.pid, self.data):
            if time.monotonic() > end:
                return False
            time.sleep(0.01)
        return True


def find_postmaster(data: Path) -> Postmaster | None:
    """Return the running server of `data`, ready or not, according to `postmaster.pid`; None if there is none."""
    lines = _lines(data / "postmaster.pid")
    if not lines or not serves(int(lines[0]), data):
        return None
    # the file grows while the server starts
    _, _, _, port, folder, _, _, state = (lines + [""] * 8)[:8]
    path = Path(folder) / f".s.PGSQL.{port}"
    return Postmaster(data, int(lines[0]), path, ready=state.strip() == "ready" and _answers(path))


def launch(data: Path, binaries: Binaries, user: SystemUser, log: Path) -> int:
    """Start the server and return its process id without waiting for it.

    A shell starts it in the background, so that it is not our child: no zombie, nothing to wait for.
    """
    folder = _socket_folder(data, user)
    if _answers(folder / f".s.PGSQL.{PORT}"):
        message = f"Another PostgreSQL, perhaps in another container, is already using {data}."
        raise EmbeddedPostgresError(message)
    _clear_stale_pid(data / "postmaster.pid")
    _clear_stale_pid(folder / f".s.PGSQL.{PORT}.lock")
    options = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
    command = [binaries.program("postgres"), "-D", str(data), "-k", str(folder), *options]
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        shell = ["/bin/sh", "-c", 'exec "$@" >&2 & echo $!', "sh", *command]
        return int(user.run(shell, errors_to=output).stdout)
    finally:
        os.close(output)


def serves(pid: int, data: Path) -> bool:
    """Tell whether the process is running and was launched over `data`: its id may have been reused."""
    return f" -D {data} -k " in " ".join(_command(pid))


def _lines(pid_file: Path) -> list[str]:
    """Return the lines of a file that starts with a process id; none if it is missing or has no id."""
    with contextlib.suppress(FileNotFoundError):
        lines = os.fsdecode(pid_file.read_bytes()).split("\n")
        if lines[0].isdecimal():
            return lines
    return []


def _clear_stale_pid(pid_file: Path) -> None:
    """Replace the process id in a lock file of PostgreSQL that no server holds, and keep the rest of the file.

    PostgreSQL takes any process with that id for a running server: an unreaped zombie, as happens in a container, or
    another program after a reboot. From the rest of the file it detects backends that outlived a killed server and
    still write to the folder, so the file is never removed.
    """
    lines = _lines(pid_file)
    words = _command(int(lines[0])) if lines else []
    if lines and not (words and Path(words[0]).name.startswith(("postgres", "postmaster"))):
        with pid_file.open("r+b") as file:
            file.write(os.fsencode("\n".join([UNUSED_PID, *lines[1:]])))


def _command(pid: int) -> list[str]:
    """Return the command line of a running process; empty for a dead one or a zombie."""
    if Path("/proc/self").exists():
        with contextlib.suppress(OSError):
            line = os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes())
            return line.split("\0") if line else []
        return []
    command = ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)]
    listed = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 no shell
    return os.fsdecode(listed.stdout).split()


def _answers(path: Path) -> bool:
    """Tell whether a process listens on the socket."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        try:
            client.connect(str(path))
        except OSError:
            return False
        return True


def _socket_folder(data: Path, user: SystemUser) -> Path:
    """Return the data folder, or a short private folder if a socket path in it would be invalid.

    A socket path has at most 107 bytes (103 on macOS), and PostgreSQL splits a list of folders at commas and quotes.
    """
    path = str(data / f".s.PGSQL.{PORT}")
    if len(os.fsencode(path)) <= SOCKET_PATH_BYTES and re.fullmatch(r"[\w/. +-]+", path):
        return data
    short = Path(tempfile.gettempdir()) / f"marketplace-{hashlib.sha256(os.fsencode(data)).hexdigest()[:16]}"
    with contextlib.suppress(FileExistsError):
        short.mkdir(mode=0o700)
        user.own(short)
    if not user.owns(short):
        message = f"{short} isn't a private folder of this program. Remove it, or set TMPDIR to another folder."
        raise EmbeddedPostgresError(message)
    return short
