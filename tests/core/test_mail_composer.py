"""The words, the page and the calendar object of each mail."""

import re
import tomllib
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, get_args

import pytest
from icalendar import Calendar

from builders import (
    ADDRESSES,
    TOMORROW,
    a_booking,
    a_contact,
    a_history,
    a_message,
    a_session,
    a_user,
    session_details,
)
from fakes import NOW
from marketplace.adapters.calendars import Rfc5545Calendars
from marketplace.adapters.mail.composer import INVITES, MAX_HTML, TEMPLATES, MjmlComposer
from marketplace.adapters.mail.moments import Moments
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.booking_steps import BookingStep
from marketplace.core.domain.calendars import CalendarEvent
from marketplace.core.domain.messages import (
    ACCOUNT_KINDS,
    MONEY_KINDS,
    RULES,
    WAITLIST_KINDS,
    MessageKind,
    Recipient,
)
from marketplace.core.domain.security_changes import SecurityChange
from marketplace.core.domain.waitlist import WaitlistDetails
from marketplace.core.ports.mail_composer import Letter, MovedMoney, Role
from marketplace.core.ports.mailer import Mail, Mailbox

SENDER = Mailbox(address="sessions@example.org", name="Sessions")
COMPOSER = MjmlComposer(sender=SENDER, calendars=Rfc5545Calendars(), addresses=ADDRESSES)
TEXTS: dict[str, Any] = tomllib.loads((TEMPLATES / "texts.en.toml").read_text(encoding="utf-8"))
ZONE = TEXTS["facts"]["zone"]
ROLES: tuple[Role, ...] = ("learner", "creator", "account")
LETTERS = [(kind, role) for kind in MessageKind for role in ROLES if role in TEXTS[kind]]
TO_LEARNERS_ONLY = {MessageKind.REMINDER_DAY, MessageKind.REMINDER_HOUR, MessageKind.SESSION_CHANGED}
EVIL = "<b>Bread</b> & {{ 7 * 7 }} \"q\" 'x' <mj-text>"
CREATOR = a_user(role="creator", first_name="Carla <i>", last_name="O'Hara", time_zone="Europe/Berlin")
LEARNER = a_user(first_name="Léa & co", last_name="{% raw %}", time_zone="Asia/Kathmandu")
SESSION = a_session(creator_id=CREATOR.id, title=EVIL, format="in_person", place="Rome <script>", address="Via 10")


def a_letter(kind: MessageKind, role: Role, booking: BookingHistory | None = None, **changes: Any) -> Letter:
    user = CREATOR if role == "creator" else LEARNER
    recipient = Recipient(
        user_id=user.id,
        email=user.email,
        display_name=user.display_name,
        time_zone=user.time_zone,
        is_active=True,
        is_verified=True,
    )
    optional = {} if RULES[kind].is_needed else {"unsubscribe": "https://a.b/u", "one_click": "https://a.b/o"}
    values: dict[str, Any] = {
        "message": a_message(user.id, kind=kind),
        "recipient": recipient,
        "role": role,
        "to": user.email,
        "link": "https://sessions.example.org/dashboard?a=1&b=2",
        "now": NOW,
        "booking": None if role == "account" or kind in WAITLIST_KINDS else booking or booked(),
        "entry": waited_for() if kind in WAITLIST_KINDS else None,
        "device": "Firefox <on> Linux",
        "money": MovedMoney(amount=Decimal("36.00"), currency="EUR", receipt_number=17)
        if kind in MONEY_KINDS
        else None,
    }
    return Letter(**values | optional | changes)


def waited_for() -> WaitlistDetails:
    return WaitlistDetails(
        id=SESSION.id,
        session_id=SESSION.id,
        creator_id=CREATOR.id,
        user_id=LEARNER.id,
        starts_at=NOW + timedelta(days=1),
        seats=2,
        status="offered",
        created_at=NOW,
        closes_at=NOW + timedelta(days=1),
        offer_until=NOW + timedelta(hours=2),
        session_details=session_details(SESSION, CREATOR),
        user_details=a_contact(LEARNER),
        place=None,
    )


