"""Reviews: writing, answering, reporting and reading them."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from marketplace.core.domain.events import SessionEvent, SessionEventKind
from marketplace.core.domain.fields import require, validate_field
from marketplace.core.domain.idempotency import IdempotencyKey
from marketplace.core.domain.pages import Page
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.reports import ReportReason
from marketplace.core.domain.reviews import AnswerText, Review, ReviewDetails, ReviewReport, ReviewText, Stars
from marketplace.core.domain.sessions import Session, SessionDetails
from marketplace.core.errors import NotFound
from marketplace.core.ports.bookings import BookingLists
from marketplace.core.ports.reviews import ReviewLists
from marketplace.core.ports.sessions import Catalog
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.idempotency import Outcome, idempotently, no_replay
from marketplace.core.services.personal_limits import PersonalCounts
from marketplace.core.services.rights import acquire_principal
from marketplace.core.services.visibility import require_visible


class ReviewService:
    """Reviews of completed bookings, published at once."""

    def __init__(  # noqa: PLR0913 - one argument per port
        self,
        *,
        unit_of_work: UnitOfWork,
        lists: ReviewLists,
        catalog: Catalog,
        bookings: BookingLists,
        counts: PersonalCounts,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._lists = lists
        self._catalog = catalog
        self._bookings = bookings
        self._counts = counts
        self._clock = clock
        self._ids = ids

    async def of_session(
        self, principal: Principal | None, session_id: UUID, limit: int, after: str | None
    ) -> tuple[Page[ReviewDetails], UUID]:
        """Return a page of the published reviews of a session, newest first, and the ID of its creator.

        Raises `NotFound` if the principal cannot see the session.
        """
        session = await self._catalog.find(session_id, self._clock.now())
        if session is None:
            raise NotFound
        await require_visible(session, principal, self._bookings)
        return await self._lists.of_session(session_id, limit, after), session.creator_id

    async def own(self, principal: Principal, limit: int, after: str | None) -> Page[ReviewDetails]:
        """Return a page of the principal's reviews, newest first, hidden ones too."""
        return await self._lists.of_author(principal.user_id, limit, after)

    async def write(
        self,
        principal: Principal,
        session_id: UUID,
        booking_id: UUID,
        stars: int,
        text: str,
        *,
        key: IdempotencyKey | None = None,
    ) -> Outcome[ReviewDetails]:
        """Review one's own completed booking of a session, once, within 90 days of its end.

        Raises `Invalid`, `NotFound`, `NotCompleted`, `AlreadyReviewed`, `TooLate`, `KeyReused`.
        """
        require(validate_field("stars", Stars, stars), validate_field("text", ReviewText, text))
        review_id, now = self._ids.new(), self._clock.now()

        async def operation(tx: Transaction) -> ReviewDetails:
            session = await tx.sessions.acquire(session_id)
            await acquire_principal(tx, principal)
            booking = await tx.bookings.find(booking_id)
            if booking is None or (booking.session_id, booking.user_id) != (session_id, principal.user_id):
                raise NotFound
            review = Review.of(booking, review_id, stars, text, now)
            await tx.reviews.add(review)
            await tx.reviews.rate(review, session.rating.plus(review.stars, 1), 1)
            await tx.events.add(_news("session.reviewed", session, review, principal.user_id, now))
            return ReviewDetails.named(review, booking.user_details, session.title)

        return await idempotently(self._unit_of_work, operation, self._read, key=key, resource_id=review_id, now=now)

    async def answer(
        self, principal: Principal, review_id: UUID, text: str, *, key: IdempotencyKey | None = None
    ) -> Outcome[ReviewDetails]:
        """Answer a review of one's own session, once. A repeat does not return a review that was hidden since.

        Raises `Invalid`, `NotACreator`, `NotFound`, `NotYours`, `AlreadyAnswered`, `KeyReused`.
        """
        require(validate_field("text", AnswerText, text))
        principal.require_creator()
        now = self._clock.now()

        async def operation(tx: Transaction) -> None:
            (await acquire_principal(tx, principal)).require_creator()
            review = (await tx.reviews.acquire(review_id)).answered(principal.user_id, text, now)
            await tx.reviews.save(review)
            session = await tx.sessions.find(review.session_id)
            if session is not None:
                await tx.events.add(_news("session.review_answered", session, review, principal.user_id, now))

        created = await idempotently(self._unit_of_work, operation, no_replay, key=key, resource_id=review_id, now=now)
        found = await self._read(review_id)
        if created.is_replay:
            found.require_published()
        return Outcome(found, is_replay=created.is_replay)

    async def report(
        self,
        principal: Principal,
        review_id: UUID,
        reason: ReportReason,
        text: str,
        *,
        key: IdempotencyKey | None = None,
    ) -> Outcome[ReviewReport]:
        """Report a review to staff, once per person.

        Raises `Invalid`, `RateLimited`, `NotFound`, `OwnReview`, `ReviewAlreadyReported`, `KeyReused`.
        """
        now = self._clock.now()
        report = ReviewReport(
            id=self._ids.new(),
            review_id=review_id,
            reporter_id=principal.user_id,
            reason=reason,
            text=text,
            created_at=now,
        )
        require(report.validate())
        await self._counts.report(principal.user_id)

        async def operation(tx: Transaction) -> ReviewReport:
            viewer = await acquire_principal(tx, principal)
            review = await tx.reviews.find(review_id)
            session = None if review is None else await tx.sessions.find(review.session_id)
            if review is None or session is None:
                raise NotFound
            await require_visible(session, viewer, tx.bookings)
            review.require_reportable_by(principal.user_id)
            await tx.reviews.report(report)
            return report

        async def replay(report_id: UUID) -> ReviewReport:
            found = await self._lists.find_report(report_id)
            if found is None:
                raise NotFound
            return found

        return await idempotently(self._unit_of_work, operation, replay, key=key, resource_id=report.id, now=now)

    async def _read(self, review_id: UUID) -> ReviewDetails:
        found = await self._lists.find(review_id)
        if found is None:
            raise NotFound
        return found


async def count(
    tx: Transaction, principal: Principal, session: SessionDetails, review: Review, change: int, now: datetime
) -> None:
    """Add a review to the rating of its acquired session and creator, or remove it with a `change` of -1."""
    await tx.reviews.rate(review, session.rating.plus(review.stars, change), change)
    await tx.events.add(announcement(session, principal, now))


def _news(kind: SessionEventKind, session: Session, review: Review, actor_id: UUID, now: datetime) -> SessionEvent:
    """Return the event of a review or an answer. An archived session has no page to read it on, so it is no news."""
    event = SessionEvent.of(kind, session, actor_id, now, ["reviews"])
    return event if session.archived_at else replace(event, review_id=review.id)


def announcement(session: SessionDetails, principal: Principal, now: datetime) -> SessionEvent:
    """Return the event after which no process keeps answers from before."""
    return SessionEvent.of("session.changed", session, principal.user_id, now, ["reviews"])
