"""Searches with the sessions that a person expects, and how well a catalog answers them."""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from builders import a_session, a_user
from fakes import NOW
from marketplace.core.domain.catalog import CatalogFilters
from marketplace.core.domain.search import tokens
from marketplace.core.domain.sessions import Session
from marketplace.core.ports.storage import Storage
from marketplace.demo.people import CREATORS
from marketplace.demo.sessions import SESSIONS

FILE = Path(__file__).with_name("relevance_queries.toml")
RANKED = 20
"""Sessions of a page, among which an expected one counts."""
FIELDS = {field.name for field in fields(Session)}


@dataclass(frozen=True, slots=True)
class Judged:
    """A search with its reciprocal rank: 1 over the place of the first expected session, or 0."""

    text: str
    score: float
    first: str
    """Title of the first session found."""


async def judge(storage: Storage) -> list[Judged]:
    """Store the sessions in an empty storage, and send every search."""
    declared = tomllib.loads(FILE.read_text("utf-8"))
    sessions = await _stored(storage, declared["sessions"])
    return [await _judged(storage, text, expected, sessions) for text, expected in declared["queries"].items()]


def mean_reciprocal_rank(judged: list[Judged]) -> float:
    return sum(each.score for each in judged) / len(judged)


async def _judged(
    storage: Storage, text: str, expected: list[str] | str, sessions: Mapping[UUID, tuple[Session, str]]
) -> Judged:
    filters = CatalogFilters(words=tuple(dict.fromkeys(tokens(text))), ordering="relevance")
    page = await storage.catalog.list(filters, RANKED, None, NOW)
    is_expected = _expectation(expected)
    if not expected:
        is_honest = not page.items or page.is_relaxed or page.corrected is not None
        return Judged(text, float(is_honest), page.items[0].title if page.items else "")
    places = (place for place, each in enumerate(page.items, 1) if is_expected(*sessions[each.id]))
    place = next(places, None)
    return Judged(text, 1 / place if place else 0.0, page.items[0].title if page.items else "")


def _expectation(expected: list[str] | str) -> Callable[[Session, str], bool]:
    """Return a condition on a session and its creator: one of these titles, or a category, a tag or a creator."""
    if isinstance(expected, list):
        return lambda session, _: (
            session.title.replace("\u00ad", "") in {each.replace("\u00ad", "") for each in expected}
        )
    kind, _, value = expected.partition(":")
    conditions: dict[str, Callable[[Session, str], bool]] = {
        "category": lambda session, _: session.category == value,
        "tag": lambda session, _: value in session.tags,
        "creator": lambda _, creator: creator == value,
    }
    return conditions[kind]


async def _stored(storage: Storage, more: list[dict[str, Any]]) -> dict[UUID, tuple[Session, str]]:
    people = {
        each.username: a_user(
            username=each.username, first_name=each.first_name, last_name=each.last_name, role="creator"
        )
        for each in CREATORS
    }
    for number, name in enumerate(dict.fromkeys(each["creator"] for each in more)):
        first, _, last = name.partition(" ")
        people[name] = a_user(username=f"person{number}", first_name=first, last_name=last, role="creator")
    rows = [*_demo(), *more]
    async with storage.unit_of_work() as tx:
        for person in people.values():
            await tx.users.add(person)
        stored = {}
        for place, row in enumerate(rows):
            session = a_session(
                creator_id=people[row["creator"]].id,
                title=row["title"],
                description=row["text"],
                category=row["category"],
                tags=tuple(row["tags"]),
                created_at=NOW - timedelta(minutes=place),
                **({"language": row.get("language")} if "language" in FIELDS else {}),
            )
            await tx.sessions.add(session)
            stored[session.id] = session, row["creator"]
    return stored


def _demo() -> Iterator[dict[str, Any]]:
    for each in SESSIONS:
        if each.status == "active":
            yield {
                "creator": each.creator,
                "title": each.title,
                "text": each.description,
                "category": each.category,
                "tags": each.tags,
            }
