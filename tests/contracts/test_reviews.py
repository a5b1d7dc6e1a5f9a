"""Reviews: written once per completed booking, counted in ratings, moderated."""

import random
from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from builders import Services, principal_of, services_over, stored_booking, stored_session, stored_user
from contracts.harness import at_once
from fakes import NOW
from marketplace.core.domain.booking_details import REVIEWABLE_FOR
from marketplace.core.domain.catalog import CatalogFilters
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.ratings import UNRATED, Rating
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.users import User
from marketplace.core.errors import IllegalTransition, Invalid, NotFound, NotYours, TooLate
from marketplace.core.errors.reviews import (
    AlreadyAnswered,
    AlreadyReviewed,
    NotCompleted,
    OwnReview,
    ReviewAlreadyReported,
)
from marketplace.core.ports.storage import Storage
from review_records import stored_review

WHY = "Insults the creator."
YESTERDAY = NOW - timedelta(days=1)


@pytest.fixture
def services(storage: Storage) -> Services:
    return services_over(storage)


async def attended(storage: Storage, session: Session, learner: User, **changes: object) -> UUID:
    values = {"starts_at": YESTERDAY, "status": "completed"} | changes
    return (await stored_booking(storage, session, learner.id, **values)).id


async def staff_of(storage: Storage) -> Principal:
    return principal_of(await stored_user(storage, is_staff=True))


async def rating_of(storage: Storage, session: Session) -> Rating:
    found = await storage.catalog.find(session.id, NOW)
    assert found is not None
    return found.rating


async def listed(storage: Storage, session: Session, limit: int = 20) -> list[list[UUID]]:
    """Return the IDs of every page."""
    pages, after = [], None
    while True:
        page = await storage.reviews.of_session(session.id, limit, after)
        pages.append([each.id for each in page.items])
        after = page.next
        if after is None:
            return pages


async def test_review_is_published_at_once_under_a_short_name(storage: Storage, services: Services) -> None:
    session, learner = await stored_session(storage), await stored_user(storage)
    booking_id = await attended(storage, session, learner)

    written = (await services.reviews.write(principal_of(learner), session.id, booking_id, 4, "Calm.")).resource

    page = await storage.reviews.of_session(session.id, 20, None)
    assert page.items == (written,)
    assert (written.author_name, written.stars, written.text, written.session_title) == (
        "Ada L.",
        4,
        "Calm.",
        session.title,
    )
    assert await rating_of(storage, session) == Rating((0, 0, 0, 1, 0))
    assert await storage.reviews.find(written.id) == written
    assert (await storage.reviews.of_author(learner.id, 20, None)).items == (written,)


async def test_review_that_is_not_allowed_is_refused_by_name(storage: Storage, services: Services) -> None:
    session, learner, other = await stored_session(storage), await stored_user(storage), await stored_user(storage)
    elsewhere = await stored_session(storage)
    long_ago = NOW - REVIEWABLE_FOR - timedelta(minutes=60)
    done = await attended(storage, session, learner)
    await services.reviews.write(principal_of(learner), session.id, done, 4, "")
    cases = {
        "confirmed": (await attended(storage, session, learner, status="confirmed", starts_at=NOW), NotCompleted),
        "90 days after the end": (await attended(storage, session, learner, starts_at=long_ago), TooLate),
        "reviewed": (done, AlreadyReviewed),
        "another's": (await attended(storage, session, other, starts_at=YESTERDAY - timedelta(hours=9)), NotFound),
        "of another session": (await attended(storage, elsewhere, learner), NotFound),
        "unknown": (uuid7(), NotFound),
    }

    refused = {}
    for name, (booking_id, expected) in cases.items():
        with pytest.raises(expected):
            await services.reviews.write(principal_of(learner), session.id, booking_id, 4, "")
        refused[name] = await storage.reviews.of_author(learner.id, 20, None)

    assert all(len(page.items) == 1 for page in refused.values())
    last_moment = await attended(storage, elsewhere, learner, starts_at=long_ago + timedelta(seconds=1))
    await services.reviews.write(principal_of(learner), elsewhere.id, last_moment, 4, "")


