"""User-visible texts do not bring back phrases of the first version's dialect."""

import ast
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import marketplace

ROOT = Path(__file__).parents[2]
SOURCE = Path(marketplace.__file__).parent
SCRIPTS = ("Makefile", ".env.example", "deploy/backup", "deploy/new-secrets", "frontend/index.html")
REFUSED = {
    "or not for you": '{"not_found": "It does not exist, or not for you."}',
    "or never was": '{"states": {"not_found": "The page was moved, or never was."}}',
    "Mend what is marked": '{"preview": {"faulty": "Mend what is marked, and the preview goes on."}}',
    "lies behind you": '{"past": {"title": "Nothing lies behind you yet"}}',
    "Nobody and nothing found": '{"picker": {"none": "Nobody and nothing found."}}',
    "their holders told": '{"cancelled": "All bookings to come were cancelled, and their holders told."}',
    "There is no such thing": 'class NotFound(Exception):\n    sentence = "There is no such thing here."',
    "the site as somebody else": 'raise ReadOnly(f"{name} sees the site as "\n    "somebody else.")',
    "is not given and there is nobody": 'raise ClickException(f"{what} is not given and there is nobody to ask.")',
    "which of them is meant": 'raise SettingsError(f"{variable} is set twice: which of them is meant?")',
}
"""Each phrase with a text of the first version that contains it."""


def refused_in(text: str) -> list[str]:
    flat = " ".join(text.split()).lower()
    return [phrase for phrase in REFUSED if phrase.lower() in flat]


def strings_of(document: Any) -> Iterator[str]:
    if isinstance(document, str):
        yield document
    elif isinstance(document, dict | list):
        for value in document.values() if isinstance(document, dict) else document:
            yield from strings_of(value)


def strings_in(source: str) -> Iterator[str]:
    """Return every string of a module except docstrings; docstrings of commands count, since `--help` prints them."""
    tree = ast.parse(source)
    unread: set[int] = set()
    nodes = [*ast.walk(tree)]
    for node in nodes:
        if isinstance(node, ast.Expr):
            unread.add(id(node.value))
        elif isinstance(node, ast.JoinedStr):
            unread.update(id(part) for part in node.values)
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in unread:
            yield node.value
        elif isinstance(node, ast.FunctionDef) and any(
            ast.unparse(decorator).partition("(")[0] in {"click.group", "click.command"}
            for decorator in node.decorator_list
        ):
            yield ast.get_docstring(node) or ""


@cache
def texts() -> tuple[tuple[str, str], ...]:
    """Return each text with the file that contains it."""
    return tuple(_texts())


def _texts() -> Iterator[tuple[str, str]]:
    for path in [*(ROOT / "frontend" / "src").rglob("*.json"), ROOT / "openapi.json"]:
        for text in strings_of(json.loads(path.read_text())):
            yield f"{path.relative_to(ROOT)}", text
    for path in SOURCE.rglob("*.py"):
        for text in strings_in(path.read_text()):
            yield f"{path.relative_to(ROOT)}", text
    for name in SCRIPTS:
        yield name, (ROOT / name).read_text()


def test_texts_have_no_old_dialect_phrase() -> None:
    assert [(where, phrase) for where, text in texts() for phrase in refused_in(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Page not found",
        "You can't do this to your own account.",
        "Incorrect email or password.",
        "Choose an IANA time zone",
        "Activate an account again.",
        "Create a superuser account",
        "Started viewing as user",
        "Reschedule a booking",
        "Regenerate openapi.json",
        "No dump from the last 26 hours",
    ],
)
def test_texts_are_read_from_every_place_that_has_them(text: str) -> None:
    assert any(text in found for _, found in texts())


@pytest.mark.parametrize(("phrase", "text"), [*REFUSED.items()])
def test_old_text_is_refused(phrase: str, text: str) -> None:
    strings = strings_of(json.loads(text)) if text.startswith("{") else strings_in(text)
    assert [found for each in strings for found in refused_in(each)] == [phrase]
