"""Review endpoints for staff."""

from datetime import datetime
from typing import Any
from uuid import UUID

from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath

from marketplace.core.domain.fields import OptionalStaffReason
from marketplace.core.domain.reports import Resolution
from marketplace.core.domain.reviews import ModerationState
from marketplace.core.errors import IllegalTransition, NotFound
from marketplace.core.services.admin.reviews import ReviewAdminService
from marketplace.http.api.admin.pages import TOTAL, NumberedPageQuery, numbered
from marketplace.http.api.admin.user_structs import ReasonIn
from marketplace.http.api.reviews import OwnReviewOut, ReviewReportOut
from marketplace.http.api.users import ContactOut
from marketplace.http.idempotency import answer, key_of, validate_key
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.validation.parsing import read_body, read_query


class ModeratedReviewsQuery(NumberedPageQuery, kw_only=True):
    """`reported`: with open reports, longest waiting first; `hidden`: newest first."""

    state: ModerationState = "reported"


class ReviewReportRecordOut(ReviewReportOut, rename={"review_id": "review", "reporter_id": "reporter"}):
    """A report as staff see it. `resolution` is `null` while it's open; `note` is the reason for the resolution."""

    reporter_id: UUID
    resolution: Resolution | None
    resolved_at: datetime | None
    note: OptionalStaffReason


class ModeratedReviewOut(OwnReviewOut, rename={"session_id": "session", "booking_id": "booking"}):
    """A review as staff see it, with the newest reports about it."""

    author_details: ContactOut
    reports: list[ReviewReportRecordOut]


MODERATION = opt(Access.STAFF, body=ReasonIn, is_keyed=True, errors=(NotFound, IllegalTransition))


class ReviewAdminController(Controller):
    """Moderation of reviews."""

    path = "/api/admin/reviews"
    tags = ["administration"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/",
        operation_id="admin_list_reviews",
        summary="List reported or hidden reviews",
        opt=opt(Access.STAFF, query=ModeratedReviewsQuery, headers=TOTAL),
    )
    async def list_moderated(
        self, request: Request[Any, Any, Any], reviews: FromDishka[ReviewAdminService]
    ) -> Response[list[ModeratedReviewOut]]:
        """Reported ones by default."""
        query = read_query(request, ModeratedReviewsQuery).checked()
        found, total = await reviews.list(query.state, query.limit, query.offset)
        return numbered(found, total, ModeratedReviewOut)

    @post(
        "/{review_id:uuid}/hide",
        status_code=200,
        operation_id="admin_hide_review",
        summary="Hide a review",
        opt=MODERATION,
    )
    async def hide(
        self, request: Request[Any, Any, Any], review_id: FromPath[UUID], reviews: FromDishka[ReviewAdminService]
    ) -> Response[ModeratedReviewOut]:
        """From everyone but its author, who sees the reason. It upholds all open reports, and no rating counts it."""
        reason, key = await _reason(request)
        return answer(await reviews.hide(principal_of(request), review_id, reason, key=key), ModeratedReviewOut)

    @post(
        "/{review_id:uuid}/restore",
        status_code=200,
        operation_id="admin_restore_review",
        summary="Restore a hidden review",
        opt=MODERATION,
    )
    async def restore(
        self, request: Request[Any, Any, Any], review_id: FromPath[UUID], reviews: FromDishka[ReviewAdminService]
    ) -> Response[ModeratedReviewOut]:
        """Publishes it again."""
        reason, key = await _reason(request)
        return answer(await reviews.restore(principal_of(request), review_id, reason, key=key), ModeratedReviewOut)

    @post(
        "/{review_id:uuid}/dismiss",
        status_code=200,
        operation_id="admin_dismiss_review_reports",
        summary="Dismiss the reports about a review",
        opt=MODERATION,
    )
    async def dismiss(
        self, request: Request[Any, Any, Any], review_id: FromPath[UUID], reviews: FromDishka[ReviewAdminService]
    ) -> Response[ModeratedReviewOut]:
        """Dismisses all open ones."""
        reason, key = await _reason(request)
        return answer(await reviews.dismiss(principal_of(request), review_id, reason, key=key), ModeratedReviewOut)


async def _reason(request: Request[Any, Any, Any]) -> tuple[str, Any]:
    parsed = await read_body(request, ReasonIn)
    data = parsed.checked(validate_key(request))
    return data.reason, key_of(request, parsed)