def booked(**changes: Any) -> BookingHistory:
    history = a_history(a_booking(SESSION, LEARNER.id), SESSION, CREATOR, LEARNER)
    return replace(history, **changes)


def step(booking: BookingHistory, **changes: Any) -> BookingStep:
    values: dict[str, Any] = {
        "booking_id": booking.id,
        "at": NOW,
        "actor_id": CREATOR.id,
        "action": "cancel",
        "from_status": "confirmed",
        "to_status": "cancelled",
        "reason": "I'm <ill>.",
    }
    return BookingStep(**values | changes)


def with_step(booking: BookingHistory, **changes: Any) -> BookingHistory:
    return replace(booking, history=(*booking.history, step(booking, **changes)))


def recipients_of(kind: MessageKind) -> set[str]:
    if kind in ACCOUNT_KINDS:
        return {"account"}
    if kind is MessageKind.NEW_REVIEW:
        return {"creator"}
    is_to_learners = kind in {*TO_LEARNERS_ONLY, *MONEY_KINDS, *WAITLIST_KINDS, MessageKind.HOW_WAS_IT}
    return {"learner"} if is_to_learners else {"learner", "creator"}


def test_every_kind_has_words_for_everyone_who_gets_it() -> None:
    assert {kind.value for kind in MessageKind} | {"page", "facts", "security_changes"} == TEXTS.keys()
    for kind in MessageKind:
        assert TEXTS[kind].keys() == recipients_of(kind)


@pytest.mark.parametrize(("kind", "role"), LETTERS)
async def test_values_are_escaped_and_nothing_is_loaded(kind: MessageKind, role: Role) -> None:
    mail = await COMPOSER.compose(a_letter(kind, role))

    assert len(mail.html.encode()) <= MAX_HTML
    for injected in ("<b>", "<i>", "<script>", "49", "<on>", "<ill>"):
        assert injected not in mail.html.replace("49.99", "")
    assert re.findall(r"""(?:src|url\()\s*=?\s*["']?\s*https?:""", mail.html) == []
    assert 'href="https://sessions.example.org/dashboard?a=1&amp;b=2"' in mail.html
    assert "https://sessions.example.org/dashboard?a=1&b=2" in mail.text
    assert "\n\n\n\n" not in mail.text
    if role != "account":
        assert EVIL in mail.text
        assert "&lt;b&gt;Bread&lt;/b&gt; &amp; {{ 7 * 7 }}" in mail.html
        assert "{{ 7 * 7 }}" in mail.subject


@pytest.mark.parametrize("character", ["\ufffe", "\uffff"])
async def test_character_that_a_page_cannot_contain_keeps_no_mail_back(character: str) -> None:
    booking = booked(terms=replace(booked().terms, title=f"Bread{character}"))

    mail = await COMPOSER.compose(a_letter(MessageKind.BOOKING_CANCELLED, "creator", booking))

    assert "Bread\ufffd" in mail.html


@pytest.mark.parametrize(("kind", "role"), LETTERS)
async def test_every_time_has_its_zone(kind: MessageKind, role: Role) -> None:
    waiting = booked(status="pending", respond_by=NOW + timedelta(hours=3), requested_start=TOMORROW)

    mail = await COMPOSER.compose(a_letter(kind, role, waiting))

    for text in (mail.text, mail.html):
        assert re.findall(r"\b\d{2}:\d{2}\b(?! \((?:Berlin|Kathmandu) time, UTC\+)", text) == []
    if role == "learner":
        assert "Starts: Tuesday, 8 January 2030 at 14:45 (Kathmandu time, UTC+5:45)" in mail.text
        assert "Session time: Tuesday, 8 January 2030 at 10:00 (Berlin time, UTC+1)" in mail.text


