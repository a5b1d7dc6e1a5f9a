"""Reading and writing reviews."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.pages import Page
from marketplace.core.domain.ratings import Rating
from marketplace.core.domain.reports import Resolution
from marketplace.core.domain.reviews import ModeratedReview, ModerationState, Review, ReviewDetails, ReviewReport


class ReviewLists(Protocol):
    """Reads of reviews outside a transaction, one statement each; lists are newest first, ties by descending ID."""

    async def find(self, review_id: UUID) -> ReviewDetails | None:
        """Return a review, hidden or not, or `None`."""
        ...

    async def of_session(self, session_id: UUID, limit: int, after: str | None) -> Page[ReviewDetails]:
        """Return a page of the published reviews of a session."""
        ...

    async def of_author(self, author_id: UUID, limit: int, after: str | None) -> Page[ReviewDetails]:
        """Return a page of a person's reviews, hidden ones too."""
        ...

    async def answered_by(self, creator_id: UUID, limit: int, after: str | None) -> Page[ReviewDetails]:
        """Return a page of the reviews that a creator answered, hidden ones too."""
        ...

    async def reports_of(self, reporter_id: UUID, limit: int, after: str | None) -> Page[ReviewReport]:
        """Return a page of the reports that a person made about reviews."""
        ...

    async def find_report(self, report_id: UUID) -> ReviewReport | None:
        """Return a report, open or resolved, or `None`."""
        ...

    async def moderated(self, state: ModerationState, limit: int, offset: int) -> tuple[ModeratedReview, ...]:
        """Return the reviews with open reports by their oldest one, or the hidden ones, newest first."""
        ...

    async def find_moderated(self, review_id: UUID) -> ModeratedReview | None:
        """Return a review as staff see it, or `None`."""
        ...

    async def count(self, state: ModerationState) -> int:
        """Return the number of reviews in a state."""
        ...


class Reviews(Protocol):
    """Reviews within a transaction. Their session, if it is locked too, is locked before them, and so are accounts."""

    async def add(self, review: Review) -> None:
        """Insert a review. Raises `AlreadyReviewed` if the booking has one."""
        ...

    async def find(self, review_id: UUID) -> Review | None:
        """Return the review, not locked, or `None`."""
        ...

    async def reviewed(self, booking_ids: Collection[UUID]) -> frozenset[UUID]:
        """Return the IDs of those of these bookings that have a review, hidden or not, in one statement."""
        ...

    async def acquire(self, review_id: UUID) -> Review:
        """Return the review, locked until the transaction ends. Raises `NotFound`."""
        ...

    async def save(self, review: Review) -> None:
        """Update the answer and whether it is hidden."""
        ...

    async def rate(self, review: Review, rating: Rating, change: int) -> None:
        """Store the rating of the acquired session, and add `change` (1 or -1) such reviews to its creator's."""
        ...

    async def report(self, report: ReviewReport) -> None:
        """Insert a report. Raises `ReviewAlreadyReported` if this person reported the review before."""
        ...

    async def resolve_reports(
        self, review_id: UUID, resolution: Resolution, staff_id: UUID, note: str, now: datetime
    ) -> int:
        """Resolve the open reports about a review. Return their number."""
        ...