async def test_concurrent_reviews_of_one_booking_have_one_winner(storage: Storage, services: Services) -> None:
    session, learner = await stored_session(storage), await stored_user(storage)
    booking_id = await attended(storage, session, learner)

    outcome = await at_once(
        services.reviews.write(principal_of(learner), session.id, booking_id, stars, "") for stars in (1, 2, 3, 4, 5)
    )

    assert (len(outcome.done), outcome.reasons()) == (1, {"AlreadyReviewed": 4})
    assert (await rating_of(storage, session)).count == 1


async def test_reviews_are_listed_newest_first_page_by_page(storage: Storage) -> None:
    session = await stored_session(storage)
    await stored_review(storage, await stored_session(storage))
    reviews = [await stored_review(storage, session) for _ in range(5)]
    expected = [each.id for each in reversed(reviews)]

    assert await listed(storage, session) == [expected]
    assert await listed(storage, session, limit=2) == [expected[:2], expected[2:4], expected[4:]]


async def test_creator_answers_a_review_once(storage: Storage, services: Services) -> None:
    creator, other = [await stored_user(storage, role="creator") for _ in range(2)]
    session = await stored_session(storage, creator_id=creator.id)
    review = await stored_review(storage, session)

    with pytest.raises(NotYours):
        await services.reviews.answer(principal_of(other), review.id, "Thanks.")
    with pytest.raises(Invalid):
        await services.reviews.answer(principal_of(creator), review.id, "\u200b")
    answered = (await services.reviews.answer(principal_of(creator), review.id, "Thanks.")).resource
    with pytest.raises(AlreadyAnswered):
        await services.reviews.answer(principal_of(creator), review.id, "Thanks again.")

    assert (answered.answer, answered.answered_at) == ("Thanks.", NOW)
    assert (await storage.reviews.answered_by(creator.id, 20, None)).items == (answered,)


async def test_hidden_review_is_listed_and_counted_nowhere_until_it_is_restored(
    storage: Storage, services: Services
) -> None:
    creator, author = await stored_user(storage, role="creator"), await stored_user(storage)
    session, reader, staff = (
        await stored_session(storage, creator_id=creator.id),
        await stored_user(storage),
        await staff_of(storage),
    )
    review = await stored_review(storage, session, author, stars=1)

    await services.reviews.report(principal_of(reader), review.id, "offensive", "It insults.")
    hidden = (await services.review_admin.hide(staff, review.id, WHY)).resource

    assert [each.resolution for each in hidden.reports] == ["hidden"]
    assert await listed(storage, session) == [[]]
    assert await rating_of(storage, session) == UNRATED
    assert (await services.creators.get(creator.username)).rating == UNRATED
    own = (await storage.reviews.of_author(author.id, 20, None)).items[0].moderation
    assert own is not None
    assert own.reason == WHY
    for attempt in (
        services.reviews.report(principal_of(await stored_user(storage)), review.id, "spam", ""),
        services.reviews.answer(principal_of(creator), review.id, "Thanks."),
    ):
        with pytest.raises(NotFound):
            await attempt
    with pytest.raises(IllegalTransition):
        await services.review_admin.hide(staff, review.id, WHY)

    await services.review_admin.restore(staff, review.id, "A mistake.")

    assert await listed(storage, session) == [[review.id]]
    assert await rating_of(storage, session) == Rating((1, 0, 0, 0, 0))
    assert (await services.creators.get(creator.username)).rating == Rating((1, 0, 0, 0, 0))
    with pytest.raises(IllegalTransition):
        await services.review_admin.restore(staff, review.id, WHY)
    entries = await storage.audit.newest(20, ("review", review.id))
    assert [each.action for each in entries] == ["review_restored", "review_hidden"]


async def test_person_reports_a_review_once_and_not_their_own(storage: Storage, services: Services) -> None:
    session, author, reader = await stored_session(storage), await stored_user(storage), await stored_user(storage)
    review, staff = await stored_review(storage, session, author), await staff_of(storage)

    with pytest.raises(OwnReview):
        await services.reviews.report(principal_of(author), review.id, "spam", "")
    report = (await services.reviews.report(principal_of(reader), review.id, "spam", "Look.")).resource
    with pytest.raises(ReviewAlreadyReported):
        await services.reviews.report(principal_of(reader), review.id, "spam", "")

    assert (await storage.reviews.reports_of(reader.id, 20, None)).items == (report,)
    assert await storage.reviews.find_report(report.id) == report
    dismissed = (await services.review_admin.dismiss(staff, review.id, "Nothing is wrong.")).resource
    assert [each.resolution for each in dismissed.reports] == ["dismissed"]
    assert await listed(storage, session) == [[review.id]]
    with pytest.raises(IllegalTransition):
        await services.review_admin.dismiss(staff, review.id, "Nothing is wrong.")


