"""Mail through an SMTP server (RFC 5321), with aiosmtplib.

The steps of a mail are sent one by one, since what a failure means depends on how far it got: before DATA nothing was
sent; after it, only the server's answer tells.
"""

import asyncio
import logging
import re
from dataclasses import dataclass, field
from ssl import SSLCertVerificationError
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from marketplace.adapters.mail.rfc5322 import rendered
from marketplace.core.ports.mailer import Accepted, Lost, Mail, Refused, SendResult, Unavailable
from marketplace.core.ports.system import Clock

LOG = logging.getLogger(__name__)

StartTls = Literal["auto", "required", "never"]
DEFAULT_PORTS = {"smtp": 587, "smtps": 465}
TIMEOUT = 30.0
"""Seconds for each step: connecting, an answer."""
STEPS_BEFORE_DATA = 4
"""Timeouts for all that precedes DATA together: a free connection, opening it, the sender and the recipient."""
STEPS_OF_DATA = 2
MAX_CONNECTIONS = 4
CHECKED_AFTER = 1.0
"""Seconds without use after which a kept connection is asked for an answer. One that ended meanwhile is seen anyway."""
MAX_MAILS = 100
"""Mails over one connection; servers close one that sends more."""
SHUTTING_DOWN = 421
PERMANENT = 500
ABOUT_RECIPIENT = re.compile(r"^5\.(1\.\d+|2\.1)\b")
"""Enhanced codes of an address that does not exist or takes no mail (RFC 3463)."""
BAD_MAILBOX = frozenset({550, 551, 553})
"""The same, from servers without enhanced codes."""
ENHANCED = re.compile(r"^[245]\.\d{1,3}\.\d{1,3}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """A server: `smtp://user:password@host:port?starttls=required`, or `smtps://` for TLS from the start."""

    host: str
    port: int
    is_tls: bool
    starttls: StartTls = "auto"
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, url: str) -> "SmtpServer":
        """Parse an address that `setting_values.smtp_url` accepted.

        `auto`: encrypted if the server offers it.
        An attacker can suppress the offer, so the default with a login is `required`.
        """
        parts = urlsplit(url)
        is_tls = parts.scheme == "smtps"
        choices: list[StartTls] = ["auto", "required", "never"]
        default = "required" if parts.username else "auto"
        wanted = "never" if is_tls else parse_qs(parts.query).get("starttls", [default])[0]
        return cls(
            host=parts.hostname or "",
            port=parts.port or DEFAULT_PORTS[parts.scheme],
            is_tls=is_tls,
            starttls=next(each for each in choices if each == wanted),
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )


class SmtpMailer:
    """`Mailer` over a few connections that are kept open between mails."""

    at_once = MAX_CONNECTIONS

    def __init__(self, server: SmtpServer, clock: Clock, timeout: float = TIMEOUT) -> None:
        self._server = server
        self._clock = clock
        self._timeout = timeout
        self._idle: list[tuple[SMTP, int, float]] = []
        self._places = asyncio.Semaphore(MAX_CONNECTIONS)

    async def send(self, mail: Mail) -> SendResult:
        data = rendered(mail, self._clock.now())
        try:
            async with asyncio.timeout(STEPS_BEFORE_DATA * self._timeout) as before_data, self._places:
                connection, count = await self._connection()
                try:
                    result = await self._transmit(connection, mail, data, before_data)
                except BaseException:
                    self._drop(connection)
                    raise
                await self._keep(connection, count + 1)
                return result
        except (SMTPException, OSError, TimeoutError) as error:
            return Unavailable(_described(error))

    async def close(self) -> None:
        while self._idle:
            self._drop(self._idle.pop()[0])
        await asyncio.sleep(0)

    async def _connection(self) -> tuple[SMTP, int]:
        """Return a kept connection that still answers, or a new one."""
        while self._idle:
            kept, count, used_at = self._idle.pop()
            try:
                if not kept.is_connected or asyncio.get_running_loop().time() - used_at > CHECKED_AFTER:
                    await kept.noop()
            except (SMTPException, OSError, TimeoutError):
                self._drop(kept)
            except BaseException:
                self._drop(kept)
                raise
            else:
                return kept, count
        server = self._server
        connection = SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.is_tls,
            start_tls={"auto": None, "required": True, "never": False}[server.starttls],
            username=server.username,
            password=server.password,
            timeout=self._timeout,
        )
        try:
            await connection.connect()
        except BaseException:
            self._drop(connection)
            raise
        return connection, 0

    async def _transmit(self, connection: SMTP, mail: Mail, data: bytes, before_data: asyncio.Timeout) -> SendResult:
        """Send a mail over a connection. Raises what ended it before DATA, when nothing was sent."""
        try:
            await connection.mail(mail.sender.address)
        except SMTPResponseException as error:
            # not about this mail: the server does not take the sender, or wants a login
            before_data.reschedule(None)
            await self._reset(connection)
            return Unavailable(_code(error))
        try:
            await connection.rcpt(mail.to.address)
        except SMTPResponseException as error:
            if error.code == SHUTTING_DOWN:
                raise
            before_data.reschedule(None)
            await self._reset(connection)
            return _refused(error, is_about_recipient=_is_about_recipient(error))
        before_data.reschedule(None)
        try:
            async with asyncio.timeout(STEPS_OF_DATA * self._timeout):
                await connection.data(data)
        except SMTPResponseException as error:
            return Unavailable(_code(error)) if error.code == SHUTTING_DOWN else _refused(error)
        except (SMTPException, OSError, TimeoutError) as error:
            self._drop(connection)
            return Lost(_described(error))
        return Accepted()

    async def _reset(self, connection: SMTP) -> None:
        """End a mail that was refused. The refusal counts even if the server hangs up with it."""
        try:
            await connection.rset()
        except (SMTPException, OSError, TimeoutError):
            self._drop(connection)

    async def _keep(self, connection: SMTP | None, count: int) -> None:
        if connection is None or not connection.is_connected:
            return
        if count < MAX_MAILS:
            self._idle.append((connection, count, asyncio.get_running_loop().time()))
            return
        self._drop(connection)
        await asyncio.sleep(0)

    @staticmethod
    def _drop(connection: SMTP | None) -> None:
        if connection is not None:
            connection.close()


def _is_about_recipient(error: SMTPResponseException) -> bool:
    if ENHANCED.match(error.message):
        return ABOUT_RECIPIENT.match(error.message) is not None
    return error.code in BAD_MAILBOX


def _refused(error: SMTPResponseException, *, is_about_recipient: bool = False) -> Refused:
    is_permanent = error.code >= PERMANENT
    return Refused(is_permanent, _code(error), is_about_recipient=is_permanent and is_about_recipient)


def _code(error: SMTPResponseException) -> str:
    """Return the codes of an answer; its text may quote the address."""
    enhanced = ENHANCED.match(error.message)
    return f"{error.code} {enhanced.group()}" if enhanced else str(error.code)


def _described(error: BaseException) -> str:
    certificate = error.__cause__ if isinstance(error.__cause__, SSLCertVerificationError) else error
    if isinstance(certificate, SSLCertVerificationError):
        return f"Bad certificate: {certificate.verify_message}"
    return _code(error) if isinstance(error, SMTPResponseException) else type(error).__name__
