"""What creators and authors of reviews are told: by notification and, of a new review, by mail."""

from datetime import timedelta
from uuid import UUID

import pytest

from builders import principal_of, stored_booking, stored_user
from contracts.mail import MailedMarketplace, settle
from fakes import NOW
from marketplace.core.domain.message_reasons import MessageReason
from marketplace.core.domain.messages import MessageKind, MessageState
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.reviews import ReviewDetails
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.users import User
from marketplace.core.ports.storage import Storage

WHY = "Insults the creator."


class Reviewed:
    """A session with a learner who attended it and writes about it."""

    def __init__(self, market: MailedMarketplace, session: Session, creator: User, learner: User) -> None:
        self.market, self.session, self.creator, self.learner = market, session, creator, learner

    async def write(self, text: str = "A calm hour.") -> ReviewDetails:
        starts_at, author = NOW - timedelta(days=1), self.learner
        values = {"starts_at": starts_at, "status": "completed"}
        booking = await stored_booking(self.market.storage, self.session, author.id, **values)
        reviews = self.market.services.reviews
        return (await reviews.write(principal_of(author), self.session.id, booking.id, 4, text)).resource

    async def staff(self) -> Principal:
        return principal_of(await stored_user(self.market.storage, is_staff=True))

    async def mail(self) -> list[tuple[MessageState, str | None]]:
        """Return the mails to the creator about reviews: how far they got and why."""
        messages = await self.market.messages(self.creator.id)
        return [(each.state, each.reason) for each in messages if each.kind is MessageKind.NEW_REVIEW]

    async def bells(self, person: User) -> list[tuple[str, UUID]]:
        """Deliver events; return the notifications of a person about reviews, newest first."""
        while await self.market.services.events.deliver():
            pass
        page = await self.market.services.notifications.list_own(principal_of(person), 50, None)
        return [(each.kind, each.session_id) for each in page.items if each.kind in {"reviewed", "review_answered"}]


@pytest.fixture
async def reviewed(storage: Storage) -> Reviewed:
    await settle(storage)
    market = MailedMarketplace(storage)
    session, learner = await market.a_session(), await market.a_person(first_name="Noor")
    return Reviewed(market, session, await storage.users.get(session.creator_id), learner)


async def test_creator_gets_one_mail_about_a_review_without_its_words(reviewed: Reviewed) -> None:
    review = await reviewed.write("The tea was cold.")
    await reviewed.market.deliver()
    await reviewed.market.deliver()

    assert reviewed.market.to(reviewed.creator) == ["New review: Morning yoga"]
    assert "New review: Morning yoga" not in reviewed.market.to(reviewed.learner)
    mail = reviewed.market.sent[-1]
    assert f"https://sessions.example.org/sessions/{review.session_id}#reviews" in mail.text
    assert "Noor" in mail.text
    assert "List-Unsubscribe" in dict(mail.headers)
    assert "tea" not in mail.text + mail.html + mail.subject


async def test_review_hidden_before_its_mail_is_sent_is_not_announced(reviewed: Reviewed) -> None:
    review = await reviewed.write()
    await reviewed.market.decide()
    await reviewed.market.services.review_admin.hide(await reviewed.staff(), review.id, WHY)

    await reviewed.market.deliver()

    assert reviewed.market.to(reviewed.creator) == []
    assert await reviewed.mail() == [(MessageState.DROPPED, MessageReason.REVIEW_HIDDEN)]


async def test_review_hidden_before_its_event_is_delivered_is_not_announced(reviewed: Reviewed) -> None:
    review = await reviewed.write()
    await reviewed.market.services.review_admin.hide(await reviewed.staff(), review.id, WHY)
    assert await reviewed.bells(reviewed.creator) == []

    again = Reviewed(reviewed.market, reviewed.session, reviewed.creator, await reviewed.market.a_person())
    hidden = await again.write()
    await reviewed.market.services.review_admin.hide(await reviewed.staff(), hidden.id, WHY)
    await reviewed.market.deliver()
    assert reviewed.market.to(reviewed.creator) == []


async def test_creator_who_unsubscribed_gets_no_mail_of_reviews_but_the_notification(reviewed: Reviewed) -> None:
    creator = principal_of(reviewed.creator)
    await reviewed.market.services.preferences.choose(creator, {MessageKind.NEW_REVIEW: False})
    await reviewed.write()
    await reviewed.market.decide()
    await reviewed.market.deliver()

    assert await reviewed.mail() == [(MessageState.DROPPED, MessageReason.UNSUBSCRIBED)]

    other = Reviewed(reviewed.market, reviewed.session, reviewed.creator, await reviewed.market.a_person())
    await other.write()
    assert await other.bells(reviewed.creator) == [("reviewed", reviewed.session.id)]


async def test_creator_is_notified_of_a_review_and_its_author_of_the_answer(reviewed: Reviewed) -> None:
    review = await reviewed.write()
    assert await reviewed.bells(reviewed.creator) == [("reviewed", reviewed.session.id)]
    assert await reviewed.bells(reviewed.learner) == []

    await reviewed.market.services.reviews.answer(principal_of(reviewed.creator), review.id, "Thank you!")

    assert await reviewed.bells(reviewed.learner) == [("review_answered", reviewed.session.id)]
    assert await reviewed.bells(reviewed.creator) == [("reviewed", reviewed.session.id)]


async def test_review_that_no_page_shows_is_no_news(reviewed: Reviewed) -> None:
    await reviewed.market.services.sessions.archive(principal_of(reviewed.creator), reviewed.session.id)
    review = await reviewed.write()
    await reviewed.market.deliver()
    await reviewed.market.services.reviews.answer(principal_of(reviewed.creator), review.id, "Thank you.")

    assert await reviewed.mail() == []
    assert await reviewed.bells(reviewed.creator) == await reviewed.bells(reviewed.learner) == []
