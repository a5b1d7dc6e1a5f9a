"""A mail as the bytes that a server gets."""

import email
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage, Message

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.adapters.mail.rfc5322 import rendered
from marketplace.core.ports.mailer import Invitation, Mail, Mailbox

pytestmark = pytest.mark.thorough

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
LINK = f"https://sessions.example.org/unsubscribe/?token={'0123456789abcdef' * 8}"


def a_mail(
    *,
    name: str = "Ada",
    subject: str = "Booked",
    message_id: str = "<1@example.org>",
    text: str = "Booked",
    html: str = "<p>Booked</p>",
    invitations: tuple[Invitation, ...] = (),
) -> bytes:
    headers = (("List-Unsubscribe", f"<{LINK}>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    return rendered(
        Mail(
            sender=Mailbox(address="site@example.org", name="Sessions"),
            to=Mailbox(address="ada@example.org", name=name),
            subject=subject,
            text=text,
            html=html,
            message_id=message_id,
            invitation=invitations[0] if invitations else None,
            further_invitations=invitations[1:],
            headers=headers,
        ),
        NOW,
    )


def raw_header(mail: bytes, name: str) -> str:
    """Return the value as it is sent, where no reader has decoded it."""
    return str(email.message_from_bytes(mail, policy=policy.compat32)[name])


def read(mail: bytes) -> EmailMessage:
    message = email.message_from_bytes(mail, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


@settings(deadline=None)
@given(text=TEXTS, html=TEXTS, ics=st.binary(max_size=300))
def test_parts_are_read_as_they_were_written_in_lines_that_every_server_takes(text: str, html: str, ics: bytes) -> None:
    mail = a_mail(text=text, html=html, invitations=(Invitation(method="REQUEST", ics=ics),))
    message = read(mail)
    alternative, attached = message.iter_parts()
    plain, page, calendar = alternative.iter_parts()

    assert max(map(len, mail.split(b"\r\n"))) <= 78 + len(LINK)
    assert mail.isascii()
    assert b"\n" not in mail.replace(b"\r\n", b"")
    assert b"\r" not in mail.replace(b"\r\n", b"")
    for part, written in ((plain, text), (page, html)):
        assert decoded(part).splitlines() == written.encode().splitlines()
    assert [decoded(calendar), decoded(attached)] == [ics, ics]
    assert [part.get_content_type() for part in message.walk()] == [
        *("multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar", "application/ics"),
    ]
    assert (calendar["Content-Type"].params["method"], attached.get_filename()) == ("REQUEST", "invite.ics")


def test_further_invitations_are_attached_under_names_of_their_own() -> None:
    message = read(a_mail(invitations=tuple(Invitation(method="REQUEST", ics=ics) for ics in (b"first", b"second"))))

    attached = [(part.get_filename(), decoded(part)) for part in message.iter_attachments()]
    assert attached == [("invite.ics", b"first"), ("invite-2.ics", b"second")]
    assert [part.get_content_type() for part in message.walk()].count("text/calendar") == 1


def test_long_unsubscribe_link_is_sent_as_it_is() -> None:
    assert raw_header(a_mail(), "List-Unsubscribe") == f"<{LINK}>"


def test_long_message_id_is_sent_as_it_is() -> None:
    message_id = f"<{'a' * 90}@sessions.example.org>"
    assert raw_header(a_mail(message_id=message_id), "Message-ID") == message_id


def decoded(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def test_long_subject_is_encoded_in_words_that_fit_a_line() -> None:
    subject = "Brot backen für Anfänger " * 6
    mail = a_mail(subject=subject)
    assert read(mail)["Subject"] == subject.strip()
    assert max(map(len, raw_header(mail, "Subject").split())) <= 75


@pytest.mark.parametrize(
    "name",
    [
        "Lovelace, Ada",
        "Müller, Änne",
        'Ada "Countess" Lovelace',
        "Ada <eve@example.org>",
        "Ada\r\nBcc: eve@example.org",
    ],
)
def test_name_never_adds_a_recipient_or_a_header(name: str) -> None:
    message = read(a_mail(name=name))
    [recipient] = message["To"].addresses
    assert recipient.addr_spec == "ada@example.org"
    assert message["Bcc"] is None


def test_line_break_in_a_subject_adds_no_header() -> None:
    message = read(a_mail(subject="Booked\r\nBcc: eve@example.org"))
    assert message["Bcc"] is None
    assert message["Subject"] == "Booked Bcc: eve@example.org"


def test_what_looks_like_an_encoded_word_is_not_decoded() -> None:
    message = read(a_mail(name="=?utf-8?q?Ada_Byron?=", subject="=?utf-8?q?Ada_Byron?="))
    assert "Ada Byron" not in f"{message['To']} {message['Subject']}"
