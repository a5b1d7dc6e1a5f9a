"""Mail as a message of RFC 5322. No text of a person can add a header or a recipient: the library encodes values.

The parts are put together here, since `EmailMessage` takes ten times as long: it parses each header of each part, and
writes quoted-printable in Python.
"""

import quopri
import secrets
from base64 import encodebytes
from collections.abc import Iterable, Iterator
from datetime import datetime
from email.headerregistry import Address
from email.policy import EmailPolicy
from email.utils import format_datetime
from functools import lru_cache

from marketplace.core.ports.mailer import Invitation, Mail, Mailbox

MAX_TEXT = 400
"""Characters; a line has at most 998 bytes (RFC 5322, 2.1.1)."""
CALENDAR_FILE = "invite.ics"
UNFOLDED = frozenset({"List-Unsubscribe", "Message-ID"})
"""Headers whose value has no place to fold. The library would write a long one as encoded words, which readers of these
do not decode (RFC 2047, section 5). A line may have 998 characters (RFC 5322, section 2.1.1)."""
POLICY = EmailPolicy(linesep="\r\n")
QUOTED_PRINTABLE, BASE64 = b"quoted-printable", b"base64"


def rendered(mail: Mail, now: datetime) -> bytes:
    """Return the mail with all its parts, in ASCII, so that every server takes it."""
    body = _multipart(b"alternative", _alternatives(mail))
    if mail.invitation is not None:
        invitations = enumerate((mail.invitation, *mail.further_invitations), 1)
        body = _multipart(b"mixed", [body, *(_attachment(each, number) for number, each in invitations)])
    return b"".join([*_headers(mail, now), b"MIME-Version: 1.0\r\n", body])


def _headers(mail: Mail, now: datetime) -> Iterator[bytes]:
    yield _folded("From", mail.sender)
    yield _folded("To", mail.to)
    yield _folded("Subject", one_line(mail.subject))
    yield _whole("Date", format_datetime(now))
    yield _whole("Message-ID", mail.message_id)
    yield _whole("Auto-Submitted", "auto-generated")
    for name, value in mail.headers:
        yield _whole(name, value) if name in UNFOLDED else _folded(name, one_line(value))


@lru_cache(maxsize=1000)
def _folded(name: str, value: str | Mailbox) -> bytes:
    """Return a header as the library encodes and folds it. Senders and subjects recur."""
    written = value if isinstance(value, str) else address_of(value)
    return POLICY.fold_binary(*POLICY.header_store_parse(name, written))


def _whole(name: str, value: str) -> bytes:
    return f"{name}: {one_line(value)}\r\n".encode("ascii")


def _alternatives(mail: Mail) -> Iterator[bytes]:
    yield _part(b'text/plain; charset="utf-8"', QUOTED_PRINTABLE, _quoted(mail.text))
    yield _part(b'text/html; charset="utf-8"', QUOTED_PRINTABLE, _quoted(mail.html))
    if mail.invitation is not None:
        kind = f'text/calendar; charset="utf-8"; method="{mail.invitation.method}"'.encode()
        yield _part(kind, BASE64, _base64(mail.invitation.ics))


def _attachment(invitation: Invitation, number: int) -> bytes:
    name = CALENDAR_FILE if number == 1 else f"invite-{number}.ics"
    disposition = f'Content-Disposition: attachment; filename="{name}"\r\n'.encode()
    return disposition + _part(b"application/ics", BASE64, _base64(invitation.ics))


def _part(kind: bytes, encoding: bytes, content: bytes) -> bytes:
    return b"Content-Type: %b\r\nContent-Transfer-Encoding: %b\r\n\r\n%b" % (kind, encoding, content)


def _multipart(subtype: bytes, parts: Iterable[bytes]) -> bytes:
    """Return a multipart body with its header (RFC 2046, 5.1.1)."""
    # no line of quoted-printable or base64 has `=_`
    boundary = f"=_{secrets.token_hex(12)}".encode()
    divided = b"".join(b"--%b\r\n%b\r\n" % (boundary, part) for part in parts)
    return b'Content-Type: multipart/%b; boundary="%b"\r\n\r\n%b--%b--\r\n' % (subtype, boundary, divided, boundary)


def _quoted(text: str) -> bytes:
    return quopri.encodestring(b"\r\n".join([*text.encode().splitlines(), b""]))


def _base64(data: bytes) -> bytes:
    return encodebytes(data).replace(b"\n", b"\r\n")


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
