"""No statement converts to a local time: PostgreSQL has zone data of its own. And no text shows an abbreviation.

See docs/decisions/0031.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import marketplace

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parents[2]
SOURCE = Path(marketplace.__file__).parent
SCRIPTS = ("deploy/backup",)
MIGRATIONS = "adapters/postgres/schema/migrations/versions/"

LOCAL_TIME = {
    "AT TIME ZONE": r"\bat\s+time\s+zone\b",
    "cast": r"(?<!\$\d)(?<!\$\d\d)(?<!\})::\s*(date|time|timestamp)\b(?!\s+with\s+time|\s*\[)",
    "CAST": r"\bcast\s*\(.*\bas\s+(date|time|timestamp)\b(?!\s+with\s+time)",
    "function": r"\b(date_trunc|date_part|to_char|to_date|timezone|make_date|make_timestamp|make_timestamptz|age)\s*\(",
    "extract": r"\bextract\s*\(\s*(?!epoch\b)",
    "keyword": r"\b(current_date|current_time|localtime|localtimestamp)\b",
    "calendar interval": r"\binterval\s*'[^']*\b(day|week|month|mon|year)s?\b",
    "make_interval": r"\bmake_interval\s*\([^)]*\b(days|weeks|months|years)\s*=>",
    "setting": r"\bset\s+(local\s+|session\s+)?time\s*zone\b",
}
"""What depends on a zone, or on the length of a local day. Times as parameters, `extract(epoch …)` and hours do not."""
ALLOWED = {
    ("entrypoints/zone_data.py", "AT TIME ZONE"): "asks for PostgreSQL's own zone data, to compare it",
    (f"{MIGRATIONS}0003_jobs.py", "function"): "the seconds of a table of pgqueuer, in UTC; its log only",
    (f"{MIGRATIONS}0017_old_steps_as_data.py", "AT TIME ZONE"): "AT TIME ZONE 'UTC', for a sentence in UTC",
    (f"{MIGRATIONS}0017_old_steps_as_data.py", "function"): "as above",
}


def found_in(text: str) -> set[str]:
    flat = " ".join(text.split())
    return {name for name, pattern in LOCAL_TIME.items() if re.search(pattern, flat, re.IGNORECASE)}


def statements(source: str) -> Iterator[str]:
    """Return the strings of a module that are no docstrings, and the functions it calls through SQLAlchemy."""
    tree = ast.parse(source)
    nodes = [*ast.walk(tree)]
    documentation = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.value
        elif isinstance(node, ast.Attribute) and "func" in {
            getattr(node.value, "id", None),
            getattr(node.value, "attr", None),
        }:
            yield f"{node.attr}("


def test_no_statement_computes_a_local_time() -> None:
    modules = {f"{path.relative_to(SOURCE)}": statements(path.read_text()) for path in SOURCE.rglob("*.py")}
    scripts = {name: iter([(ROOT / name).read_text()]) for name in SCRIPTS}
    found = {
        (name, what) for name, texts in {**modules, **scripts}.items() for text in texts for what in found_in(text)
    }

    assert found == set(ALLOWED)


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("SELECT starts_at AT TIME ZONE c.time_zone", "AT TIME ZONE"),
        ("SELECT created_at::date, count(*)", "cast"),
        ("SELECT CAST(created_at AS date)", "CAST"),
        ("SELECT date_trunc('day', created_at)", "function"),
        ("SELECT extract(dow FROM starts_at)", "extract"),
        ("WHERE created_at >= CURRENT_DATE", "keyword"),
        ("WHERE at < now() - interval '30 days'", "calendar interval"),
        ("SELECT now() + make_interval(days => $1)", "make_interval"),
        ("SET TIME ZONE 'Europe/Madrid'", "setting"),
    ],
)
def test_statement_that_needs_a_zone_is_found(statement: str, what: str) -> None:
    assert found_in(statement) == {what}


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT $4::timestamp[], $11::timestamp, '2030-01-01'::timestamptz",
        "SELECT extract(epoch FROM now() - min(at)), interval '24 hours', make_interval(mins => 5)",
        "CREATE TABLE t (at timestamp with time zone, time_zone text)",
    ],
)
def test_instants_and_lengths_of_time_are_no_local_time(statement: str) -> None:
    assert found_in(statement) == set()


def test_no_text_shows_the_abbreviation_of_a_zone() -> None:
    shown = re.compile(r"%Z|\btzname\b")
    assert [path.name for path in SOURCE.rglob("*.py") if shown.search(path.read_text())] == []
