"""Stored reviews for tests."""

from datetime import timedelta
from itertools import count

from uuid_utils.compat import uuid7

from builders import stored_booking, stored_user
from fakes import NOW
from marketplace.core.domain.reviews import Review
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.users import User
from marketplace.core.ports.storage import Storage

_numbers = count(2)


async def stored_review(
    storage: Storage, session: Session, author: User | None = None, *, stars: int = 5, text: str = "A calm hour."
) -> Review:
    """Store a review of a new completed booking, at its own start, and rate the session by it."""
    author = author or await stored_user(storage)
    starts_at = NOW - timedelta(hours=2 * (next(_numbers) % 1_000))
    booking = await stored_booking(storage, session, author.id, starts_at=starts_at, status="completed")
    completed = await storage.booking_lists.find(booking.id)
    assert completed is not None
    review = Review.of(completed, uuid7(), stars, text, NOW)
    async with storage.unit_of_work() as tx:
        rating = (await tx.sessions.acquire(session.id)).rating
        await tx.reviews.add(review)
        await tx.reviews.rate(review, rating.plus(stars, 1), 1)
    return review
