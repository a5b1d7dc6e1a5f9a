"""Notifications: what happened to one's bookings."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get, post

from marketplace.core.domain.money import Amount
from marketplace.core.domain.notifications import NotificationKind
from marketplace.core.domain.sessions import Title
from marketplace.core.errors import NotFound
from marketplace.core.services.notifications import NotificationService
from marketplace.http.api.conversations import page_of
from marketplace.http.api.users import PublicUserOut
from marketplace.http.conversions import converted
from marketplace.http.pagination import LINK, UNREAD, UNREAD_COUNT, Cursors, PageQuery
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.validation.parsing import read_body

NAMES = {"booking_id": "booking", "waitlist_id": "waitlist", "session_id": "session", "starts_at": "booking_date"}


class NotificationOut(msgspec.Struct, rename=NAMES):
    """What happened to a booking, or to a wait for seats. `title` is as sold; `booking_date` is the start as it stands.

    `other` is the other party. `as_creator` if the booking is of your session. `amount` is what was paid or returned,
    if that is what happened. `booking` is `null` if it is about a waitlist; then `waitlist` names the entry.
    """

    id: UUID
    kind: NotificationKind
    booking_id: UUID | None
    waitlist_id: UUID | None
    session_id: UUID
    title: Title
    starts_at: datetime
    as_creator: bool
    other: PublicUserOut
    amount: Amount | None
    currency: str | None
    created_at: datetime
    is_read: bool


class LastNotificationIn(msgspec.Struct, kw_only=True):
    """The newest notification that you've seen."""

    last: UUID


class NotificationController(Controller):
    """Notifications."""

    path = "/api/notifications"
    tags = ["notifications"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/",
        operation_id="list_notifications",
        summary="List your notifications",
        opt=opt(Access.SIGNED_IN, scope="read", query=PageQuery, headers=LINK | UNREAD),
    )
    async def list_notifications(
        self,
        request: Request[Any, Any, Any],
        notifications: FromDishka[NotificationService],
        cursors: FromDishka[Cursors],
    ) -> Response[list[NotificationOut]]:
        """What others did to your bookings in the last 90 days, newest first."""
        query, position = page_of(request, cursors)
        principal = principal_of(request)
        page = await notifications.list_own(principal, query.limit, position)
        shown = page.with_items(tuple(converted(each, NotificationOut) for each in page.items))
        answer, unread = cursors.answer(request, shown), await notifications.count_unread(principal)
        return replace(answer, headers={**answer.headers, UNREAD_COUNT: str(unread)}).response()

    @post(
        "/read",
        status_code=204,
        operation_id="mark_notifications_read",
        summary="Mark notifications as read",
        opt=opt(Access.SIGNED_IN, scope="bookings:write", body=LastNotificationIn, errors=(NotFound,)),
    )
    async def mark_read(self, request: Request[Any, Any, Any], notifications: FromDishka[NotificationService]) -> None:
        """Yours up to `last`. Can be repeated."""
        data = (await read_body(request, LastNotificationIn)).checked()
        await notifications.mark_read(principal_of(request), data.last)
