"""Mail through Debian's postfix, with folders and a port of its own."""

import mailbox
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from email import policy
from email.parser import BytesParser
from pathlib import Path

import pytest
import pytest_asyncio

from contracts.mail import MailedMarketplace
from fakes import MovableClock
from marketplace.adapters.mail.smtp import SmtpMailer, SmtpServer
from marketplace.adapters.memory.storage import memory_storage
from marketplace.core.domain.messages import MessageKind, MessageState
from ports import free_port
from postgres.servers import becomes_true

pytestmark = pytest.mark.long
PATH = f"{os.environ['PATH']}:/usr/sbin"
DOMAIN = "example.net"
NOBODY = 65534
MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.example.org
mydestination =
mynetworks = 127.0.0.0/8
default_transport = error:no mail leaves this machine
virtual_mailbox_domains = example.net
virtual_mailbox_maps = texthash:{folder}/mailboxes
virtual_mailbox_base = {folder}/mail
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtputf8_enable = no
"""
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
error unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """A postfix that delivers mail to the addresses with which it is started."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()

    def start(self, *addresses: str) -> None:
        assert os.geteuid() == 0, "postfix starts as root"
        place = {"folder": self.folder, "port": self.port, "uid": NOBODY, "gid": NOBODY}
        for name in ("conf", "queue", "data", "mail"):
            (self.folder / name).mkdir(mode=0o755)
        os.chown(self.folder / "mail", NOBODY, NOBODY)
        shutil.chown(self.folder / "data", "postfix")
        (self.folder / "conf/main.cf").write_text(MAIN.format(**place))
        (self.folder / "conf/master.cf").write_text(MASTER.format(**place))
        lines = [f"{address} {address.partition('@')[0]}/\n" for address in addresses]
        (self.folder / "mailboxes").write_text("".join(lines))
        self.run("start")

    def run(self, command: str) -> None:
        done = subprocess.run(
            ["postfix", "-c", str(self.folder / "conf"), command],
            env=os.environ | {"PATH": PATH},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr + self.log()

    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text() if path.exists() else ""

    def mails(self, address: str) -> list[mailbox.MaildirMessage]:
        folder = self.folder / "mail" / address.partition("@")[0]
        return list(mailbox.Maildir(folder, create=False)) if (folder / "new").is_dir() else []


@pytest_asyncio.fixture
async def postfix() -> AsyncIterator[Postfix]:
    # not in a folder of pytest, which only its owner can enter: the processes of postfix have other users
    folder = Path(os.environ.get("TMPDIR", "/tmp")) / f"marketplace-postfix-{os.getpid()}"  # noqa: S108 - own name
    folder.mkdir(mode=0o755)
    server = Postfix(folder)
    try:
        yield server
        server.run("stop")
    finally:
        shutil.rmtree(folder)


async def test_postfix_delivers_and_its_refusal_of_an_unknown_user_marks_the_address(postfix: Postfix) -> None:
    mailer = SmtpMailer(SmtpServer.of(f"smtp://127.0.0.1:{postfix.port}"), MovableClock())
    market = MailedMarketplace(memory_storage(), mailer)
    learner = await market.a_person(email=f"learner@{DOMAIN}")
    gone = await market.a_person(email=f"gone@{DOMAIN}")
    session = await market.a_session(title="Café & thé")
    postfix.start(learner.email)
    for person in (learner, gone):
        await market.book(session, person)
    await market.deliver()
    await mailer.close()

    assert await becomes_true(lambda: bool(postfix.mails(learner.email)), 30), postfix.log()
    [delivered] = postfix.mails(learner.email)
    mail = BytesParser(policy=policy.default).parsebytes(bytes(delivered))
    assert (mail["Subject"], mail["Delivered-To"]) == ("Booked: Café & thé", learner.email)
    calendar = next(each for each in mail.walk() if each.get_content_type() == "text/calendar")
    assert calendar["Content-Type"].params["method"] == "REQUEST"

    states = {person.id: await booked(market, person.id) for person in (learner, gone)}
    assert states[learner.id] == (MessageState.SENT, None)
    assert states[gone.id] == (MessageState.REFUSED, "550 5.1.1")
    recipients = [await market.storage.messages.recipient(person.id) for person in (learner, gone)]
    assert [each is not None and each.refused_at is not None for each in recipients] == [False, True]


async def booked(market: MailedMarketplace, user_id: object) -> tuple[MessageState, str | None]:
    messages = await market.messages(user_id)  # type: ignore[arg-type]
    [found] = [each for each in messages if each.kind is MessageKind.BOOKING_BOOKED]
    return found.state, found.last_error
