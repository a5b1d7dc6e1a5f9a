"""Check that migrations expand first and contract later, from the SQL that each migration prints.

squawk reports statements that lock a table for long or break a program that knows the previous schema. This module
checks what squawk does not: one transaction that changes every row, statements that block all other connections, and
migrations that cannot be retried after a failure halfway.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from alembic.runtime.environment import EnvironmentContext
from alembic.script import Script, ScriptDirectory

from marketplace.adapters.postgres.schema.migrate import configured

ROOT = Path(__file__).parents[2]
FIRST_SCHEMA = "0015"
"""The last migration that no release has run over real data: see docs/decisions/0025."""
TAKES_AWAY = "ban-drop-"
"""Prefixes of squawk's rules against contracting."""

WRITES_ROWS = re.compile(r"(WITH\b.*\s)?(UPDATE|DELETE|MERGE)\b", re.IGNORECASE | re.DOTALL)
BOOKKEEPING = re.compile(r"(UPDATE|INSERT INTO|DELETE FROM) alembic_version\b")
HAS_ALL_WAIT = re.compile(
    r"(TRUNCATE|CLUSTER|LOCK|VACUUM|REFRESH MATERIALIZED VIEW (?!CONCURRENTLY))\b|ALTER TABLE .* SET (UN)?LOGGED",
    re.IGNORECASE | re.DOTALL,
)
FUNCTION_BODY = re.compile(r"(CREATE (?:OR REPLACE )?FUNCTION [^;]*?)(\$\w*\$).*?\2", re.IGNORECASE | re.DOTALL)
"""What a function will do when it is called, which creating it does not."""
HIDES = re.compile(r"DO\b", re.IGNORECASE)
CONCURRENT_INDEX = re.compile(r"CREATE (?:UNIQUE )?INDEX CONCURRENTLY (?:IF NOT EXISTS )?(\w+)", re.IGNORECASE)


class Finding(NamedTuple):
    """One violation, with the name of its rule."""

    rule: str
    message: str


def directory_of(folders: tuple[Path, ...]) -> ScriptDirectory:
    """Return all migrations in these folders; each directory reads their files once."""
    return ScriptDirectory.from_config(configured(folders=folders))


def held(directory: ScriptDirectory) -> list[Script]:
    """Return the migrations that the rule applies to, oldest first."""
    scripts = (each for each in directory.walk_revisions() if each.revision > FIRST_SCHEMA)
    return sorted(scripts, key=lambda each: each.revision)


def released(changelog: str) -> set[str]:
    """Return the versions that have a heading in the changelog."""
    return set(re.findall(r"^## \[?(\d+\.\d+\.\d+)", changelog, re.MULTILINE))


def findings(script: Script, directory: ScriptDirectory, releases: set[str]) -> list[Finding]:
    """Return everything in a migration that breaks the previous release."""
    try:
        sql = printed(script, directory)
    except Exception as error:  # noqa: BLE001 - a migration can run any code
        return [Finding("cannot-be-printed", f"{error!r}: what reads rows is `online_ddl.backfill` or a worker's job")]
    unused_since = getattr(script.module, "unused_since", None)
    found = [*_of_squawk(sql), *_of_rows_and_locks(sql), *_of_a_second_try(sql)]
    if unused_since is None:
        return found
    if unused_since not in releases:
        return [*found, Finding("unused-since", f"{unused_since} is no release of CHANGELOG.md")]
    return [each for each in found if not each.rule.startswith(TAKES_AWAY)]


def printed(script: Script, directory: ScriptDirectory) -> str:
    """Return a migration as SQL, as `alembic.command.upgrade` does with a directory of its own."""
    output, target = StringIO(), script.revision
    with EnvironmentContext(
        configured(output_buffer=output),
        directory,
        fn=lambda revision, _: directory._upgrade_revs(target, revision),  # noqa: SLF001 - as in Alembic's manual
        as_sql=True,
        starting_rev=script.down_revision,
        destination_rev=target,
    ):
        directory.run_env()
    return output.getvalue()


def _of_squawk(sql: str) -> Iterator[Finding]:
    squawk = Path(sys.executable).with_name("squawk")
    assert squawk.exists(), "squawk is not installed: make install"
    requested = subprocess.run(
        [squawk, "--reporter", "json", "--config", ROOT / ".squawk.toml"],
        input=sql,
        capture_output=True,
        text=True,
        check=False,
    )
    if not requested.stdout.startswith("["):
        raise AssertionError(requested.stderr)
    for found in json.loads(requested.stdout):
        line = sql.splitlines()[found["line"]]
        yield Finding(found["rule_name"], f"{found['message']} {found['help'] or ''} At: {line}")


def _of_rows_and_locks(sql: str) -> Iterator[Finding]:
    for statement in [*_inside(sql), *_outside(sql)]:
        if WRITES_ROWS.match(statement) and "SKIP LOCKED" not in statement:
            yield Finding(
                "rows-in-one-go", f"Rows that people use are changed by `online_ddl.backfill`. At: {statement}"
            )
        if HAS_ALL_WAIT.match(statement):
            yield Finding("all-wait", f"Everybody waits for this to end. At: {statement}")
        if HIDES.match(statement):
            yield Finding("unseen", f"What a DO block does cannot be judged. At: {statement}")


def _of_a_second_try(sql: str) -> Iterator[Finding]:
    inside, outside = _inside(sql), _outside(sql)
    if inside and outside:
        yield Finding("half-done", f"What is outside of a transaction is a migration of its own. At: {inside[0]}")
    for before, statement in zip(["", *outside], outside, strict=False):
        index = CONCURRENT_INDEX.match(statement)
        if index and before != f"DROP INDEX CONCURRENTLY IF EXISTS {index[1]}":
            yield Finding("left-invalid", f"A try that failed leaves it; `online_ddl.make_index`. At: {statement}")


def _inside(sql: str) -> list[str]:
    """Return the statements inside transactions, without those of Alembic itself."""
    return [statement for statement, is_inside in _statements(sql) if is_inside]


def _outside(sql: str) -> list[str]:
    return [statement for statement, is_inside in _statements(sql) if not is_inside]


def _statements(sql: str) -> Iterator[tuple[str, bool]]:
    is_inside = False
    for part in FUNCTION_BODY.sub(r"\1", re.sub(r"^\s*--.*\n", "", sql, flags=re.MULTILINE)).split(";\n"):
        statement = part.strip()
        if statement in {"BEGIN", "COMMIT"}:
            is_inside = statement == "BEGIN"
        elif statement and not BOOKKEEPING.match(statement) and not re.match(r"(RE)?SET lock_timeout\b", statement):
            yield statement, is_inside
