"""Reviews in PostgreSQL."""

import json
from collections.abc import Callable, Collection
from dataclasses import fields
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import asyncpg

from marketplace.adapters.postgres.connection.pool import Connection, Database, Rows
from marketplace.adapters.postgres.rows import CONTACT, columns, contact
from marketplace.core.domain.pages import Page
from marketplace.core.domain.ratings import Rating
from marketplace.core.domain.reports import Resolution
from marketplace.core.domain.reviews import (
    ModeratedReview,
    ModerationState,
    Review,
    ReviewDetails,
    ReviewReport,
    public_name,
)
from marketplace.core.errors import NotFound

Item = TypeVar("Item", ReviewDetails, ReviewReport)

REVIEW = tuple(field.name for field in fields(Review))
REPORT = tuple(field.name for field in fields(ReviewReport))
MAX_REPORTS = 50
"""Reports shown with a review."""
JOINED = "FROM reviews r JOIN sessions s ON s.id = r.session_id JOIN users u ON u.id = r.author_id"
DETAILS = f"SELECT {columns('r', REVIEW)}, u.first_name, u.last_name, u.username, s.title {JOINED}"
FIND = f"{DETAILS} WHERE r.id = $1"
PAGE = "{select} WHERE {condition} {after} ORDER BY r.created_at DESC, r.id DESC LIMIT $2"
AFTER = "AND (r.created_at, r.id) < ($3, $4)"
OWN_REPORTS = f"SELECT {columns('r', REPORT)} FROM review_reports r"  # noqa: S608 - column names


def _pages(select: str, condition: str) -> tuple[str, str]:
    """Return the statements of the first page, and of later ones."""
    first, later = (PAGE.format(select=select, condition=condition, after=after) for after in ("", AFTER))
    return first, later


OF_SESSION = _pages(DETAILS, "r.session_id = $1 AND r.hidden_at IS NULL")
OF_AUTHOR = _pages(DETAILS, "r.author_id = $1")
ANSWERED_BY = _pages(DETAILS, "r.creator_id = $1 AND r.answered_at IS NOT NULL")
FIND_REPORT = f"{OWN_REPORTS} WHERE r.id = $1"
REPORTS_OF = _pages(OWN_REPORTS, "r.reporter_id = $1")
MODERATED = f"""
    SELECT {columns("r", REVIEW)}, u.first_name, u.last_name, u.username, s.title,
        ({columns("u", CONTACT)}) AS author,
        ARRAY (SELECT ({columns("p", REPORT)}) FROM review_reports p WHERE p.review_id = r.id
            ORDER BY p.created_at DESC, p.id DESC LIMIT {MAX_REPORTS}) AS reports
    {JOINED}
"""  # noqa: S608 - column names
OPEN = "SELECT review_id, min(created_at) AS since FROM review_reports WHERE resolved_at IS NULL GROUP BY review_id"
LISTS: dict[ModerationState, str] = {
    "reported": f"{MODERATED} JOIN ({OPEN}) AS o ON o.review_id = r.id ORDER BY o.since, r.id LIMIT $1 OFFSET $2",
    "hidden": f"""{MODERATED} WHERE r.hidden_at IS NOT NULL
        ORDER BY r.created_at DESC, r.id DESC LIMIT $1 OFFSET $2""",
}
COUNTS: dict[ModerationState, str] = {
    "reported": "SELECT count(DISTINCT review_id) AS n FROM review_reports WHERE resolved_at IS NULL",
    "hidden": "SELECT count(*) AS n FROM reviews WHERE hidden_at IS NOT NULL",
}
FIND_MODERATED = f"{MODERATED} WHERE r.id = $1"


def _insert(table: str, names: tuple[str, ...]) -> str:
    places = ", ".join(f"${place}" for place in range(1, len(names) + 1))
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})"  # noqa: S608 - column names


ADD, REPORT_IT = _insert("reviews", REVIEW), _insert("review_reports", REPORT)
FIND_ROW = f"SELECT {', '.join(REVIEW)} FROM reviews WHERE id = $1"  # noqa: S608 - column names
REVIEWED = "SELECT booking_id FROM reviews WHERE booking_id = ANY($1::uuid[])"
ACQUIRE = f"{FIND_ROW} FOR UPDATE"
SAVE = "UPDATE reviews SET answer = $2, answered_at = $3, hidden_at = $4, hidden_reason = $5 WHERE id = $1"
RATE = "UPDATE sessions SET star_counts = $2, rating_score = $3 WHERE id = $1"
RATE_CREATOR = """
    INSERT INTO creator_ratings AS c (creator_id, star_counts) VALUES ($1, $2)
    ON CONFLICT (creator_id) DO UPDATE SET star_counts[$3] = c.star_counts[$3] + $4
"""
RESOLVE = """
    UPDATE review_reports SET resolution = $2, resolved_by = $3, note = $4, resolved_at = $5
    WHERE review_id = $1 AND resolved_at IS NULL RETURNING id
"""


