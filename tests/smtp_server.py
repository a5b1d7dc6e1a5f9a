"""A real SMTP server on loopback whose faults a test scripts."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from ssl import SSLContext
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

ACCEPTED = "250 2.0.0 Accepted"
Answer = Callable[[Envelope], Awaitable[str | None]]


@dataclass(slots=True)
class ScriptedServer:
    """Keeps the mails that it accepts, unless `rcpt` or `data` answers otherwise; `None` closes the connection."""

    port: int = 0
    rcpt: dict[str, list[str]] = field(default_factory=dict)
    """Answers to an address, one after another, before it is accepted."""
    mail: list[str] = field(default_factory=list)
    """Answers to senders, one after another, before they are accepted."""
    hangs_up: bool = False
    """Close the connection with each refusal of a sender or recipient."""
    data: list[str | None] = field(default_factory=list)
    """Answers to mails, one after another, before they are accepted."""
    delay: float = 0.0
    """Seconds before each answer to a mail."""
    on_data: Callable[[], None] | None = None
    """Called when a whole mail has arrived, before it counts as accepted."""
    envelopes: list[Envelope] = field(default_factory=list)
    ciphers: list[Any] = field(default_factory=list)
    """What encrypted the connection of each mail; `None`: nothing."""
    connections: int = 0

    async def handle_MAIL(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        _ = session, options
        if self.mail:
            return await self._refused(server, self.mail.pop(0))
        envelope.mail_from = address
        return "250 2.1.0 Sender accepted"

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        _ = session, options
        answers = self.rcpt.get(address, [])
        if answers:
            return await self._refused(server, answers.pop(0))
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient accepted"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        _ = session
        if self.on_data is not None:
            self.on_data()
        await asyncio.sleep(self.delay)
        answer = self.data.pop(0) if self.data else ACCEPTED
        if answer is None:
            assert server.transport is not None
            server.transport.close()
            return ""
        if answer.startswith("250"):
            self.envelopes.append(envelope)
            assert server.transport is not None
            self.ciphers.append(server.transport.get_extra_info("cipher"))
        return answer

    async def _refused(self, server: SMTP, answer: str) -> str:
        if self.hangs_up:
            await server.push(answer)
            assert server.transport is not None
            server.transport.close()
        return answer

    def read_mails(self) -> list[EmailMessage]:
        # not a property: the library reads all properties for each connection
        return [parsed(each.original_content or b"") for each in self.envelopes]

    def ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.read_mails()]


def parsed(source: bytes) -> EmailMessage:
    message: Any = message_from_bytes(source, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


@asynccontextmanager
async def smtp_server(**options: Any) -> AsyncIterator[ScriptedServer]:
    """Run a server until the block ends. `options` are those of `aiosmtpd.smtp.SMTP`."""
    scripted, loop = ScriptedServer(), asyncio.get_running_loop()

    def connected() -> SMTP:
        scripted.connections += 1
        return SMTP(scripted, hostname="mail.example.org", loop=loop, **options)

    context: SSLContext | None = options.pop("from_start", None)
    server = await loop.create_server(connected, "127.0.0.1", 0, ssl=context)
    scripted.port = server.sockets[0].getsockname()[1]
    try:
        yield scripted
    finally:
        server.close()
