"""Chooses how mail is sent. Its libraries are imported only if they are used."""

from dataclasses import dataclass

from marketplace.adapters.system import UuidSeven
from marketplace.core.domain.addresses import SiteAddresses
from marketplace.core.ports.calendars import Calendars
from marketplace.core.ports.mail_composer import Letter, MailComposer
from marketplace.core.ports.mailer import Mail, Mailbox, Mailer
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.system import Clock
from marketplace.settings import Settings

DEMO_SENDER = "sessions@example.org"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What sends mail, or nothing."""

    mailer: Mailer | None = None
    composer: MailComposer | None = None

    async def close(self) -> None:
        if self.mailer is not None:
            await self.mailer.close()


def mail_of(settings: Settings, storage: Storage, calendars: Calendars, clock: Clock) -> Post:
    """Return the mailer of the settings with its composer."""
    if not settings.sends_mail:
        return Post()
    return Post(mailer=_mailer(settings, storage, clock), composer=_FirstUse(settings, calendars))


class _FirstUse:
    """`MailComposer` that loads jinja2, mrml and the templates with the first mail: servers write none."""

    def __init__(self, settings: Settings, calendars: Calendars) -> None:
        self._settings = settings
        self._calendars = calendars
        self._composer: MailComposer | None = None

    async def compose(self, letter: Letter) -> Mail:
        if self._composer is None:
            from marketplace.adapters.mail.composer import MjmlComposer  # noqa: PLC0415

            name, address = self._settings.mail_from or ("", DEMO_SENDER)
            self._composer = MjmlComposer(
                sender=Mailbox(address=address, name=name),
                calendars=self._calendars,
                addresses=SiteAddresses(self._settings.site_url),
            )
        return await self._composer.compose(letter)


def _mailer(settings: Settings, storage: Storage, clock: Clock) -> Mailer:
    if settings.smtp_url is None:
        from marketplace.adapters.mail.inbox import InboxMailer  # noqa: PLC0415

        return InboxMailer(storage.inbox, clock, UuidSeven())
    from marketplace.adapters.mail.smtp import SmtpMailer, SmtpServer  # noqa: PLC0415

    return SmtpMailer(SmtpServer.of(settings.smtp_url), clock)