@pytest.mark.parametrize(
    ("zone", "written"),
    [
        ("UTC", "Tuesday, 8 January 2030 at 09:00 (UTC)"),
        ("Europe/London", "Tuesday, 8 January 2030 at 09:00 (London time, UTC)"),
        ("America/Argentina/Buenos_Aires", "Tuesday, 8 January 2030 at 06:00 (Buenos Aires time, UTC-3)"),
        ("Australia/Eucla", "Tuesday, 8 January 2030 at 17:45 (Eucla time, UTC+8:45)"),
    ],
)
def test_time_is_written_with_the_city_and_offset_of_its_zone(zone: str, written: str) -> None:
    assert Moments(None).text(TOMORROW, zone, ZONE) == written


@pytest.mark.parametrize(
    ("locale", "written"),
    [
        ("en-US", "Tuesday, January 8, 2030 at 9:00 AM (UTC)"),
        ("en-TH", "Tuesday, January 8, 2030 at 09:00 (UTC)"),
        ("en-IR", "Tuesday, January 8, 2030 at 09:00 (UTC)"),
        ("de", "Dienstag, 8. Januar 2030 um 09:00 (UTC)"),
        ("pt-BR", "terça-feira, 8 de janeiro de 2030 às 09:00 (UTC)"),
    ],
)
def test_time_is_written_as_in_the_readers_language(locale: str, written: str) -> None:
    assert Moments(locale).text(TOMORROW, "UTC", ZONE).replace("\u202f", " ") == written


async def test_time_of_a_session_on_the_same_clock_is_written_once() -> None:
    letter = a_letter(MessageKind.BOOKING_BOOKED, "learner")
    same = replace(letter, recipient=replace(letter.recipient, time_zone="Europe/Paris"))

    mail = await COMPOSER.compose(same)

    assert "Starts: Tuesday, 8 January 2030 at 10:00 (Paris time, UTC+1)" in mail.text
    assert "Session time" not in mail.text


async def test_free_seat_has_no_amount() -> None:
    mail = await COMPOSER.compose(a_letter(MessageKind.BOOKING_BOOKED, "learner", booked(amount=Decimal(0))))

    assert "Price: Free" in mail.text


async def test_attendee_of_an_invitation_is_a_uri() -> None:
    letter = a_letter(MessageKind.BOOKING_BOOKED, "learner", to="o'neil+50%?a#b@example.org")

    mail = await COMPOSER.compose(letter)

    assert mail.invitation is not None
    [event] = Calendar.from_ical(mail.invitation.ics).walk("VEVENT")
    assert str(event["ATTENDEE"]) == "mailto:o'neil+50%25%3Fa%23b@example.org"


@pytest.mark.parametrize(("kind", "method"), INVITES.items())
async def test_invitation_is_the_event_of_the_feed(kind: MessageKind, method: str) -> None:
    cancelled = kind is MessageKind.BOOKING_CANCELLED
    booking = with_step(booked(status="cancelled")) if cancelled else booked()

    mail = await COMPOSER.compose(a_letter(kind, "learner", booking))

    event = CalendarEvent.of(booking, ADDRESSES, LEARNER.time_zone)
    assert mail.invitation is not None
    assert mail.invitation.method == method
    read: Any = Calendar.from_ical(mail.invitation.ics)
    [entry] = read.walk("VEVENT")
    assert (read["METHOD"], str(entry["UID"]), entry["SEQUENCE"]) == (method, event.uid, event.sequence)
    assert entry["STATUS"] == ("CANCELLED" if cancelled else "CONFIRMED")
    assert entry["DTSTART"].dt == TOMORROW
    organizer, attendee = entry["ORGANIZER"], entry["ATTENDEE"]
    assert (str(organizer), organizer.params["CN"]) == ("mailto:sessions@example.org", CREATOR.display_name)
    assert (str(attendee), attendee.params["CN"]) == (f"mailto:{LEARNER.email}", LEARNER.display_name)
    assert (attendee.params["RSVP"], attendee.params["PARTSTAT"]) == ("FALSE", "ACCEPTED")


