"""One PostgreSQL server process over one data folder: found, started, ended, and as whom it runs."""

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
NOBODY = str(2**31 - 1)  # larger than any process id
SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "max_connections": "100",
    "shared_buffers": "128MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    # the detail of an error quotes the row, e-mail and all
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}


@dataclass(frozen=True, slots=True)
class SystemUser:
    """As whom the programs of PostgreSQL run: words to put before a command, or ids to change to."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None

    def own(self, folder: Path) -> None:
        """Give a folder that we made to this user."""
        if self.uid is not None and self.gid is not None:
            os.chown(folder, self.uid, self.gid)

    def owns(self, folder: Path) -> bool:
        """Tell whether `folder` is a real folder of this user that nobody else can enter."""
        found = folder.lstat()
        private = stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o077
        return private and found.st_uid == (os.geteuid() if self.uid is None else self.uid)

    def reaches(self, folder: Path) -> bool:
        """Tell whether this user can enter `folder` through all of its parents."""
        return self.run(["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)]).returncode == 0

    def run(self, command: list[str], *, text_in: str = "", errors_to: int = subprocess.PIPE) -> CompletedText:
        """Run a command to its end, out of reach of Ctrl-C and of the caller's own PG… variables."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return subprocess.run(  # noqa: S603 a list of words, and no shell reads them
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
    """Return as whom the server of `data` runs: PostgreSQL refuses root.

    For root that is the owner of a data folder that is there; else this very user, in a user namespace where its
    number is not 0; else `postgres` or `nobody`. No folder is opened up for them: what they cannot reach is an error.
    """
    if os.geteuid() != 0:
        return SystemUser()
    owner = data.stat() if data.exists() else None
    if owner and owner.st_uid:
        return _reaching(SystemUser(uid=owner.st_uid, gid=owner.st_gid), data, binaries)
    unshare = shutil.which("unshare")
    if unshare:
        namespace = SystemUser(prefix=(unshare, "--user", "--map-user=1000", "--map-group=1000"))
        if namespace.run(["/bin/sh", "-c", ":"]).returncode == 0:
            return namespace
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return _reaching(SystemUser(uid=entry.pw_uid, gid=entry.pw_gid), data, binaries)
    message = "PostgreSQL can't run as root. Start the program as another user, or set MARKETPLACE_DATABASE_URL."
    raise EmbeddedPostgresError(message)


def _reaching(user: SystemUser, data: Path, binaries: Binaries) -> SystemUser:
    """Return the user when it can enter the folders of the data and of the programs."""
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
    """A server process that is alive; `socket` is where it listens, `ready` whether it takes connections."""

    data: Path
    pid: int
    socket: Path
    ready: bool

    def stop(self, timeout: float) -> None:
        """End it in good order, or at once when `timeout` seconds were not enough: the next start recovers."""
        for how in (signal.SIGINT, signal.SIGQUIT):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, how)
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
    """Return the living server of `data`, ready or not, as `postmaster.pid` tells; None when there is none."""
    lines = _lines(data / "postmaster.pid")
    if not lines or not serves(int(lines[0]), data):
        return None
    # the file grows while the server starts
    _, _, _, port, folder, _, _, state = (lines + [""] * 8)[:8]
    path = Path(folder) / f".s.PGSQL.{port}"
    return Postmaster(data, int(lines[0]), path, ready=state.strip() == "ready" and _answers(path))


def launch(data: Path, binaries: Binaries, user: SystemUser, log: Path) -> int:
    """Start the server and return its process id without waiting for it.

    A shell puts it in the background, so that it is nobody's child: no zombie, and nothing to wait for.
    """
    folder = _socket_folder(data, user)
    if _answers(folder / f".s.PGSQL.{PORT}"):
        message = f"Another PostgreSQL, perhaps in another container, is already using {data}."
        raise EmbeddedPostgresError(message)
    _disown(data / "postmaster.pid")
    _disown(folder / f".s.PGSQL.{PORT}.lock")
    options = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
    command = [binaries.program("postgres"), "-D", str(data), "-k", str(folder), *options]
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        shell = ["/bin/sh", "-c", 'exec "$@" >&2 & echo $!', "sh", *command]
        return int(user.run(shell, errors_to=output).stdout)
    finally:
        os.close(output)


def serves(pid: int, data: Path) -> bool:
    """Tell whether the process is alive and was launched over `data`: a number may have gone to another program."""
    return f" -D {data} -k " in " ".join(_command(pid))


def _lines(pid_file: Path) -> list[str]:
    """Return the lines of a file that begins with a process id, none when it is missing or does not."""
    with contextlib.suppress(FileNotFoundError):
        lines = os.fsdecode(pid_file.read_bytes()).split("\n")
        if lines[0].isdecimal():
            return lines
    return []


def _disown(pid_file: Path) -> None:
    """Take the process id out of a lock file of PostgreSQL that no server holds, and leave the rest of the file.

    PostgreSQL takes any process with that id for a server that runs: a zombie that nobody reaps, as happens in a
    container, or another program after a reboot. The rest of the file is how it knows that backends which outlived
    a killed server still write to the folder, so the file is never removed.
    """
    lines = _lines(pid_file)
    words = _command(int(lines[0])) if lines else []
    if lines and not (words and Path(words[0]).name.startswith(("postgres", "postmaster"))):
        with pid_file.open("r+b") as file:
            file.write(os.fsencode("\n".join([NOBODY, *lines[1:]])))


def _command(pid: int) -> list[str]:
    """Return the words of the command line of a living process, none for a dead one or a zombie."""
    if Path("/proc/self").exists():
        with contextlib.suppress(OSError):
            line = os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes())
            return line.split("\0") if line else []
        return []
    command = ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)]
    listed = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 no shell
    return os.fsdecode(listed.stdout).split()


def _answers(path: Path) -> bool:
    """Tell whether somebody listens on the socket."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        try:
            client.connect(str(path))
        except OSError:
            return False
        return True


def _socket_folder(data: Path, user: SystemUser) -> Path:
    """Return the data folder, or a short private one when that path cannot be a socket's.

    A socket path has at most 107 bytes (103 on macOS), and a comma or a quote in it would divide a list of folders.
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
