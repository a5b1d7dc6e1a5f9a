"""Mail to real servers of other makers, and over TLS."""

import asyncio
import json
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from contracts.mail import SENDER, MailedMarketplace
from fakes import MovableClock
from marketplace.adapters.mail.smtp import SmtpMailer, SmtpServer
from marketplace.adapters.memory.storage import memory_storage
from marketplace.core.domain.messages import MessageKind, MessageState
from marketplace.core.ports.mailer import Accepted, Mail, Mailbox, Unavailable
from ports import free_port
from postgres.servers import POLL, becomes_true
from smtp_server import ScriptedServer, smtp_server

MAILDEV = Path(__file__).parent / "maildev/node_modules/maildev/bin/maildev"
START = 60.0
"""Seconds."""
MAIL = Mail(
    sender=SENDER,
    to=Mailbox(address="ada@example.net", name="Ada Byron"),
    subject="Booked: Yoga",
    text="You're booked.\n",
    html="<p>You're booked.</p>",
    message_id="<1@sessions.example.org>",
)


@asynccontextmanager
async def maildev(folder: Path) -> AsyncIterator[tuple[int, httpx.AsyncClient]]:
    """Run maildev; yield its SMTP port and a client of its API."""
    assert MAILDEV.exists(), "maildev has a folder of its own: make tests/deployment/maildev/node_modules/.installed"
    port, web = free_port(), free_port()
    places = ["--ip", "127.0.0.1", "--smtp", str(port), "--web", str(web), "--mail-directory", str(folder / "mails")]
    with (folder / "maildev.log").open("w") as log:
        program = subprocess.Popen(["node", str(MAILDEV), *places], stdout=log, stderr=log)  # noqa: ASYNC220 - starts only
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{web}", trust_env=False) as client:
            assert await becomes_true(lambda: answers(web), START), (folder / "maildev.log").read_text()
            yield port, client
    finally:
        program.kill()
        program.wait()


async def mails_of(client: httpx.AsyncClient, number: int) -> list[dict[str, Any]]:
    """Return every mail, and wait for `number`: maildev accepts a mail before its API lists it."""
    end = time.monotonic() + START
    while (  # noqa: ASYNC110 - another process sets no event
        len(received := (await client.get("/email")).json()) < number and time.monotonic() < end
    ):
        await asyncio.sleep(POLL)
    return received  # type: ignore[no-any-return]


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False, timeout=1).is_success
    except httpx.TransportError:
        return False


async def test_booking_reaches_both_parties_through_maildev(tmp_path: Path) -> None:
    async with maildev(tmp_path) as (port, client):
        mailer = SmtpMailer(SmtpServer.of(f"smtp://127.0.0.1:{port}?starttls=never"), MovableClock())
        market = MailedMarketplace(memory_storage(), mailer)
        session, learner = await market.a_session(title="Café & thé"), await market.a_person(first_name="Zoë")
        creator = await market.storage.users.get(session.creator_id)
        await market.book(session, learner)
        await market.deliver()
        await mailer.close()

        received = await mails_of(client, 2)
        mails = {mail["to"][0]["address"]: mail for mail in received}
        assert len(received) == 2
        assert mails.keys() == {learner.email, creator.email}
        for address, mail in mails.items():
            assert [each["address"] for each in mail["envelope"]["to"]] == [address]
            assert [each["address"] for each in mail["to"]] == [address]
            assert mail["from"] == [{"address": SENDER.address, "name": SENDER.name}]
        booked = mails[learner.email]
        assert booked["subject"] == "Booked: Café & thé"
        assert booked["to"][0]["name"] == learner.display_name
        assert mails[creator.email]["subject"] == "New booking: Café & thé"
        assert "Your seat is confirmed." in booked["text"]
        assert "<html" in booked["html"]
        assert "Café &amp; thé" in booked["html"]
        assert creator.email not in json.dumps(booked)
        source = (await client.get(f"/email/{booked['id']}/source")).text
        assert 'Content-Type: text/calendar; charset="utf-8"; method="REQUEST"' in source.replace("\n ", " ")
        assert [each["contentType"] for each in booked["attachments"]].count("application/ics") == 1


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], ssl.SSLContext]:
    """Return a function that makes a server's certificate for a host. `ca.pem` of its folder signs all."""
    folder = tmp_path_factory.mktemp("authority")
    new = ["openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-days", "2"]

    def make(name: str, *options: str) -> None:
        files = ["-keyout", str(folder / f"{name}.key"), "-out", str(folder / f"{name}.pem")]
        subprocess.run([*new, "-subj", f"/CN={name}", *files, *options], check=True, capture_output=True)

    make("ca")

    def context_of(host: str) -> ssl.SSLContext:
        signed = ["-CA", str(folder / "ca.pem"), "-CAkey", str(folder / "ca.key")]
        make(host, *signed, "-addext", f"subjectAltName=DNS:{host}", "-addext", "basicConstraints=critical,CA:FALSE")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / f"{host}.pem", folder / f"{host}.key")
        return context

    context_of.ca = folder / "ca.pem"  # type: ignore[attr-defined]
    return context_of


SCHEMES = [("smtp", ""), ("smtp", "?starttls=required"), ("smtps", "")]


@asynccontextmanager
async def tls_server(context: ssl.SSLContext, scheme: str) -> AsyncIterator[ScriptedServer]:
    """Run a server with implicit TLS, or one that takes no mail before STARTTLS."""
    options: dict[str, Any] = {"from_start": context} if scheme == "smtps" else {"tls_context": context}
    async with smtp_server(**options) as server:
        yield server


def mailer_to(server: ScriptedServer, scheme: str, query: str) -> SmtpMailer:
    return SmtpMailer(SmtpServer.of(f"{scheme}://localhost:{server.port}{query}"), MovableClock(), 5)


@pytest.mark.parametrize(("scheme", "query"), SCHEMES)
async def test_mail_is_encrypted_to_a_server_whose_authority_is_trusted(
    authority: Any, monkeypatch: pytest.MonkeyPatch, scheme: str, query: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca))
    async with tls_server(authority("localhost"), scheme) as server:
        mailer = mailer_to(server, scheme, query)

        assert await mailer.send(MAIL) == Accepted()
        await mailer.close()
        assert server.ids() == [MAIL.message_id]
        assert [each is not None for each in server.ciphers] == [True]


@pytest.mark.parametrize(("scheme", "query"), SCHEMES)
async def test_bad_certificate_is_retried_later_and_sends_nothing_unencrypted(
    authority: Any, monkeypatch: pytest.MonkeyPatch, scheme: str, query: str
) -> None:
    unknown, elsewhere = "unable to get local issuer certificate", "Hostname mismatch"
    for host, ca, reason in (("localhost", "/dev/null", unknown), ("elsewhere.example", str(authority.ca), elsewhere)):
        monkeypatch.setenv("SSL_CERT_FILE", ca)
        async with tls_server(authority(host), scheme) as server:
            mailer = mailer_to(server, scheme, query)
            result = await mailer.send(MAIL)

            assert isinstance(result, Unavailable)
            assert reason in result.reason
            assert server.envelopes == []

            market = MailedMarketplace(memory_storage(), mailer)
            session, learner = await market.a_session(), await market.a_person()
            await market.book(session, learner)
            await market.deliver()
            [booked] = [each for each in await market.messages(learner.id) if each.kind is MessageKind.BOOKING_BOOKED]
            assert (booked.state, booked.attempts) == (MessageState.PENDING, 1)
            assert reason in (booked.last_error or "")
            assert server.envelopes == []
