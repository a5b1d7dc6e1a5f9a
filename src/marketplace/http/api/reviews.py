"""Review endpoints."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath

from marketplace.core.domain.reports import ReportReasonWord, ReportText
from marketplace.core.domain.reviews import AnswerText, ReviewText, Stars
from marketplace.core.errors import NotFound, NotYours, RateLimited, TooLate
from marketplace.core.errors.reviews import (
    AlreadyAnswered,
    AlreadyReviewed,
    NotCompleted,
    OwnReview,
    ReviewAlreadyReported,
)
from marketplace.core.services.reviews import ReviewService
from marketplace.http.answers import Ask
from marketplace.http.api.conversations import page_of
from marketplace.http.api.session_structs import ModerationOut
from marketplace.http.conversions import converted
from marketplace.http.idempotency import answer, key_of, validate_key
from marketplace.http.kept import KeptAnswers, PublicAnswer
from marketplace.http.pagination import LINK, Cursors, PageQuery
from marketplace.http.public_answers import ETAG, public_answer
from marketplace.http.security.authorization import Access, opt, optional_principal_of, principal_of
from marketplace.http.validation.parsing import read_body, read_query


class ReviewIn(msgspec.Struct, kw_only=True):
    """A review of a completed booking of the session."""

    booking: UUID
    stars: Stars
    text: ReviewText = ""


class ReviewOut(msgspec.Struct, rename={"session_id": "session"}):
    """A published review. `author_name` is a first name with an initial, or a username."""

    id: UUID
    session_id: UUID
    author_name: str
    stars: Stars
    text: ReviewText
    created_at: datetime
    answer: str | None
    answered_at: datetime | None


class OwnReviewOut(ReviewOut, rename={"session_id": "session", "booking_id": "booking"}):
    """A review that you wrote. With `moderation`, staff have hidden it from everyone else."""

    booking_id: UUID
    session_title: str
    moderation: ModerationOut | None


class ReviewAnswerIn(msgspec.Struct, kw_only=True):
    """What the creator says to a review."""

    text: AnswerText


class ReviewReportIn(msgspec.Struct, kw_only=True):
    """A report about a review."""

    reason: ReportReasonWord
    text: ReportText = ""


class ReviewReportOut(msgspec.Struct, rename={"review_id": "review"}):
    """The created report."""

    id: UUID
    review_id: UUID
    reason: ReportReasonWord
    text: ReportText
    created_at: datetime


class SessionReviewController(Controller):
    """The reviews of a session."""

    path = "/api/sessions/{session_id:uuid}/reviews"
    tags = ["reviews"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/",
        operation_id="list_reviews",
        summary="List the reviews of a session",
        opt=opt(Access.ANYONE, scope="read", query=PageQuery, errors=(NotFound,), headers=LINK | ETAG),
    )
    async def list_reviews(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        reviews: FromDishka[ReviewService],
        cursors: FromDishka[Cursors],
        kept: FromDishka[KeptAnswers],
    ) -> Response[list[ReviewOut]]:
        """Newest first, for everyone who can see the session."""
        ask = Ask(request.scope)

        async def read() -> PublicAnswer:
            parsed = read_query(ask, PageQuery)
            query = parsed.checked(cursors.validate(ask, parsed.values))
            position = cursors.open(ask, query.cursor)
            page, creator_id = await reviews.of_session(optional_principal_of(ask), session_id, query.limit, position)
            shown = page.with_items(tuple(converted(each, ReviewOut) for each in page.items))
            return PublicAnswer(cursors.answer(ask, shown), creator_id)

        return (await public_answer(ask, kept, read)).response()

    @post(
        "/",
        operation_id="write_review",
        summary="Review a session",
        opt=opt(
            Access.SIGNED_IN,
            body=ReviewIn,
            is_keyed=True,
            errors=(NotFound, NotCompleted, AlreadyReviewed, TooLate),
        ),
    )
    async def write(
        self, request: Request[Any, Any, Any], session_id: FromPath[UUID], reviews: FromDishka[ReviewService]
    ) -> Response[OwnReviewOut]:
        """Once per completed booking, until 90 days after its end. It is published at once and can't be changed."""
        parsed = await read_body(request, ReviewIn)
        data, key = parsed.checked(validate_key(request)), key_of(request, parsed)
        principal = principal_of(request)
        created = await reviews.write(principal, session_id, data.booking, data.stars, data.text, key=key)
        return answer(created, OwnReviewOut)


class ReviewController(Controller):
    """Reviews."""

    path = "/api/reviews"
    tags = ["reviews"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/",
        operation_id="list_own_reviews",
        summary="List your reviews",
        opt=opt(Access.SIGNED_IN, scope="read", query=PageQuery, headers=LINK),
    )
    async def list_own(
        self, request: Request[Any, Any, Any], reviews: FromDishka[ReviewService], cursors: FromDishka[Cursors]
    ) -> Response[list[OwnReviewOut]]:
        """Newest first, hidden ones too."""
        query, position = page_of(request, cursors)
        page = await reviews.own(principal_of(request), query.limit, position)
        shown = page.with_items(tuple(converted(each, OwnReviewOut) for each in page.items))
        return cursors.answer(request, shown).response()

    @post(
        "/{review_id:uuid}/answer",
        status_code=200,
        operation_id="answer_review",
        summary="Answer a review",
        opt=opt(Access.CREATOR, body=ReviewAnswerIn, is_keyed=True, errors=(NotFound, NotYours, AlreadyAnswered)),
    )
    async def answer_review(
        self, request: Request[Any, Any, Any], review_id: FromPath[UUID], reviews: FromDishka[ReviewService]
    ) -> Response[ReviewOut]:
        """For the session's creator, once. Everyone sees it below the review."""
        parsed = await read_body(request, ReviewAnswerIn)
        data, key = parsed.checked(validate_key(request)), key_of(request, parsed)
        return answer(await reviews.answer(principal_of(request), review_id, data.text, key=key), ReviewOut)

    @post(
        "/{review_id:uuid}/report",
        operation_id="report_review",
        summary="Report a review",
        opt=opt(
            Access.SIGNED_IN,
            body=ReviewReportIn,
            is_keyed=True,
            errors=(NotFound, OwnReview, ReviewAlreadyReported, RateLimited),
        ),
    )
    async def report(
        self, request: Request[Any, Any, Any], review_id: FromPath[UUID], reviews: FromDishka[ReviewService]
    ) -> Response[ReviewReportOut]:
        """Once per user and review. Only staff see who reported it."""
        parsed = await read_body(request, ReviewReportIn)
        data, key = parsed.checked(validate_key(request)), key_of(request, parsed)
        created = await reviews.report(principal_of(request), review_id, data.reason, data.text, key=key)
        return answer(created, ReviewReportOut)
