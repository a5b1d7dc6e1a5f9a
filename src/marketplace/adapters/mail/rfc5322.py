"""Mail as a message of RFC 5322. No text of a person can add a header or a recipient: the library encodes values."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime

from marketplace.core.ports.mailer import Mail, Mailbox

MAX_TEXT = 400
"""Characters; a line has at most 998 bytes (RFC 5322, 2.1.1)."""
CALENDAR_FILE = "invite.ics"
UNFOLDED = frozenset({"list-unsubscribe", "message-id"})
"""Headers whose value has no place to fold. The library would write a long one as encoded words, which readers of these
do not decode (RFC 2047, section 5). A line may have 998 characters (RFC 5322, section 2.1.1)."""


class MailPolicy(EmailPolicy):
    """Lines as SMTP has them."""

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() in UNFOLDED:
            return f"{name}: {value}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


POLICY = MailPolicy(linesep="\r\n")


def rendered(mail: Mail, now: datetime) -> bytes:
    """Return the mail with all its parts, in ASCII, so that every server takes it."""
    message = EmailMessage(policy=POLICY)
    message["From"] = address_of(mail.sender)
    message["To"] = address_of(mail.to)
    message["Subject"] = one_line(mail.subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    for name, value in mail.headers:
        message[name] = one_line(value)
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    if mail.invitation is not None:
        calendar, method = mail.invitation.ics.decode(), mail.invitation.method
        message.add_alternative(calendar, subtype="calendar", params={"method": method}, cte="base64")
        message.add_attachment(mail.invitation.ics, maintype="application", subtype="ics", filename=CALENDAR_FILE)
    return message.as_bytes()


def address_of(mailbox: Mailbox) -> Address:
    """Return a mailbox for a header."""
    local, _, domain = mailbox.address.rpartition("@")
    return Address(display_name=one_line(mailbox.name), username=local, domain=domain)


def one_line(text: str) -> str:
    """Return a text that stays one value of a header, also after the library has read it.

    Without line breaks and other control characters, which would end the header; without the start of an encoded word
    (RFC 2047), which the library decodes, with any line break in it; and short enough for a line that cannot be folded.
    """
    printable = "".join(each if each.isprintable() else " " for each in text).replace("=?", "= ?")
    return " ".join(printable.split())[:MAX_TEXT]