async def test_reported_reviews_wait_for_staff_by_their_oldest_report(empty_storage: Storage) -> None:
    storage, services = empty_storage, services_over(empty_storage)
    session, staff, reader = await stored_session(storage), await staff_of(storage), await stored_user(storage)
    reviews = [await stored_review(storage, session) for _ in range(4)]
    for review in (reviews[2], reviews[0], reviews[1]):
        services.clock.advance(timedelta(minutes=1))
        await services.reviews.report(principal_of(reader), review.id, "spam", "")
    await services.review_admin.hide(staff, reviews[0].id, WHY)

    async def found(state: str, limit: int = 9, offset: int = 0) -> tuple[list[UUID], int]:
        page, total = await services.review_admin.list(state, limit, offset)  # type: ignore[arg-type]
        return [each.id for each in page], total

    assert await found("reported") == ([reviews[2].id, reviews[1].id], 2)
    assert await found("reported", 1, 1) == ([reviews[1].id], 2)
    assert await found("hidden") == ([reviews[0].id], 1)


async def test_ratings_equal_a_recount_after_random_steps(storage: Storage, services: Services) -> None:
    chance, staff = random.Random(16), await staff_of(storage)  # noqa: S311 - the same steps every time
    creator = await stored_user(storage, role="creator")
    sessions = [await stored_session(storage, creator_id=creator.id) for _ in range(2)]
    reviews: dict[UUID, tuple[Session, int, bool]] = {}
    for _ in range(40):
        if len(reviews) < 3 or chance.random() < 0.4:
            session, stars = chance.choice(sessions), chance.randint(1, 5)
            reviews[(await stored_review(storage, session, stars=stars)).id] = (session, stars, True)
            continue
        review_id = chance.choice(list(reviews))
        session, stars, is_published = reviews[review_id]
        step = services.review_admin.hide if is_published else services.review_admin.restore
        await step(staff, review_id, WHY)
        reviews[review_id] = (session, stars, not is_published)

    for session in sessions:
        given = Counter(stars for of, stars, is_published in reviews.values() if of == session and is_published)
        recounted = Rating(tuple(given[number] for number in range(1, 6)))
        assert await rating_of(storage, session) == recounted
        published = [each.stars for each in (await storage.reviews.of_session(session.id, 100, None)).items]
        assert Counter(published) == given
    everything = Counter(stars for _, stars, is_published in reviews.values() if is_published)
    assert (await services.creators.get(creator.username)).rating.counts == tuple(everything[n] for n in range(1, 6))


async def test_change_of_a_session_keeps_its_rating(storage: Storage, services: Services) -> None:
    creator = await stored_user(storage, role="creator")
    session = await stored_session(storage, creator_id=creator.id)
    await stored_review(storage, session)

    changed = await services.sessions.change(principal_of(creator), session.id, {"title": "Evening yoga"})

    assert changed.rating == await rating_of(storage, session) == Rating((0, 0, 0, 0, 1))


async def test_best_rated_sessions_come_first_and_one_review_of_five_does_not_win(empty_storage: Storage) -> None:
    storage = empty_storage
    reviewed = {"one 5": [5], "many 4.8": [5, 5, 5, 5, 4], "one 1": [1], "none": []}
    sessions = {name: await stored_session(storage) for name in reviewed}
    for name, stars in reviewed.items():
        for each in stars:
            await stored_review(storage, sessions[name], stars=each)
    expected = [sessions[name].id for name in ("many 4.8", "one 5", "none", "one 1")]

    async def pages(limit: int) -> list[list[UUID]]:
        found, after = [], None
        while True:
            page = await storage.catalog.list(CatalogFilters(ordering="rating"), limit, after, NOW)
            found.append([each.id for each in page.items])
            after = page.next
            if after is None:
                return found

    assert await pages(9) == [expected]
    assert await pages(3) == [expected[:3], expected[3:]]
