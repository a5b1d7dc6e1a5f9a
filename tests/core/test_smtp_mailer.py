"""Mail over SMTP, to a real server that fails as the test says."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
import pytest_asyncio
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from fakes import MovableClock
from marketplace.adapters.mail.smtp import (
    MAX_CONNECTIONS,
    STEPS_BEFORE_DATA,
    STEPS_OF_DATA,
    TIMEOUT,
    SmtpMailer,
    SmtpServer,
)
from marketplace.core.ports.mailer import Accepted, Invitation, Lost, Mail, Mailbox, Refused, Unavailable
from marketplace.core.services.mail_delivery import LEASE
from smtp_server import ScriptedServer, smtp_server

pytestmark = pytest.mark.thorough

ADA = Mailbox(address="ada@example.net", name="Ada Byron")
MAIL = Mail(
    sender=Mailbox(address="sessions@example.org", name="Sessions"),
    to=ADA,
    subject="Booked: Yoga",
    text="You're booked.\n",
    html="<p>You're booked.</p>",
    message_id="<1@sessions.example.org>",
)


@pytest_asyncio.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with smtp_server() as running:
        yield running


@pytest_asyncio.fixture
async def mailer(server: ScriptedServer) -> AsyncIterator[SmtpMailer]:
    mailer = mailer_to(server)
    yield mailer
    await mailer.close()


def mailer_to(server: ScriptedServer, query: str = "", timeout: float = 5) -> SmtpMailer:
    return SmtpMailer(SmtpServer.of(f"smtp://127.0.0.1:{server.port}{query}"), MovableClock(), timeout)


def part(mail: EmailMessage, media_type: str) -> EmailMessage:
    [found] = [each for each in mail.walk() if each.get_content_type() == media_type]
    assert isinstance(found, EmailMessage)
    return found


async def test_mail_arrives_as_it_was_written(server: ScriptedServer, mailer: SmtpMailer) -> None:
    calendar = Invitation(method="REQUEST", ics=b"BEGIN:VCALENDAR\r\nSUMMARY:Caf\xc3\xa9\r\nEND:VCALENDAR\r\n")
    unsubscribe = ("List-Unsubscribe", "<https://sessions.example.org/api/unsubscribe/x>")
    sent = replace(MAIL, invitation=calendar, headers=(unsubscribe,), subject="Café: ½ price", text="Grüße\n.\n..\n")

    assert await mailer.send(sent) == Accepted()

    [mail], [envelope] = server.read_mails(), server.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("sessions@example.org", ["ada@example.net"])
    assert (mail["From"], mail["To"]) == ("Sessions <sessions@example.org>", "Ada Byron <ada@example.net>")
    assert (mail["Subject"], mail["Message-ID"]) == ("Café: ½ price", "<1@sessions.example.org>")
    assert mail["Date"] == "Mon, 07 Jan 2030 09:00:00 +0000"
    assert mail["List-Unsubscribe"] == unsubscribe[1]
    assert part(mail, "text/plain").get_content().replace("\r\n", "\n") == "Grüße\n.\n..\n"
    assert part(mail, "text/html").get_content().strip() == "<p>You're booked.</p>"
    assert part(mail, "text/calendar")["Content-Type"].params["method"] == "REQUEST"
    assert part(mail, "application/ics").get_content() == calendar.ics
    assert (envelope.original_content or b"").isascii()


@pytest.mark.parametrize(
    "evil",
    [
        "Ada\r\nBcc: eve@example.net",
        "Ada\nSubject: won",
        'Ada", "Eve" <eve@example.net>, "x',
        "Ada, Eve <eve@example.net>",
        "=?utf-8?q?Ada_Byron?=",
        "Ada\u2028Bcc: eve@example.net",
        "Ada\x00\x0b\x85",
        "A" * 3_000,
    ],
)
async def test_names_and_subjects_add_no_header_and_no_recipient(
    server: ScriptedServer, mailer: SmtpMailer, evil: str
) -> None:
    to, sender = replace(ADA, name=evil), replace(MAIL.sender, name=evil)

    assert await mailer.send(replace(MAIL, to=to, sender=sender, subject=evil)) == Accepted()

    [mail], [envelope] = server.read_mails(), server.envelopes
    expected = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
    assert sorted(mail.keys()) == sorted(expected)
    assert [each.addr_spec for each in mail["To"].addresses] == ["ada@example.net"]
    assert [each.addr_spec for each in mail["From"].addresses] == ["sessions@example.org"]
    assert envelope.rcpt_tos == ["ada@example.net"]


async def test_refused_recipient_is_recognized_by_its_code(server: ScriptedServer, mailer: SmtpMailer) -> None:
    server.rcpt["ada@example.net"] = [
        "550 5.1.1 No such user ada@example.net",
        "550 No such user",
        "450 4.2.1 Greylisted",
        "550 5.7.1 Rejected by policy",
    ]

    results = [await mailer.send(MAIL) for _ in range(5)]

    assert results == [
        Refused(is_permanent=True, reason="550 5.1.1", is_about_recipient=True),
        Refused(is_permanent=True, reason="550", is_about_recipient=True),
        Refused(is_permanent=False, reason="450 4.2.1"),
        Refused(is_permanent=True, reason="550 5.7.1"),
        Accepted(),
    ]
    assert server.connections == 1


async def test_refusal_counts_although_the_server_hangs_up_with_it(server: ScriptedServer, mailer: SmtpMailer) -> None:
    server.hangs_up, server.mail = True, ["530 5.7.0 Authentication required"]
    server.rcpt["ada@example.net"] = ["550 5.1.1 No such user", "450 4.2.1 Greylisted"]

    results = [await mailer.send(MAIL) for _ in range(4)]

    assert results == [
        Unavailable("530 5.7.0"),
        Refused(is_permanent=True, reason="550 5.1.1", is_about_recipient=True),
        Refused(is_permanent=False, reason="450 4.2.1"),
        Accepted(),
    ]


async def test_refusal_of_one_recipient_leaves_another(server: ScriptedServer, mailer: SmtpMailer) -> None:
    server.rcpt["ada@example.net"] = ["550 5.1.1 No such user"]
    other = replace(MAIL, to=Mailbox(address="bob@example.net"))

    refused, accepted = await asyncio.gather(mailer.send(MAIL), mailer.send(other))

    assert (refused, accepted) == (
        Refused(is_permanent=True, reason="550 5.1.1", is_about_recipient=True),
        Accepted(),
    )
    assert [each.rcpt_tos for each in server.envelopes] == [["bob@example.net"]]


async def test_refused_content_is_no_fault_of_the_address(server: ScriptedServer, mailer: SmtpMailer) -> None:
    server.data = ["451 4.3.0 Try again", "554 5.7.1 Spam", "421 4.3.2 Closing"]

    results = [await mailer.send(MAIL) for _ in range(3)]

    assert results == [
        Refused(is_permanent=False, reason="451 4.3.0"),
        Refused(is_permanent=True, reason="554 5.7.1"),
        Unavailable("421 4.3.2"),
    ]


async def test_connection_that_ends_after_data_leaves_the_outcome_unknown(
    server: ScriptedServer, mailer: SmtpMailer
) -> None:
    server.data = [None]

    assert isinstance(await mailer.send(MAIL), Lost)
    assert await mailer.send(MAIL) == Accepted()
    assert server.connections == 2


async def test_server_that_answers_too_late_leaves_the_outcome_unknown(server: ScriptedServer) -> None:
    mailer, server.delay = mailer_to(server, timeout=0.2), 1.0

    assert await mailer.send(MAIL) == Lost("SMTPReadTimeoutError")
    await mailer.close()


async def test_server_that_is_away_is_unavailable() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    mailer = SmtpMailer(SmtpServer.of(f"smtp://127.0.0.1:{port}"), MovableClock(), 1)

    assert await mailer.send(MAIL) == Unavailable("SMTPConnectError")


async def test_server_that_accepts_connections_but_says_nothing_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        mailer = SmtpMailer(SmtpServer.of(url), MovableClock(), 0.2)

        assert isinstance(await mailer.send(MAIL), Unavailable)


async def test_mail_is_not_sent_unencrypted_if_encryption_is_required(server: ScriptedServer) -> None:
    mailer = mailer_to(server, "?starttls=required")

    assert isinstance(await mailer.send(MAIL), Unavailable)
    assert server.read_mails() == []


async def test_login_is_sent_unencrypted_only_if_the_operator_allows_it() -> None:
    logins: list[LoginPassword] = []

    def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        _ = server, session, envelope, mechanism
        logins.append(data)
        return AuthResult(success=True)

    async with smtp_server(authenticator=authenticate, auth_require_tls=False) as server:
        url = f"smtp://me:hunter2@127.0.0.1:{server.port}"
        by_default, as_allowed = [
            SmtpMailer(SmtpServer.of(url + query), MovableClock(), 5) for query in ("", "?starttls=auto")
        ]

        assert await by_default.send(MAIL) == Unavailable("SMTPException")
        assert logins == []
        assert await as_allowed.send(MAIL) == Accepted()
        assert [each.password for each in logins] == [b"hunter2"]
        await as_allowed.close()


async def test_connection_is_kept_between_mails_and_replaced_once_closed(
    server: ScriptedServer, mailer: SmtpMailer
) -> None:
    for number in range(3):
        assert await mailer.send(replace(MAIL, message_id=f"<{number}@x>")) == Accepted()
    assert server.connections == 1
    await mailer.close()

    assert await mailer.send(MAIL) == Accepted()
    assert server.connections == 2


async def test_mails_at_once_share_a_few_connections(server: ScriptedServer, mailer: SmtpMailer) -> None:
    results = await asyncio.gather(*(mailer.send(replace(MAIL, message_id=f"<{n}@x>")) for n in range(40)))

    assert results == [Accepted()] * 40
    assert len(set(server.ids())) == 40
    assert server.connections <= MAX_CONNECTIONS


async def test_mail_that_could_not_begin_in_time_is_not_sent_later(server: ScriptedServer) -> None:
    mailer, server.delay, start = mailer_to(server, timeout=0.8), 0.4, time.monotonic()

    results = await asyncio.gather(*(mailer.send(replace(MAIL, message_id=f"<{n}@x>")) for n in range(48)))

    assert set(results) == {Accepted(), Unavailable("TimeoutError")}
    assert results.count(Accepted()) == len(server.envelopes)
    assert time.monotonic() - start < (STEPS_BEFORE_DATA + STEPS_OF_DATA) * 0.8
    await mailer.close()


def test_lease_is_longer_than_any_mail_takes() -> None:
    longest = timedelta(seconds=(STEPS_BEFORE_DATA + STEPS_OF_DATA) * TIMEOUT)

    assert longest < timedelta(minutes=4) < LEASE


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example.org", SmtpServer(host="mail.example.org", port=587, is_tls=False)),
        ("smtps://mail.example.org", SmtpServer(host="mail.example.org", port=465, is_tls=True, starttls="never")),
        (
            "smtps://me:p@mail.example.org?starttls=required",
            SmtpServer(host="mail.example.org", port=465, is_tls=True, starttls="never", username="me", password="p"),
        ),
        (
            "smtp://me:p@mail.example.org?starttls=auto",
            SmtpServer(host="mail.example.org", port=587, is_tls=False, username="me", password="p"),
        ),
        (
            "smtp://me%40x:p%2F1@mail.example.org:25?starttls=never",
            SmtpServer(
                host="mail.example.org",
                port=25,
                is_tls=False,
                starttls="never",
                username="me@x",
                password="p/1",
            ),
        ),
    ],
)
def test_server_is_read_from_its_address(url: str, expected: SmtpServer) -> None:
    assert SmtpServer.of(url) == expected