class PostgresReviewLists:
    """`ReviewLists` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, review_id: UUID) -> ReviewDetails | None:
        row = await self._database.fetchrow(FIND, review_id)
        return _details(row) if row else None

    async def of_session(self, session_id: UUID, limit: int, after: str | None) -> Page[ReviewDetails]:
        return await self._page(OF_SESSION, session_id, limit, after, _details)

    async def of_author(self, author_id: UUID, limit: int, after: str | None) -> Page[ReviewDetails]:
        return await self._page(OF_AUTHOR, author_id, limit, after, _details)

    async def answered_by(self, creator_id: UUID, limit: int, after: str | None) -> Page[ReviewDetails]:
        return await self._page(ANSWERED_BY, creator_id, limit, after, _details)

    async def reports_of(self, reporter_id: UUID, limit: int, after: str | None) -> Page[ReviewReport]:
        return await self._page(REPORTS_OF, reporter_id, limit, after, lambda row: ReviewReport(**row))

    async def find_report(self, report_id: UUID) -> ReviewReport | None:
        row = await self._database.fetchrow(FIND_REPORT, report_id)
        return ReviewReport(**row) if row else None

    async def moderated(self, state: ModerationState, limit: int, offset: int) -> tuple[ModeratedReview, ...]:
        return tuple(_moderated(row) for row in await self._database.fetch(LISTS[state], limit, offset))

    async def find_moderated(self, review_id: UUID) -> ModeratedReview | None:
        row = await self._database.fetchrow(FIND_MODERATED, review_id)
        return _moderated(row) if row else None

    async def count(self, state: ModerationState) -> int:
        row = await self._database.fetchrow(COUNTS[state])
        return int(row["n"]) if row else 0

    async def _page(
        self,
        statements: tuple[str, str],
        of: UUID,
        limit: int,
        after: str | None,
        read: Callable[[asyncpg.Record], Item],
    ) -> Page[Item]:
        rows: Rows
        if after is None:
            rows = await self._database.fetch(statements[0], of, limit + 1)
        else:
            created_at, last = json.loads(after)
            position = (datetime.fromisoformat(created_at), UUID(last))
            rows = await self._database.fetch(statements[1], of, limit + 1, *position)
        items = tuple(read(row) for row in rows[:limit])
        following = json.dumps([items[-1].created_at.isoformat(), str(items[-1].id)]) if len(rows) > limit else None
        return Page(items, following)


class PostgresReviews:
    """`Reviews` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, review: Review) -> None:
        await self._connection.execute(ADD, *(getattr(review, name) for name in REVIEW))

    async def find(self, review_id: UUID) -> Review | None:
        row = await self._connection.fetchrow(FIND_ROW, review_id)
        return Review(**row) if row else None

    async def reviewed(self, booking_ids: Collection[UUID]) -> frozenset[UUID]:
        rows = await self._connection.fetch(REVIEWED, list(booking_ids))
        return frozenset(row["booking_id"] for row in rows)

    async def acquire(self, review_id: UUID) -> Review:
        row = await self._connection.fetchrow(ACQUIRE, review_id)
        if row is None:
            raise NotFound
        return Review(**row)

    async def save(self, review: Review) -> None:
        changed = (review.answer, review.answered_at, review.hidden_at, review.hidden_reason)
        await self._connection.execute(SAVE, review.id, *changed)

    async def rate(self, review: Review, rating: Rating, change: int) -> None:
        await self._connection.execute(RATE, review.session_id, [*rating.counts], rating.score)
        first = [*Rating().plus(review.stars, change).counts]
        await self._connection.execute(RATE_CREATOR, review.creator_id, first, review.stars, change)

    async def report(self, report: ReviewReport) -> None:
        await self._connection.execute(REPORT_IT, *(getattr(report, name) for name in REPORT))

    async def resolve_reports(
        self, review_id: UUID, resolution: Resolution, staff_id: UUID, note: str, now: datetime
    ) -> int:
        return len(await self._connection.fetch(RESOLVE, review_id, resolution, staff_id, note, now))


def _values(row: asyncpg.Record) -> dict[str, Any]:
    return {
        **{name: row[name] for name in REVIEW},
        "author_name": public_name(row["first_name"], row["last_name"], row["username"]),
        "session_title": row["title"],
    }


def _details(row: asyncpg.Record) -> ReviewDetails:
    return ReviewDetails(**_values(row))


def _moderated(row: asyncpg.Record) -> ModeratedReview:
    reports = tuple(ReviewReport(**dict(zip(REPORT, values, strict=True))) for values in row["reports"])
    return ModeratedReview(**_values(row), author_details=contact(*row["author"]), reports=reports)
