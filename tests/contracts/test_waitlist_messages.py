"""What people who wait are told, by mail and bell, and that a mail is true when it goes."""

from datetime import timedelta

import pytest

from builders import ADDRESSES, Services, services_over
from contracts.harness import owner_of
from contracts.waiting import full_start, waiting
from due_jobs import run_due
from fakes import NOW, MovableClock
from marketplace.core.domain.messages import Message, MessageKind
from marketplace.core.domain.notifications import NotificationKind
from marketplace.core.domain.principals import Principal
from marketplace.core.ports.mail_composer import Letter
from marketplace.core.ports.storage import Storage
from marketplace.core.services.letters import Letters, NotSendable

HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def services(storage: Storage, clock: MovableClock) -> Services:
    return services_over(storage, clock=clock)


async def told(storage: Storage, services: Services, person: Principal) -> tuple[list[Message], list[NotificationKind]]:
    """Deliver all events, and return a person's mails and the kinds of their notifications, oldest first."""
    while await services.events.deliver():
        pass
    mails = (await storage.messages.of_user(person.user_id, 20, None)).items
    bell = (await storage.notifications.of_user(person.user_id, 20, None)).items
    return [*mails][::-1], [each.kind for each in bell][::-1]


async def letter_of(storage: Storage, services: Services, message: Message) -> Letter | NotSendable:
    letters: Letters = services.mail._letters  # noqa: SLF001 - what a delivery decides
    async with storage.unit_of_work() as tx:
        return (await letters.about_bookings(tx, [message]))[message.id]


async def test_offer_and_its_end_are_told_by_mail_and_bell(
    storage: Storage, services: Services, clock: MovableClock
) -> None:
    session, learner, booking = await full_start(storage, services)
    person, entry = await waiting(storage, services, session)
    await services.bookings.act(learner, booking.id, "cancel")

    [offer], bell = await told(storage, services, person)
    assert (offer.kind, offer.subject, offer.session_id) == (MessageKind.SEAT_OFFERED, str(entry.id), session.id)
    assert offer.expires_at == NOW + 2 * HOUR
    assert bell == ["seat_offered"]

    clock.at = NOW + 2 * HOUR
    await run_due(storage.job_queue, clock.at, services.handlers())
    mails, bell = await told(storage, services, person)
    assert [mail.kind for mail in mails] == [MessageKind.SEAT_OFFERED, MessageKind.OFFER_EXPIRED]
    assert bell == ["seat_offered", "offer_expired"]


async def test_end_of_a_line_is_told(storage: Storage, services: Services) -> None:
    session, _, _ = await full_start(storage, services)
    person, _ = await waiting(storage, services, session, email_verified_at=NOW)

    await services.sessions.change(owner_of(session), session.id, {"status": "inactive"})

    [mail], bell = await told(storage, services, person)
    assert (mail.kind, bell) == (MessageKind.WAITLIST_CLOSED, ["waitlist_closed"])
    for status, page in (("inactive", "/"), ("active", f"/sessions/{session.id}")):
        await services.sessions.change(owner_of(session), session.id, {"status": status})
        written = await letter_of(storage, services, mail)
        assert isinstance(written, Letter)
        assert written.link == f"{ADDRESSES.root}{page}"


async def test_what_the_person_did_themselves_is_not_told(storage: Storage, services: Services) -> None:
    session, learner, booking = await full_start(storage, services)
    person, entry = await waiting(storage, services, session)
    await services.bookings.act(learner, booking.id, "cancel")
    await services.waitlist.leave(person, entry.id)

    mails, bell = await told(storage, services, person)

    assert ([mail.kind for mail in mails], bell) == ([MessageKind.SEAT_OFFERED], ["seat_offered"])


async def test_mail_of_an_offer_goes_only_while_it_is_open(
    storage: Storage, services: Services, clock: MovableClock
) -> None:
    session, learner, booking = await full_start(storage, services)
    person, entry = await waiting(storage, services, session, email_verified_at=NOW)
    await services.bookings.act(learner, booking.id, "cancel")
    [offer], _ = await told(storage, services, person)

    written = await letter_of(storage, services, offer)
    assert isinstance(written, Letter)
    assert written.entry is not None
    assert (written.entry.id, written.role, written.booking) == (entry.id, "learner", None)
    assert written.link.endswith("/dashboard#waiting")
    assert written.unsubscribe is None

    clock.at = NOW + 2 * HOUR
    assert isinstance(await letter_of(storage, services, offer), NotSendable)
    clock.at = NOW
    await services.waitlist.accept(person, entry.id)
    refused = await letter_of(storage, services, offer)
    assert isinstance(refused, NotSendable)
    assert refused.reason == "offer_ended"
