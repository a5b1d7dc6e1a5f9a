"""Mails from MJML and Jinja templates.

`layout.mjml` is the one page of all mails; the words of each kind are a table of `texts.<language>.toml`, by role.
Jinja escapes every value of the page. This module imports jinja2 and mrml, so a program imports it with its first mail.
"""

import re
import tomllib
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any

import mrml
from icu import CurrencyUnit, NumberFormatter, Precision
from jinja2 import BaseLoader, Environment, StrictUndefined, Template

from marketplace.adapters.mail.moments import Moments, icu_locale
from marketplace.adapters.mail.rfc5322 import one_line
from marketplace.core.domain.addresses import SiteAddresses
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.calendars import CalendarEvent, Parties, Venue
from marketplace.core.domain.message_causes import told_step
from marketplace.core.domain.messages import DAY, HOUR, MessageKind
from marketplace.core.domain.money import currency
from marketplace.core.domain.utc_offsets import utc_offset
from marketplace.core.domain.waitlist import WaitlistDetails
from marketplace.core.ports.calendars import Calendars
from marketplace.core.ports.mail_composer import Letter
from marketplace.core.ports.mailer import CalendarMethod, Invitation, Mail, Mailbox

DEFAULT_LOCALE = "en"
MAX_HTML = 100_000
"""Bytes; some programs cut a longer mail."""
MAX_TITLE = 120
"""Characters of a title in a subject."""
TEMPLATES = files("marketplace.adapters.mail") / "templates"
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML, and so MJML, cannot contain (XML 1.0, 2.2)."""
INVITES: dict[MessageKind, CalendarMethod] = {
    MessageKind.BOOKING_BOOKED: "REQUEST",
    MessageKind.BOOKING_CONFIRMED: "REQUEST",
    MessageKind.BOOKING_MOVED: "REQUEST",
    MessageKind.SEATS_CHANGED: "REQUEST",
    MessageKind.SESSION_CHANGED: "REQUEST",
    MessageKind.BOOKING_CANCELLED: "CANCEL",
}
"""Kinds with a calendar object, for the learner of a booking that is or was confirmed. A creator's calendar has one
event per start of a session, from the feed; one per booking would be there again."""


class MjmlComposer:
    """`MailComposer` with the templates of this package."""

    def __init__(
        self, *, sender: Mailbox, calendars: Calendars, addresses: SiteAddresses, locale: str = DEFAULT_LOCALE
    ) -> None:
        self._sender = sender
        self._calendars = calendars
        self._addresses = addresses
        found = {each.name: each.read_text(encoding="utf-8") for each in TEMPLATES.iterdir()}
        self._texts = {
            name.split(".")[1]: tomllib.loads(text) for name, text in found.items() if name.startswith("texts.")
        }
        self._locale = self._known(locale) or DEFAULT_LOCALE
        options: dict[str, Any] = {"loader": BaseLoader(), "undefined": StrictUndefined, "trim_blocks": True}
        self._plain = Environment(autoescape=False, **options)  # noqa: S701 - subjects and plain text
        self._compiled: dict[str, Template] = {}
        escaped = Environment(autoescape=True, **options)
        self._page = escaped.from_string(found["layout.mjml"])
        self._plain_page = self._plain.from_string(found["layout.txt"])

    async def compose(self, letter: Letter) -> Mail:
        locale = self._known(letter.recipient.locale) or self._locale
        said, values = self._texts[locale], self._values(letter, self._texts[locale])
        texts = said[letter.message.kind][letter.role]
        page = said["page"] | {
            "language": locale,
            "heading": self._said(texts["heading"], values),
            "lines": [line for text in texts["lines"] if (line := self._said(text, values))],
            "button": self._said(texts["button"], values),
            "link": letter.link,
            "facts": values["facts"],
            "unsubscribe": letter.unsubscribe,
            "site": self._addresses.root,
        }
        source = NOT_XML.sub("\ufffd", self._page.render(page))
        html = mrml.to_html(source).content  # a tenth of a millisecond, less than handing it to a thread
        if len(html.encode()) > MAX_HTML:
            raise ValueError(f"The mail has {len(html.encode())} bytes.")
        return Mail(
            sender=self._sender,
            to=Mailbox(address=letter.to, name=letter.name),
            subject=one_line(self._said(texts["subject"], values)),
            text=self._plain_page.render(page).strip() + "\n",
            html=html,
            message_id=letter.message.message_id,
            invitation=await self._invitation(letter, letter.booking),
            further_invitations=await self._further_invitations(letter),
            headers=_headers(letter),
        )

    def _known(self, locale: str | None) -> str | None:
        """Return the language of a locale such as `en-GB`, if there are words in it."""
        language = (locale or "").partition("-")[0].lower()
        return language if language in self._texts else None

    def _moments(self, locale: str | None) -> Moments:
        """Times as the reader's language writes them: theirs, if there are words in it."""
        return moments_of(locale if self._known(locale) else None)

    def _said(self, text: str, values: dict[str, Any]) -> str:
        template = self._compiled.get(text)
        if template is None:
            template = self._compiled[text] = self._plain.from_string(text)
        return template.render(values).strip()

    def _values(self, letter: Letter, said: dict[str, Any]) -> dict[str, Any]:
        names = said["facts"]
        zone, booking = letter.recipient.time_zone, letter.booking
        moments = self._moments(letter.recipient.locale)
        values: dict[str, Any] = {
            "name": letter.name,
            "lifetime": _lifetime(names, letter.lifetime),
            "device": letter.device,
            "key_name": letter.key_name,
            "change": said["security_changes"].get(letter.change, ""),
            "decided": moments.text(letter.message.created_at, zone, names["zone"]),
            "facts": [],
        }
        if letter.entry is not None:
            return values | _of_entry(names, letter.entry, moments, zone)
        if booking is None:
            return values
        sold = booking.terms.title
        title = booking.session_details.title if letter.message.kind is MessageKind.SESSION_CHANGED else sold
        creator = booking.session_details.creator_details.display_name
        requested, deadline = booking.requested_start, booking.respond_by
        pay_by = booking.pay_by if booking.awaits_payment() else None
        values |= {
            "title": _shortened(title),
            "sold_title": _shortened(sold),
            "learner": booking.user_details.display_name,
            "creator": creator,
            "status": booking.status,
            "reason": told_step(letter.message.kind, booking.history).reason,
            "amount": _amount(letter, self._known(letter.recipient.locale)) if letter.money else "",
            "requested": moments.text(requested, zone, names["zone"]) if requested else "",
            "respond_by": moments.text(deadline, zone, names["zone"]) if deadline else "",
            "pay_by": moments.text(pay_by, zone, names["zone"]) if pay_by else "",
            "has_others": bool(letter.others),
            "facts": [
                (names["session"], title),
                *_appointment(names, booking, moments, zone, creator if letter.role == "learner" else None),
                *_details(names, letter, booking),
                *((names["also"], moments.text(each.starts_at, zone, names["zone"])) for each in letter.others),
            ],
        }
        return values

    async def _invitation(self, letter: Letter, booking: BookingHistory | None) -> Invitation | None:
        method = INVITES.get(letter.message.kind)
        if booking is None or method is None or letter.role != "learner" or not _was_confirmed(booking):
            return None
        event = CalendarEvent.of(booking, self._addresses, letter.recipient.time_zone)
        parties = Parties(
            organizer=self._sender.address, attendee=letter.to, attendee_name=letter.recipient.display_name
        )
        return Invitation(method=method, ics=await self._calendars.invite(event, method, parties, letter.now))

    async def _further_invitations(self, letter: Letter) -> tuple[Invitation, ...]:
        found = [await self._invitation(letter, each) for each in letter.others]
        return tuple(each for each in found if each is not None)