@pytest.mark.parametrize(
    ("kind", "role", "booking"),
    [
        (MessageKind.BOOKING_BOOKED, "creator", booked()),
        (MessageKind.REMINDER_DAY, "learner", booked()),
        (MessageKind.BOOKING_MOVED, "learner", with_step(booked(status="pending"), to_status="pending")),
    ],
)
async def test_creators_reminders_and_requests_have_no_invitation(
    kind: MessageKind, role: Role, booking: BookingHistory
) -> None:
    if booking.status == "pending":
        first = replace(booking.history[0], to_status="pending")
        booking = replace(booking, history=(first, *booking.history[1:]))

    assert (await COMPOSER.compose(a_letter(kind, role, booking))).invitation is None


async def test_only_optional_mail_can_be_unsubscribed_from() -> None:
    async def composed(kind: MessageKind, role: Role) -> Mail:
        return await COMPOSER.compose(a_letter(kind, role))

    mails = {kind: await composed(kind, role) for kind, role in reversed(LETTERS)}

    optional = {kind for kind, mail in mails.items() if "List-Unsubscribe-Post" in dict(mail.headers)}
    assert optional == {
        MessageKind.REMINDER_DAY,
        MessageKind.REMINDER_HOUR,
        MessageKind.HOW_WAS_IT,
        MessageKind.NEW_MESSAGE,
        MessageKind.OFFER_EXPIRED,
        MessageKind.NEW_REVIEW,
    }
    assert {kind for kind, mail in mails.items() if "https://a.b/u" in mail.html} == optional
    assert {kind for kind, mail in mails.items() if "https://a.b/u" in mail.text} == optional


async def test_reason_of_a_person_is_quoted() -> None:
    mail = await COMPOSER.compose(a_letter(MessageKind.BOOKING_CANCELLED, "learner", with_step(booked())))

    assert "Reason: I'm <ill>." in mail.text
    assert "I&#39;m &lt;ill&gt;." in mail.html


async def test_expired_request_blames_no_one() -> None:
    """It also expires if the bank releases the payment, or the clocks change, before the creator's time has passed."""
    for role in ROLES[:2]:
        mail = await COMPOSER.compose(a_letter(MessageKind.BOOKING_EXPIRED, role, booked(status="cancelled")))

        assert "confirmed in time" in mail.text
        assert "answer" not in (mail.subject + mail.text).lower()


async def test_hold_that_another_person_moved_is_held_until_it_is_paid() -> None:
    unpaid = booked(status="pending", pay_by=NOW + timedelta(minutes=15))

    mail = await COMPOSER.compose(a_letter(MessageKind.BOOKING_MOVED, "learner", unpaid))

    assert "Pay by Monday, 7 January 2030 at 15:00 (Kathmandu time, UTC+5:45)" in mail.text
    assert "answers" not in mail.text


@pytest.mark.parametrize("locale", [None, "en-GB", "xx", "", "EN", "en-u-nu-foo"])
async def test_unknown_language_is_that_of_the_installation(locale: str | None) -> None:
    letter = a_letter(MessageKind.BOOKING_BOOKED, "learner")

    mail = await COMPOSER.compose(replace(letter, recipient=replace(letter.recipient, locale=locale)))

    assert mail.subject == f"Booked: {EVIL}"
    assert 'lang="en"' in mail.html


def to_account(kind: MessageKind, *, is_verified: bool, to: str = LEARNER.email) -> Letter:
    letter = a_letter(kind, "account", to=to, lifetime=timedelta(hours=1))
    return replace(letter, recipient=replace(letter.recipient, is_verified=is_verified))


