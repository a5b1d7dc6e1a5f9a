"""A streaming standby of an embedded server."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from marketplace.adapters.postgres.embedded.postmaster import server_user
from marketplace.adapters.postgres.embedded.server import embedded_postgres, find_binaries


@contextmanager
def standby_of(primary: str, folder: Path) -> Iterator[str]:
    """Copy the embedded server at this address, start the copy as its standby, and yield the address of the copy."""
    binaries = find_binaries()
    at = parse_qs(urlsplit(primary).query)
    user = server_user(folder, binaries)
    where = ["-h", at["host"][0], "-p", at["port"][0], "-U", urlsplit(primary).username or ""]
    copied = user.run(
        [binaries.program("pg_basebackup"), *where, "-D", str(folder), "-R", "-X", "stream", "-c", "fast"]
    )
    assert copied.returncode == 0, copied.stderr
    # the primary's own socket, which is in its folder
    for socket in folder.glob(".s.PGSQL.*"):
        socket.unlink()
    with embedded_postgres(folder) as dsn:
        yield dsn