@lru_cache(maxsize=200)
def moments_of(locale: str | None) -> Moments:
    return Moments(locale)


def _of_entry(names: dict[str, str], entry: WaitlistDetails, moments: Moments, zone: str) -> dict[str, Any]:
    session, creator = entry.session_details, entry.session_details.creator_details.display_name
    price = session.price * entry.seats
    until = moments.text(entry.offer_until, zone, names["zone"]) if entry.offer_until else ""
    return {
        "title": _shortened(session.title),
        "creator": creator,
        "seats": entry.seats,
        "is_listed": session.is_bookable(),
        "offer_until": until,
        "facts": [
            (names["session"], session.title),
            *_times(names, entry.starts_at, session.time_zone, moments, zone),
            (names["with"], creator),
            (names["seats"], str(entry.seats)),
            (names["price"], f"{price} {currency().code}" if price else names["free"]),
        ],
    }


def _was_confirmed(booking: BookingHistory) -> bool:
    return booking.status == "confirmed" or any(step.to_status == "confirmed" for step in booking.history)


def _headers(letter: Letter) -> tuple[tuple[str, str], ...]:
    """RFC 8058: only optional mail can be unsubscribed from."""
    if letter.one_click is None:
        return ()
    return (("List-Unsubscribe", f"<{letter.one_click}>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))


def _lifetime(names: dict[str, str], lifetime: timedelta | None) -> str:
    """Return a number of whole days, or else of hours, in words."""
    if lifetime is None:
        return ""
    unit, number = ("day", lifetime // DAY) if lifetime % DAY == timedelta(0) else ("hour", lifetime // HOUR)
    return f"{number} {names[unit if number == 1 else f'{unit}s']}"


def _shortened(title: str) -> str:
    return title if len(title) <= MAX_TITLE else f"{title[: MAX_TITLE - 1]}…"


def _appointment(
    names: dict[str, str], booking: BookingHistory, moments: Moments, zone: str, creator: str | None
) -> list[tuple[str, str]]:
    other = (names["with"], creator) if creator else (names["learner"], booking.user_details.display_name)
    return [*_times(names, booking.starts_at, booking.session_details.time_zone, moments, zone), other]


def _times(
    names: dict[str, str], start: datetime, session_zone: str, moments: Moments, zone: str
) -> list[tuple[str, str]]:
    is_same_clock = utc_offset(start, session_zone) == utc_offset(start, zone)
    other_zones = [] if is_same_clock else [(names["session_time"], session_zone)]
    return [(name, moments.text(start, each, names["zone"])) for name, each in [(names["starts"], zone), *other_zones]]


def _details(names: dict[str, str], letter: Letter, booking: BookingHistory) -> list[tuple[str, str]]:
    """Return the facts that a kind adds to the session and its time."""
    if letter.money is not None:
        return [(names["receipt"], str(letter.money.receipt_number))]
    is_about_words = letter.message.kind in {MessageKind.NEW_MESSAGE, MessageKind.NEW_REVIEW}
    return [] if is_about_words else _terms(names, booking)


def _amount(letter: Letter, language: str | None) -> str:
    """Return an amount as the reader's language writes it, with all decimals of its currency."""
    if letter.money is None:
        return ""
    # the locale data of ICU has other digits for some currencies
    decimals = -int(letter.money.amount.as_tuple().exponent)
    return str(
        NumberFormatter.withLocale(icu_locale(letter.recipient.locale if language else None))
        .unit(CurrencyUnit(letter.money.currency))
        .precision(Precision.fixedFraction(decimals))
        .formatDecimal(str(letter.money.amount).encode())
    )


def _terms(names: dict[str, str], booking: BookingHistory) -> list[tuple[str, str]]:
    venue = Venue.of(booking.session_details, booking.address)
    join_url = None if venue.join_url == venue.location else venue.join_url
    return [
        (names["seats"], str(booking.seats)),
        (names["price"], f"{booking.amount} {currency().code}" if booking.amount else names["free"]),
        *([(names["where"], venue.location)] if venue.location else []),
        *([(names["point"], f"{venue.point.latitude}, {venue.point.longitude}")] if venue.point else []),
        *([(names["join"], join_url)] if join_url else []),
    ]
