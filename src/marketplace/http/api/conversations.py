"""Conversations: what the two parties of a booking write to each other."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath

from marketplace.core.domain.conversations import MessageText
from marketplace.core.errors import ConversationClosed, NotFound, NotYours, RateLimited
from marketplace.core.services.conversations import ConversationService
from marketplace.http.conversions import converted
from marketplace.http.idempotency import answer, key_of, replayed_header, validate_key
from marketplace.http.pagination import LINK, Cursors, PageQuery
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.validation.fields import SlotStart
from marketplace.http.validation.parsing import read_body, read_query


class MessageIn(msgspec.Struct, kw_only=True):
    """A message to the other party of a booking."""

    text: MessageText


class MessageOut(msgspec.Struct, rename={"author_id": "author"}):
    """A message. `to_everyone` if the creator wrote it to every learner of that start."""

    id: UUID
    author_id: UUID
    text: MessageText
    created_at: datetime
    to_everyone: bool


class LastReadIn(msgspec.Struct, kw_only=True):
    """The newest message that you've read."""

    last: UUID


class UnreadOut(msgspec.Struct, rename={"booking_id": "booking"}):
    """How many messages of a booking you haven't read, as its creator or as its learner."""

    booking_id: UUID
    as_creator: bool
    unread: int


class SlotMessageIn(msgspec.Struct, kw_only=True):
    """The start, and a message to everyone who has a live booking at it."""

    starts_at: SlotStart
    text: MessageText


class SlotMessageOut(msgspec.Struct):
    """The number of bookings that the message was added to."""

    sent: int


class ConversationController(Controller):
    """The conversation of a booking."""

    path = "/api/bookings/{booking_id:uuid}/messages"
    tags = ["conversations"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/",
        operation_id="list_messages",
        summary="List the messages of a booking",
        opt=opt(Access.SIGNED_IN, scope="read", query=PageQuery, headers=LINK, errors=(NotFound,)),
    )
    async def list_messages(
        self,
        request: Request[Any, Any, Any],
        booking_id: FromPath[UUID],
        conversations: FromDishka[ConversationService],
        cursors: FromDishka[Cursors],
    ) -> Response[list[MessageOut]]:
        """For its learner and creator, newest first. Reading them marks nothing as read."""
        query, position = page_of(request, cursors)
        page = await conversations.list(principal_of(request), booking_id, query.limit, position)
        shown = page.with_items(tuple(converted(each, MessageOut) for each in page.items))
        return cursors.answer(request, shown).response()

    @post(
        "/",
        operation_id="write_message",
        summary="Write to the other party of a booking",
        opt=opt(
            Access.SIGNED_IN,
            scope="bookings:write",
            body=MessageIn,
            is_keyed=True,
            errors=(NotFound, ConversationClosed, RateLimited),
        ),
    )
    async def write(
        self,
        request: Request[Any, Any, Any],
        booking_id: FromPath[UUID],
        conversations: FromDishka[ConversationService],
    ) -> Response[MessageOut]:
        """For its learner and creator until `messages_until`: 30 days after the end, or the cancellation if earlier.

        Closed, too, once the other one has deleted their account.
        """
        parsed = await read_body(request, MessageIn)
        data, key = parsed.checked(validate_key(request)), key_of(request, parsed)
        return answer(await conversations.write(principal_of(request), booking_id, data.text, key=key), MessageOut)

    @post(
        "/read",
        status_code=204,
        operation_id="mark_messages_read",
        summary="Mark messages as read",
        opt=opt(Access.SIGNED_IN, scope="bookings:write", body=LastReadIn, errors=(NotFound,)),
    )
    async def mark_read(
        self,
        request: Request[Any, Any, Any],
        booking_id: FromPath[UUID],
        conversations: FromDishka[ConversationService],
    ) -> None:
        """Those written to you up to `last`. Can be repeated, and doesn't make a read message unread."""
        data = (await read_body(request, LastReadIn)).checked()
        await conversations.mark_read(principal_of(request), booking_id, data.last)


class UnreadController(Controller):
    """Unread messages of all bookings."""

    path = "/api/bookings/unread-messages"
    tags = ["conversations"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/",
        operation_id="list_unread_messages",
        summary="Count your unread messages by booking",
        opt=opt(Access.SIGNED_IN, scope="read"),
    )
    async def list_unread(
        self, request: Request[Any, Any, Any], conversations: FromDishka[ConversationService]
    ) -> list[UnreadOut]:
        """Bookings without unread messages are left out. At most 1,000 messages are counted."""
        return [converted(each, UnreadOut) for each in await conversations.unread(principal_of(request))]


class SlotMessageController(Controller):
    """Messages to everyone at a start."""

    path = "/api/sessions/{session_id:uuid}/slots/message"
    tags = ["conversations"]  # noqa: RUF012 - Litestar reads a plain list

    @post(
        "/",
        operation_id="write_slot_message",
        summary="Write to everyone who booked a start",
        opt=opt(
            Access.CREATOR,
            scope="bookings:write",
            body=SlotMessageIn,
            is_keyed=True,
            errors=(NotFound, NotYours, ConversationClosed, RateLimited),
        ),
    )
    async def write(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        conversations: FromDishka[ConversationService],
    ) -> Response[SlotMessageOut]:
        """For the session's creator. Adds the message to the conversation of each live booking, not of unpaid ones."""
        parsed = await read_body(request, SlotMessageIn)
        data, key = parsed.checked(validate_key(request)), key_of(request, parsed)
        principal = principal_of(request)
        sent = await conversations.write_to_slot(principal, session_id, data.starts_at, data.text, key=key)
        return Response(SlotMessageOut(sent.resource), headers=replayed_header(sent))


class ConversationAdminController(Controller):
    """The conversation of a booking, for staff."""

    path = "/api/admin/bookings/{booking_id:uuid}/messages"
    tags = ["administration"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/",
        operation_id="admin_list_messages",
        summary="List the messages of a booking",
        opt=opt(Access.STAFF, query=PageQuery, headers=LINK, errors=(NotFound,)),
    )
    async def list_messages(
        self,
        request: Request[Any, Any, Any],
        booking_id: FromPath[UUID],
        conversations: FromDishka[ConversationService],
        cursors: FromDishka[Cursors],
    ) -> Response[list[MessageOut]]:
        """Of any booking, newest first. Staff can't write. The audit log records the reader."""
        query, position = page_of(request, cursors)
        page = await conversations.list_for_staff(principal_of(request), booking_id, query.limit, position)
        shown = page.with_items(tuple(converted(each, MessageOut) for each in page.items))
        return cursors.answer(request, shown).response()


def page_of(request: Request[Any, Any, Any], cursors: Cursors) -> tuple[PageQuery, str | None]:
    """Read the query of a list without filters, and the position of its cursor."""
    parsed = read_query(request, PageQuery)
    query = parsed.checked(cursors.validate(request, parsed.values))
    return query, cursors.open(request, query.cursor)
