"""Endpoints for the mails to people, for staff."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath
from msgspec import Meta

from marketplace.core.domain.message_details import MessageDetails
from marketplace.core.domain.message_reasons import MessageReason
from marketplace.core.domain.messages import MessageKind, MessageState, Unsent
from marketplace.core.domain.sessions import Title
from marketplace.core.errors import FieldErrors, IllegalTransition, NotFound, NotSuperuser, TooLate
from marketplace.core.services.admin.messages import MessageAdminService
from marketplace.http.api.admin.user_structs import ReasonIn
from marketplace.http.pagination import LINK, Cursors, PageQuery
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.validation.parsing import ParsedBody, read_body, read_query

RENAMED = {"user_id": "user", "booking_id": "booking", "starts_at": "booking_date"}
SUBJECTS = {"user", "booking", "unsent"}
ONE_OF = "Send one of `user`, `booking` and `unsent`."


class MailListQuery(PageQuery, kw_only=True):
    """Whose mails, about which booking, or which of all that aren't sent."""

    user: UUID | None = None
    booking: UUID | None = None
    unsent: Unsent | None = None


class MailRecordOut(msgspec.Struct, rename=RENAMED):
    """A mail to a person, and how far it got. Its text isn't stored.

    `title` is as sold; `booking_date` is the start as it stands. `as_creator` if it went to the booking's creator.
    """

    id: UUID
    user_id: UUID
    kind: MessageKind
    booking_id: UUID | None
    title: Title | None
    starts_at: datetime | None
    as_creator: bool
    state: MessageState
    reason: Annotated[
        MessageReason | None,
        Meta(description="Why it waits or wasn't sent, or won't be unless that changes; otherwise `null`."),
    ]
    server_error: Annotated[str | None, Meta(description="Codes of the mail server's last answer, or a network error.")]
    attempts: Annotated[int, Meta(description="Transmissions that were started.")]
    created_at: datetime
    due_at: datetime
    expires_at: Annotated[datetime, Meta(description="It isn't worth sending from then on.")]
    next_attempt_at: Annotated[datetime | None, Meta(description="`null` if it's held, or nothing is left to do.")]
    unknown_at: Annotated[datetime | None, Meta(description="When the outcome of a transmission was found to be lost.")]
    sent_at: datetime | None
    can_retry: bool


class MessageAdminController(Controller):
    """Mails to people."""

    path = "/api/admin"
    tags = ["administration"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/messages",
        operation_id="admin_list_mails",
        summary="List mails",
        opt=opt(Access.STAFF, query=MailListQuery, headers=LINK),
    )
    async def list_mails(
        self, request: Request[Any, Any, Any], messages: FromDishka[MessageAdminService], cursors: FromDishka[Cursors]
    ) -> Response[list[MailRecordOut]]:
        """Those to a person or about a booking, newest first, with those to come.

        Or all that are `held` without a mail server, or `failed` (refused or lost) and are still worth sending.
        """
        parsed = read_query(request, MailListQuery)
        query = parsed.checked(_one_of(parsed), cursors.validate(request, parsed.values))
        position = cursors.open(request, query.cursor)
        if query.user is not None:
            page = await messages.of_user(query.user, query.limit, position)
        elif query.booking is not None:
            page = await messages.of_booking(query.booking, query.limit, position)
        else:
            page = await messages.unsent(query.unsent or "failed", query.limit, position)
        return cursors.answer(request, page.with_items(tuple(map(_record, page.items)))).response()

    @post(
        "/messages/{message_id:uuid}/retry",
        status_code=200,
        operation_id="admin_retry_mail",
        summary="Retry a mail",
        opt=opt(Access.STAFF, body=ReasonIn, errors=(NotFound, IllegalTransition, TooLate)),
    )
    async def retry(
        self, request: Request[Any, Any, Any], message_id: FromPath[UUID], messages: FromDishka[MessageAdminService]
    ) -> MailRecordOut:
        """One that is held, was refused, lost or postponed, or dropped for a reason that can end.

        It's decided again: what is untrue by now, or what its recipient doesn't take, isn't sent.
        """
        data = (await read_body(request, ReasonIn)).checked()
        return _record(await messages.retry(principal_of(request), message_id, data.reason))

    @post(
        "/users/{user_id:uuid}/clear-refusal",
        status_code=204,
        operation_id="admin_clear_refusal",
        summary="Send mail to a refused address again",
        opt=opt(Access.STAFF, body=ReasonIn, errors=(NotFound, NotSuperuser, IllegalTransition)),
    )
    async def clear_refusal(
        self, request: Request[Any, Any, Any], user_id: FromPath[UUID], messages: FromDishka[MessageAdminService]
    ) -> None:
        """Forgets that a mail server refused it, such as by mistake. Another refusal marks it again."""
        data = (await read_body(request, ReasonIn)).checked()
        await messages.clear_refusal(principal_of(request), user_id, data.reason)


def _one_of(parsed: ParsedBody[MailListQuery]) -> FieldErrors:
    is_one = len(SUBJECTS & parsed.values.keys()) == 1
    return {"user": [ONE_OF]} if parsed.is_valid_for(*SUBJECTS) and not is_one else {}


def _record(details: MessageDetails) -> MailRecordOut:
    message = details.message
    return MailRecordOut(
        id=message.id,
        user_id=message.user_id,
        kind=message.kind,
        booking_id=message.booking_id,
        title=details.title,
        starts_at=details.starts_at,
        as_creator=details.as_creator,
        state=message.state,
        reason=details.reason,
        server_error=details.server_error,
        attempts=message.attempts,
        created_at=message.created_at,
        due_at=message.due_at,
        expires_at=message.expires_at,
        next_attempt_at=message.next_attempt_at,
        unknown_at=message.unknown_at,
        sent_at=message.sent_at,
        can_retry=details.can_retry,
    )