@pytest.mark.parametrize("kind", sorted(ACCOUNT_KINDS))
async def test_name_of_an_account_reaches_no_address_that_may_be_a_strangers(kind: MessageKind) -> None:
    unverified = await COMPOSER.compose(to_account(kind, is_verified=False))
    elsewhere = await COMPOSER.compose(to_account(kind, is_verified=True, to="new@example.org"))
    proved = await COMPOSER.compose(to_account(kind, is_verified=True))

    for mail in (unverified, elsewhere):
        assert mail.to.name == ""
        assert "Léa" not in mail.subject + mail.text + mail.html
    assert proved.to.name == LEARNER.display_name
    assert f"Hi {LEARNER.display_name}," in proved.text


@pytest.mark.parametrize(
    ("kind", "hours", "said"),
    [
        (MessageKind.VERIFY_EMAIL, 72, "The link works for 3 days."),
        (MessageKind.VERIFY_EMAIL, 24, "The link works for 1 day."),
        (MessageKind.PASSWORD_RESET, 1, "The link works once, for 1 hour."),
        (MessageKind.PASSWORD_RESET, 2, "The link works once, for 2 hours."),
        (MessageKind.EMAIL_CHANGE, 24, "The link works for 1 day."),
    ],
)
async def test_mail_says_how_long_its_link_works(kind: MessageKind, hours: int, said: str) -> None:
    mail = await COMPOSER.compose(a_letter(kind, "account", lifetime=timedelta(hours=hours)))

    assert said in mail.text


@pytest.mark.parametrize("change", get_args(SecurityChange))
async def test_mail_says_what_changed_about_signing_in(change: SecurityChange) -> None:
    mail = await COMPOSER.compose(a_letter(MessageKind.SECURITY_CHANGED, "account", change=change))

    assert TEXTS["security_changes"][change] in mail.text


async def test_long_title_is_shortened_in_the_subject() -> None:
    booking = booked()
    booking = replace(booking, terms=replace(booking.terms, title="Bread " * 60))

    mail = await COMPOSER.compose(a_letter(MessageKind.BOOKING_BOOKED, "learner", booking))

    assert len(mail.subject) < 140
    assert mail.subject.endswith("…")


async def test_receipt_and_refund_say_the_amount_as_the_reader_writes_it_and_the_receipts_number() -> None:
    said = {
        (MessageKind.PAYMENT_RECEIVED, None): "You paid €36.00",
        (MessageKind.PAYMENT_REFUNDED, None): "€36.00 was returned",
        (MessageKind.PAYMENT_REFUNDED, "de"): "€36.00 was returned",  # no German words, so no German amount
    }
    for (kind, locale), heading in said.items():
        letter = a_letter(kind, "learner")
        mail = await COMPOSER.compose(replace(letter, recipient=replace(letter.recipient, locale=locale)))
        assert heading in mail.text, (kind, locale)
        assert "Receipt: 17" in mail.text, (kind, locale)
        assert mail.invitation is None
    yen = MovedMoney(amount=Decimal(3600), currency="JPY", receipt_number=17)
    assert (
        "You paid 3,600\xa0JP¥\n"
        in (await COMPOSER.compose(a_letter(MessageKind.PAYMENT_RECEIVED, "learner", money=yen))).text
    )


async def test_amount_has_digits_that_there_are() -> None:
    letter = a_letter(MessageKind.PAYMENT_RECEIVED, "learner")

    mail = await COMPOSER.compose(replace(letter, recipient=replace(letter.recipient, locale="en-GB-u-nu-foo")))

    assert "You paid €36.00" in mail.text


async def test_end_of_a_waitlist_offers_only_a_page_that_there_is() -> None:
    for kind in (MessageKind.WAITLIST_CLOSED, MessageKind.OFFER_EXPIRED):
        letter, entry = a_letter(kind, "learner"), waited_for()
        gone = replace(entry, session_details=replace(entry.session_details, status="inactive"))

        here, elsewhere = [await COMPOSER.compose(replace(letter, entry=each)) for each in (entry, gone)]

        assert "See the session" in here.text
        assert "See the session" not in elsewhere.text
        assert "Find other sessions" in elsewhere.html
