"""Mail that announces the messages of a conversation."""

from datetime import timedelta

import pytest

from builders import TOMORROW, principal_of
from contracts.harness import at_once
from contracts.mail import MailedMarketplace, settle
from fakes import NOW
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.conversations import announced_at
from marketplace.core.domain.message_reasons import MessageReason
from marketplace.core.domain.messages import MessageKind, MessageState
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.users import User
from marketplace.core.ports.mailer import Refused
from marketplace.core.ports.storage import Storage

MINUTE = timedelta(minutes=1)


class Talk:
    """A booking whose parties write to each other, with the mails of its other messages sent."""

    def __init__(self, market: MailedMarketplace, session: Session, booking: Booking, learner: User) -> None:
        self.market, self.session, self.booking, self.learner = market, session, booking, learner
        self.me = principal_of(learner)

    async def creator(self) -> User:
        return await self.market.storage.users.get(self.session.creator_id)

    async def write(self, author: Principal) -> None:
        await self.market.services.conversations.write(author, self.booking.id, "Is there a place to park?")

    async def read(self, reader: Principal) -> None:
        services = self.market.services
        [newest] = (await services.conversations.list(reader, self.booking.id, 1, None)).items
        await services.conversations.mark_read(reader, self.booking.id, newest.id)

    async def later(self, minutes: int) -> list[str]:
        """Advance the clock and deliver; return the subjects to the learner since."""
        before = len(self.market.to(self.learner))
        self.market.clock.advance(minutes * MINUTE)
        await self.market.deliver()
        return self.market.to(self.learner)[before:]

    async def reasons(self) -> list[str | None]:
        messages = await self.market.messages(self.learner.id)
        return [each.last_error for each in messages if each.kind is MessageKind.NEW_MESSAGE]


@pytest.fixture
async def talk(storage: Storage) -> Talk:
    await settle(storage)
    market = MailedMarketplace(storage)
    session, learner = await market.a_session(), await market.a_person(locale="en-GB", time_zone="Asia/Kathmandu")
    booking = await market.book(session, learner, TOMORROW + timedelta(days=9))
    await market.deliver()
    return Talk(market, session, booking, learner)


def test_messages_of_a_window_are_announced_minutes_later() -> None:
    start = NOW + timedelta(days=2)
    for before, least, most in ((30 * 60, 5, 10), (61, 5, 10), (59, 1, 2), (0, 1, 2), (-5, 5, 10)):
        at = start - before * MINUTE - timedelta(seconds=17)
        assert least * MINUTE <= announced_at(at, start) - at <= most * MINUTE, before


async def test_messages_are_announced_once_until_they_are_read_or_answered(talk: Talk) -> None:
    creator = principal_of(await talk.creator())
    for _ in range(3):
        await talk.write(creator)
        assert await talk.later(1) == []
    assert await talk.later(10) == ["New message: Morning yoga"]
    mail = talk.market.sent[-1]
    assert f"/dashboard?booking={talk.booking.id}&write=true" in mail.text
    assert "Carla Creator wrote to you" in mail.text
    assert "List-Unsubscribe" in dict(mail.headers)
    for secret in ("park", (await talk.creator()).email):
        assert secret not in mail.text + mail.html + mail.subject

    await talk.write(creator)
    assert await talk.later(15) == []
    await talk.read(talk.me)
    await talk.write(creator)
    assert await talk.later(15) == ["New message: Morning yoga"]
    await talk.write(talk.me)
    await talk.write(creator)
    assert await talk.later(15) == ["New message: Morning yoga"]
    assert await talk.reasons() == [None, MessageReason.ANNOUNCED, None, None]


async def test_message_that_was_read_or_answered_is_not_announced(talk: Talk) -> None:
    creator = principal_of(await talk.creator())
    await talk.write(creator)
    await talk.read(talk.me)
    assert await talk.later(15) == []
    await talk.write(creator)
    talk.market.clock.advance(MINUTE)
    await talk.write(talk.me)
    assert await talk.later(15) == []
    assert await talk.reasons() == [MessageReason.MESSAGE_READ] * 2
    sent = talk.market.to(await talk.creator())
    assert sent[-1] == "New message: Morning yoga"
    assert f"/creator/bookings?booking={talk.booking.id}" in talk.market.sent[-1].text


async def test_message_to_a_slot_is_announced_to_each_learner(talk: Talk) -> None:
    creator, other = principal_of(await talk.creator()), await talk.market.a_person()
    await talk.market.book(talk.session, other, talk.booking.starts_at)
    await talk.market.deliver()
    await talk.market.services.conversations.write_to_slot(
        creator, talk.session.id, talk.booking.starts_at, "Bring a mat.", key=None
    )
    assert await talk.later(15) == ["New message: Morning yoga"]
    assert talk.market.to(other)[-1:] == ["New message: Morning yoga"]


async def test_deliveries_at_once_announce_a_conversation_once(talk: Talk) -> None:
    creator = principal_of(await talk.creator())
    for _ in range(3):
        await talk.write(creator)
        talk.market.clock.advance(6 * MINUTE)
    talk.market.clock.advance(15 * MINUTE)

    await at_once(talk.market.delivery.deliver() for _ in range(3))

    assert talk.market.to(talk.learner).count("New message: Morning yoga") == 1


async def test_later_message_is_announced_if_the_mail_of_an_earlier_one_was_refused(talk: Talk) -> None:
    creator, mailer = principal_of(await talk.creator()), talk.market.mailer
    accept, mailer.answer = mailer.answer, lambda _: Refused(is_permanent=True, reason="554")  # type: ignore[attr-defined]
    await talk.write(creator)
    assert await talk.later(15) == []
    mailer.answer = accept  # type: ignore[attr-defined]
    await talk.write(creator)
    assert await talk.later(15) == ["New message: Morning yoga"]
    assert MessageState.REFUSED in {each.state for each in await talk.market.messages(talk.learner.id)}
