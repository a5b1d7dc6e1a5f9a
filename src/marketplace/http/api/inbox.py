"""The inbox of the demo."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get
from litestar.params import FromPath

from marketplace.core.domain.pages import Page
from marketplace.core.errors import NotFound
from marketplace.core.ports.inbox import InboxMail
from marketplace.core.services.inbox import InboxService
from marketplace.http.pagination import LINK, Cursors, PageQuery
from marketplace.http.security.authorization import Access, opt
from marketplace.http.validation.parsing import read_query


class InboxMailOut(msgspec.Struct):
    """A mail that the demo kept instead of sending it."""

    id: UUID
    created_at: datetime
    recipient: str
    subject: str


class MailHeaderOut(msgspec.Struct):
    """A header of a mail."""

    name: str
    value: str


class InboxMailDetailsOut(InboxMailOut):
    """A mail with its parts. `calendar` is the iCalendar object, if there is one."""

    headers: list[MailHeaderOut]
    text: str
    html: str
    calendar: str | None


class InboxController(Controller):
    """The inbox."""

    path = "/api/inbox"
    tags = ["mail"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/",
        operation_id="list_inbox",
        summary="List the mail of the demo",
        opt=opt(Access.PUBLIC, query=PageQuery, errors=(NotFound,), headers=LINK),
    )
    async def list_mails(
        self, request: Request[Any, Any, Any], inbox: FromDishka[InboxService], cursors: FromDishka[Cursors]
    ) -> Response[list[InboxMailOut]]:
        """All mails, newest first. Only where `MARKETPLACE_INBOX` is on."""
        parsed = read_query(request, PageQuery)
        query = parsed.checked(cursors.validate(request, parsed.values))
        page = await inbox.newest(query.limit, cursors.open(request, query.cursor))
        return cursors.answer(request, Page(tuple(map(_mail, page.items)), page.next)).response()

    @get(
        "/{mail_id:uuid}",
        operation_id="get_inbox_mail",
        summary="Get a mail of the demo",
        opt=opt(Access.PUBLIC, errors=(NotFound,)),
    )
    async def retrieve(self, mail_id: FromPath[UUID], inbox: FromDishka[InboxService]) -> InboxMailDetailsOut:
        """The mail as a mail program reads it. Only where `MARKETPLACE_INBOX` is on."""
        found = await inbox.read(mail_id)
        return InboxMailDetailsOut(
            id=found.mail.id,
            created_at=found.mail.created_at,
            recipient=found.mail.recipient,
            subject=found.mail.subject,
            headers=[MailHeaderOut(name, value) for name, value in found.headers.items()],
            text=found.text,
            html=found.html,
            calendar=found.calendar,
        )


def _mail(mail: InboxMail) -> InboxMailOut:
    return InboxMailOut(mail.id, mail.created_at, mail.recipient, mail.subject)
