"""Endpoints for what is sent to one, and what was."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get, put
from msgspec import Meta

from marketplace.core.domain.fields import Boolean
from marketplace.core.domain.message_details import MessageDetails, Progress
from marketplace.core.domain.message_reasons import MessageReason
from marketplace.core.domain.messages import RULES, MessageKind
from marketplace.core.domain.sessions import Title
from marketplace.core.services.sent_messages import SentMessageService
from marketplace.core.services.subscriptions import PreferenceService
from marketplace.http.api.conversations import page_of
from marketplace.http.pagination import LINK, Cursors, PageQuery
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.validation.parsing import read_body

Wanted = Annotated[bool, Boolean(example=True, description="Whether you get this kind of mail.")]


class PreferencesIn(msgspec.Struct, kw_only=True):
    """The kinds of mail that you can choose. Those you don't send stay as they are."""

    reminder_day: Wanted = True
    reminder_hour: Wanted = True
    how_was_it: Wanted = True
    new_message: Wanted = True
    offer_expired: Wanted = True
    new_review: Wanted = True


class PreferencesOut(msgspec.Struct, kw_only=True):
    """The kinds of mail that you can choose, by name, and those that you always get."""

    reminder_day: Annotated[bool, Meta(description="A reminder 24 hours before a booked start.")]
    reminder_hour: Annotated[bool, Meta(description="A reminder an hour before a booked start.")]
    how_was_it: Annotated[bool, Meta(description="A question after a session that you booked.")]
    new_message: Annotated[bool, Meta(description="That someone wrote to you about a booking.")]
    offer_expired: Annotated[bool, Meta(description="That an offer of a waitlist expired.")]
    new_review: Annotated[bool, Meta(description="That someone reviewed a session of yours.")]
    always: list[MessageKind]


class OwnMessageOut(msgspec.Struct, rename={"booking_id": "booking", "starts_at": "booking_date"}):
    """A mail to you: what it was about and how far it got, not its text, which isn't stored.

    `title` is as sold; `booking_date` is the start as it stands. `as_creator` if the booking is of your session.
    """

    id: UUID
    kind: MessageKind
    booking_id: UUID | None
    title: Title | None
    starts_at: datetime | None
    as_creator: bool
    progress: Progress
    reason: Annotated[
        MessageReason | None,
        Meta(description="Why it waits or wasn't sent, or won't be unless that changes; otherwise `null`."),
    ]
    created_at: datetime
    due_at: Annotated[datetime, Meta(description="When it was, or will be, to be sent.")]
    sent_at: datetime | None


class PreferenceController(Controller):
    """Preferences of mail, and the mails to oneself."""

    path = "/api/auth"
    tags = ["accounts"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/preferences",
        operation_id="get_preferences",
        summary="Get which mail you get",
        opt=opt(Access.SIGNED_IN),
    )
    async def retrieve(
        self, request: Request[Any, Any, Any], preferences: FromDishka[PreferenceService]
    ) -> PreferencesOut:
        """The link in a mail that ends its kind changes the same choice."""
        return _preferences(await preferences.of(principal_of(request)))

    @put(
        "/preferences",
        operation_id="choose_preferences",
        summary="Choose which mail you get",
        opt=opt(Access.SIGNED_IN, body=PreferencesIn),
    )
    async def choose(
        self, request: Request[Any, Any, Any], preferences: FromDishka[PreferenceService]
    ) -> PreferencesOut:
        """Kinds you don't send stay as they are. A mail is decided when it's due, by your choice then."""
        changes = (await read_body(request, PreferencesIn)).changes()
        choices = {MessageKind(name): bool(is_on) for name, is_on in changes.items()}
        return _preferences(await preferences.choose(principal_of(request), choices))

    @get(
        "/messages",
        operation_id="list_own_mails",
        summary="List the mails to you",
        opt=opt(Access.SIGNED_IN, query=PageQuery, headers=LINK),
    )
    async def list_own(
        self, request: Request[Any, Any, Any], sent: FromDishka[SentMessageService], cursors: FromDishka[Cursors]
    ) -> Response[list[OwnMessageOut]]:
        """Those of the last 180 days, with those to come, newest first."""
        query, position = page_of(request, cursors)
        page = await sent.list_own(principal_of(request), query.limit, position)
        return cursors.answer(request, page.with_items(tuple(map(_own_message, page.items)))).response()


def _preferences(chosen: Mapping[MessageKind, bool]) -> PreferencesOut:
    always = [kind for kind, rule in RULES.items() if rule.is_needed]
    return PreferencesOut(**{kind.value: is_on for kind, is_on in chosen.items()}, always=always)


def _own_message(details: MessageDetails) -> OwnMessageOut:
    message = details.message
    return OwnMessageOut(
        id=message.id,
        kind=message.kind,
        booking_id=message.booking_id,
        title=details.title,
        starts_at=details.starts_at,
        as_creator=details.as_creator,
        progress=details.progress,
        reason=details.reason,
        created_at=message.created_at,
        due_at=message.due_at,
        sent_at=message.sent_at,
    )
