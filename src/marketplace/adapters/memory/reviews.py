"""Reviews."""

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.adapters.memory.database import MemoryDatabase, Rows
from marketplace.adapters.memory.pages import moment, newest_first
from marketplace.core.domain.pages import Page
from marketplace.core.domain.ratings import UNRATED, Rating
from marketplace.core.domain.reports import Resolution
from marketplace.core.domain.reviews import (
    ModeratedReview,
    ModerationState,
    Review,
    ReviewDetails,
    ReviewReport,
    public_name,
)
from marketplace.core.domain.users import contact
from marketplace.core.errors import NotFound
from marketplace.core.errors.reviews import AlreadyReviewed, ReviewAlreadyReported

MAX_REPORTS = 50
"""Reports shown with a review."""


class MemoryReviewLists:
    """`ReviewLists` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def find(self, review_id: UUID) -> ReviewDetails | None:
        await asyncio.sleep(0)
        review = self._database.reviews.written.rows.get(review_id)
        return None if review is None else ReviewDetails(**self._values(review))

    async def of_session(self, session_id: UUID, limit: int, after: str | None) -> Page[ReviewDetails]:
        published = (each for each in await self._all() if each.session_id == session_id and each.hidden_at is None)
        return self._page(published, limit, after)

    async def of_author(self, author_id: UUID, limit: int, after: str | None) -> Page[ReviewDetails]:
        return self._page((each for each in await self._all() if each.author_id == author_id), limit, after)

    async def answered_by(self, creator_id: UUID, limit: int, after: str | None) -> Page[ReviewDetails]:
        answered = (each for each in await self._all() if each.creator_id == creator_id and each.answered_at)
        return self._page(answered, limit, after)

    async def reports_of(self, reporter_id: UUID, limit: int, after: str | None) -> Page[ReviewReport]:
        await asyncio.sleep(0)
        reports = self._database.reviews.reports.rows.values()
        return newest_first((each for each in reports if each.reporter_id == reporter_id), limit, after)

    async def find_report(self, report_id: UUID) -> ReviewReport | None:
        await asyncio.sleep(0)
        return self._database.reviews.reports.rows.get(report_id)

    async def moderated(self, state: ModerationState, limit: int, offset: int) -> tuple[ModeratedReview, ...]:
        found = self._in_state(state, await self._all())
        return tuple(self._moderated(each) for each in found[offset : offset + limit])

    async def find_moderated(self, review_id: UUID) -> ModeratedReview | None:
        await asyncio.sleep(0)
        review = self._database.reviews.written.rows.get(review_id)
        return None if review is None else self._moderated(review)

    async def count(self, state: ModerationState) -> int:
        return len(self._in_state(state, await self._all()))

    async def _all(self) -> list[Review]:
        await asyncio.sleep(0)
        return [*self._database.reviews.written.rows.values()]

    def _in_state(self, state: ModerationState, reviews: list[Review]) -> list[Review]:
        if state == "hidden":
            return sorted((each for each in reviews if each.hidden_at), key=moment, reverse=True)
        since = {
            review.id: min(opened)
            for review in reviews
            if (opened := [each.created_at for each in self._reports(review) if each.resolution is None])
        }
        return sorted((each for each in reviews if each.id in since), key=lambda each: (since[each.id], each.id))

    def _reports(self, review: Review) -> list[ReviewReport]:
        reports = self._database.reviews.reports.rows.values()
        return sorted((each for each in reports if each.review_id == review.id), key=moment, reverse=True)

    def _page(self, reviews: Iterable[Review], limit: int, after: str | None) -> Page[ReviewDetails]:
        page = newest_first(reviews, limit, after)
        return page.with_items(tuple(ReviewDetails(**self._values(each)) for each in page.items))

    def _values(self, review: Review) -> dict[str, Any]:
        author = self._database.users.rows[review.author_id]
        return {
            **{field.name: getattr(review, field.name) for field in fields(Review)},
            "author_name": public_name(author.first_name, author.last_name, author.username),
            "session_title": self._database.sessions.rows[review.session_id].title,
        }

    def _moderated(self, review: Review) -> ModeratedReview:
        author = contact(self._database.users.rows[review.author_id])
        reports = tuple(self._reports(review)[:MAX_REPORTS])
        return ModeratedReview(**self._values(review), author_details=author, reports=reports)


class MemoryReviews:
    """`Reviews` in a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._database = rows.database

    async def add(self, review: Review) -> None:
        if await self._rows.acquire_key(self._database.reviews.by_booking, review.booking_id) is not None:
            raise AlreadyReviewed
        self._rows.put(self._database.reviews.by_booking, review.booking_id, review.id)
        self._rows.put(self._database.reviews.written, review.id, review)

    async def find(self, review_id: UUID) -> Review | None:
        await asyncio.sleep(0)
        return self._rows.find(self._database.reviews.written, review_id)

    async def reviewed(self, booking_ids: Collection[UUID]) -> frozenset[UUID]:
        await asyncio.sleep(0)
        by_booking = self._database.reviews.by_booking
        return frozenset(each for each in booking_ids if self._rows.find(by_booking, each) is not None)

    async def acquire(self, review_id: UUID) -> Review:
        review = await self._rows.acquire(self._database.reviews.written, review_id)
        if review is None:
            raise NotFound
        return review

    async def save(self, review: Review) -> None:
        await self._rows.lock(self._database.reviews.written, review.id)
        self._rows.put(self._database.reviews.written, review.id, review)

    async def rate(self, review: Review, rating: Rating, change: int) -> None:
        await self._rows.lock(self._database.reviews.of_sessions, review.session_id)
        self._rows.put(self._database.reviews.of_sessions, review.session_id, rating)
        table = self._database.reviews.of_creators
        of_creator = await self._rows.acquire_key(table, review.creator_id) or UNRATED
        self._rows.put(table, review.creator_id, of_creator.plus(review.stars, change))

    async def report(self, report: ReviewReport) -> None:
        key = (report.review_id, report.reporter_id)
        if await self._rows.acquire_key(self._database.reviews.by_reporter, key) is not None:
            raise ReviewAlreadyReported
        self._rows.put(self._database.reviews.by_reporter, key, report.id)
        self._rows.put(self._database.reviews.reports, report.id, report)

    async def resolve_reports(
        self, review_id: UUID, resolution: Resolution, staff_id: UUID, note: str, now: datetime
    ) -> int:
        table = self._database.reviews.reports
        changed = 0
        for report_id in sorted(each.id for each in self._rows.all(table) if each.review_id == review_id):
            report = await self._rows.acquire(table, report_id)
            if report is not None and report.resolution is None:
                resolved = replace(report, resolution=resolution, resolved_by=staff_id, note=note, resolved_at=now)
                self._rows.put(table, report_id, resolved)
                changed += 1
        return changed
