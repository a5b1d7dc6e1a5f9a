"""Reviews of the demo: which completed bookings have one, what it says, and what the creator answers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from marketplace.demo.booking_lifecycles import PlannedBooking

REVIEWED = 60
"""Percent of the completed bookings."""
ANSWERED = 30
"""Percent of the reviews with words."""
STARS = (5, 5, 4, 5, 4, 5, 3, 5, 4, 2)
TEXTS: dict[int, tuple[str, ...]] = {
    5: (
        "Clear, patient and funny. I've already booked the next one.",
        "Exactly what I hoped for. Small group, lots of time for questions.",
        "I learned more in an hour than in a month of videos.",
        "",
    ),
    4: (
        "Very good. I'd have liked a summary to take home.",
        "Well prepared, and the time flew by.",
        "",
    ),
    3: (
        "Nice people, but a bit too fast for a beginner.",
        "Good content. The sound was poor for the first ten minutes.",
    ),
    2: ("Not what the description promised. We started late, too.",),
}
ANSWERS: dict[int, str] = {
    5: "Thank you! See you at the next one.",
    4: "Thanks for coming. I'll send you the summary.",
    3: "Thank you for saying so. I'll take more time at the start.",
    2: "I'm sorry about that. Write to me, and you'll get a seat in the next one.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedReview:
    """A review by the learner of a booking at `at`, and the creator's answer, or `""`, a few hours later."""

    at: datetime
    stars: int
    text: str
    answer: str

    @property
    def answered_at(self) -> datetime:
        return self.at + timedelta(hours=5)


def review_of(booking: PlannedBooking, moment: datetime) -> PlannedReview | None:
    """Return the review of a completed booking, always the same, or `None` if it has none by `moment`."""
    session = booking.planned.session
    number = crc32(f"{booking.person.username} {session.title} {moment - booking.starts_at}".encode())
    written = booking.starts_at + timedelta(minutes=session.duration, hours=2 + number % 40)
    if number % 100 >= REVIEWED or written + timedelta(hours=6) >= moment:
        return None
    # some sessions are better than others
    stars = STARS[(number // 100 + crc32(session.title.encode())) % (6 + crc32(session.title.encode()) % 5)]
    text = TEXTS[stars][number // 1_000 % len(TEXTS[stars])]
    has_answer = bool(text) and number // 10_000 % 100 < ANSWERED
    return PlannedReview(at=written, stars=stars, text=text, answer=ANSWERS[stars] if has_answer else "")
