"""The inbox of the demo, and unsubscribing, over the API."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest_asyncio

from builders import a_message
from fakes import FreshIds
from http_api import KEYS, SETTINGS, Api, open_api, problem
from marketplace.adapters.mail.inbox import InboxMailer
from marketplace.adapters.security.unsubscribe_tokens import HmacUnsubscribeTokens
from marketplace.core.domain.messages import MessageKind
from marketplace.core.ports.mailer import Invitation, Mail, Mailbox

MAIL = Mail(
    sender=Mailbox(address="sessions@example.org", name="Sessions"),
    to=Mailbox(address="ada@example.net", name="Ada Byron"),
    subject="Booked: Yoga",
    text="You're booked.\n",
    html="<p>You're booked.</p>",
    message_id="<1@sessions.example.org>",
    invitation=Invitation(method="REQUEST", ics=b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"),
)


@pytest_asyncio.fixture(loop_scope="module")
async def demo() -> AsyncIterator[Api]:
    async with open_api(replace(SETTINGS, inbox=True)) as opened:
        yield opened


async def test_inbox_shows_each_mail_as_it_was_written(demo: Api) -> None:
    mailer = InboxMailer(demo.storage.inbox, demo.clock, FreshIds())
    for subject in ("Booked: Yoga", "Reminder: Yoga", "Cancelled: Yoga"):
        await mailer.send(replace(MAIL, subject=subject))

    first = await demo.visitor.get("/api/inbox/", limit=2)
    assert first.status_code == 200, first.text
    [_, listed] = first.json()
    rest = await demo.client.get(first.headers["link"].partition(">")[0].strip("<"))
    mail = (await demo.visitor.get(f"/api/inbox/{listed['id']}/")).json()

    assert [each["subject"] for each in (*first.json(), *rest.json())] == [
        "Cancelled: Yoga",
        "Reminder: Yoga",
        "Booked: Yoga",
    ]
    assert listed["recipient"] == "ada@example.net"
    assert (mail["text"], mail["html"].strip()) == ("You're booked.\n", "<p>You're booked.</p>")
    assert mail["calendar"].splitlines() == ["BEGIN:VCALENDAR", "END:VCALENDAR"]
    assert {"name": "Message-ID", "value": "<1@sessions.example.org>"} in mail["headers"]


async def test_inbox_is_not_found_where_it_is_off(api: Api) -> None:
    await InboxMailer(api.storage.inbox, api.clock, FreshIds()).send(MAIL)
    page = await api.storage.inbox.newest(1, None)

    problem(await api.visitor.get("/api/inbox/"), 404, "not_found")
    problem(await api.visitor.get(f"/api/inbox/{page.items[0].id}/"), 404, "not_found")


async def test_program_unsubscribes_by_posting_the_form_of_rfc_8058(api: Api) -> None:
    user = (await api.person()).user
    token = HmacUnsubscribeTokens(KEYS).sign(a_message(user.id, kind=MessageKind.REMINDER_HOUR))

    async def unsubscribed() -> frozenset[MessageKind]:
        async with api.storage.unit_of_work() as tx:
            recipient = await tx.messages.recipient(user.id)
            assert recipient is not None
            return recipient.unsubscribed

    opened = await api.visitor.get(f"/api/unsubscribe/{token}/")
    assert (opened.status_code, opened.json()) == (200, {"kind": "reminder_hour"})
    assert await unsubscribed() == frozenset()

    for _ in range(2):
        posted = await api.client.post(f"/api/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"})
        assert (posted.status_code, posted.json()) == (200, {"kind": "reminder_hour"})

    assert await unsubscribed() == {MessageKind.REMINDER_HOUR}


async def test_changed_token_unsubscribes_from_nothing(api: Api) -> None:
    user = (await api.person()).user
    token = HmacUnsubscribeTokens(KEYS).sign(a_message(user.id, kind=MessageKind.REMINDER_HOUR))

    for changed in (token[:-3], f"{token}AA", token.swapcase(), "x", "%00", "é", token[1:]):
        for method in ("GET", "POST"):
            problem(await api.visitor.send(method, f"/api/unsubscribe/{changed}/"), 404, "not_found")
