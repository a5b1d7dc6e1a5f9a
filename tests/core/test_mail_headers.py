"""A mail as the bytes that a server gets."""

import email
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage

import pytest

from marketplace.adapters.mail.rfc5322 import rendered
from marketplace.core.ports.mailer import Mail, Mailbox

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
LINK = f"https://sessions.example.org/unsubscribe/?token={'0123456789abcdef' * 8}"


def a_mail(*, name: str = "Ada", subject: str = "Booked", message_id: str = "<1@example.org>") -> bytes:
    headers = (("List-Unsubscribe", f"<{LINK}>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    return rendered(
        Mail(
            sender=Mailbox(address="site@example.org", name="Sessions"),
            to=Mailbox(address="ada@example.org", name=name),
            subject=subject,
            text="Booked",
            html="<p>Booked</p>",
            message_id=message_id,
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


def test_long_unsubscribe_link_is_sent_as_it_is() -> None:
    assert raw_header(a_mail(), "List-Unsubscribe") == f"<{LINK}>"


def test_long_message_id_is_sent_as_it_is() -> None:
    message_id = f"<{'a' * 90}@sessions.example.org>"
    assert raw_header(a_mail(message_id=message_id), "Message-ID") == message_id


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
