"""Reviews of completed bookings, the creators' answers to them, and reports about them."""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from marketplace.core.domain.account_erasure import DELETED_LABEL, DELETED_NAMES
from marketplace.core.domain.booking_details import REVIEWABLE_FOR, BookingDetails
from marketplace.core.domain.fields import VISIBLE_LINES, OptionalStaffReason, Text, Whole, validate_entity
from marketplace.core.domain.ratings import MAX_STARS
from marketplace.core.domain.reports import ReportReasonWord, ReportText, Resolution
from marketplace.core.domain.sessions import Moderation
from marketplace.core.domain.users import Contact, PublicUser
from marketplace.core.errors import FieldErrors, IllegalTransition, NotFound, NotYours, TooLate
from marketplace.core.errors.reviews import AlreadyAnswered, NotCompleted, OwnReview

MAX_REVIEW_LENGTH = 2_000

ModerationState = Literal["reported", "hidden"]


@dataclass(frozen=True, eq=False)
class VisibleOrEmpty(Text):
    """Text that may be empty, but not consist of characters that show nothing."""

    @property
    def schema_pattern(self) -> str:
        """Regular expression of JSON Schema."""
        return f"^$|{VISIBLE_LINES}"

    def read(self, value: Any) -> Any:
        kept = Text.read(self, value)
        if value and not kept:
            raise ValueError("Write something that can be seen, or leave this empty.")
        return kept


Stars = Annotated[int, Whole(1, MAX_STARS, example=5, description="Stars.")]
ReviewText = Annotated[
    str,
    VisibleOrEmpty(
        0, MAX_REVIEW_LENGTH, multiline=True, example="A calm hour, well explained.", description="Plain text or empty."
    ),
]
AnswerText = Annotated[
    str, Text(1, MAX_REVIEW_LENGTH, multiline=True, example="Thank you for coming!", description="Plain text.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A review of a completed booking by its learner. It is written once, and published unless staff hide it."""

    id: UUID
    booking_id: UUID
    session_id: UUID
    creator_id: UUID
    author_id: UUID
    stars: Stars
    text: ReviewText
    created_at: datetime
    answer: str | None = None
    """What the creator wrote below it."""
    answered_at: datetime | None = None
    hidden_at: datetime | None = None
    hidden_reason: str | None = None

    @classmethod
    def of(cls, booking: BookingDetails, review_id: UUID, stars: int, text: str, now: datetime) -> Self:
        """Return the learner's review of a booking. Raises `NotCompleted`, `TooLate`."""
        if booking.reviewable_until is None:
            raise NotCompleted
        if now >= booking.reviewable_until:
            raise TooLate(f"A session can be reviewed for {REVIEWABLE_FOR.days} days after its end.")
        return cls(
            id=review_id,
            booking_id=booking.id,
            session_id=booking.session_id,
            creator_id=booking.creator_id,
            author_id=booking.user_id,
            stars=stars,
            text=text,
            created_at=now,
        )

    @property
    def moderation(self) -> Moderation | None:
        """When and why it was hidden, for its author and staff."""
        return None if self.hidden_at is None else Moderation(hidden_at=self.hidden_at, reason=self.hidden_reason or "")

    def require_published(self) -> None:
        """Raise `NotFound` if it is hidden."""
        if self.hidden_at is not None:
            raise NotFound

    def answered(self, creator_id: UUID, text: str, now: datetime) -> Self:
        """Answer as the creator. Raises `NotFound` if it is hidden, `NotYours`, `AlreadyAnswered`."""
        self.require_published()
        if creator_id != self.creator_id:
            raise NotYours
        if self.answered_at is not None:
            raise AlreadyAnswered
        return replace(self, answer=text, answered_at=now)

    def require_reportable_by(self, user_id: UUID) -> None:
        """Raise `NotFound` if it is hidden, `OwnReview` for its author."""
        self.require_published()
        if user_id == self.author_id:
            raise OwnReview

    def hidden(self, reason: str, now: datetime) -> Self:
        """Hide it from everyone but its author and staff. Raises `IllegalTransition`."""
        if self.hidden_at is not None:
            raise IllegalTransition("This review is already hidden.")
        return replace(self, hidden_at=now, hidden_reason=reason)

    def restored(self) -> Self:
        """Undo `hidden`. Raises `IllegalTransition`."""
        if self.hidden_at is None:
            raise IllegalTransition("This review isn't hidden.")
        return replace(self, hidden_at=None, hidden_reason=None)


MODERATED_FIELDS = ("hidden_at", "hidden_reason")
"""Fields recorded in the audit log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewReport:
    """A person's report about a review, at most one each. Open until it has a resolution."""

    id: UUID
    review_id: UUID
    reporter_id: UUID
    reason: ReportReasonWord
    text: ReportText
    created_at: datetime
    resolution: Resolution | None = None
    """`dismissed`: the report is unfounded; `hidden`: the review was hidden."""
    resolved_at: datetime | None = None
    resolved_by: UUID | None = None
    note: OptionalStaffReason = ""

    def validate(self) -> FieldErrors:
        """Return error messages per field."""
        return validate_entity(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDetails(Review):
    """A review with its author's name as anyone sees it, and its session's title."""

    author_name: str
    session_title: str

    @classmethod
    def named(cls, review: Review, author: PublicUser, session_title: str) -> "ReviewDetails":
        """Return a review with the names of its author and its session."""
        values = {field.name: getattr(review, field.name) for field in fields(Review)}
        name = public_name(author.first_name, author.last_name, author.username)
        return ReviewDetails(**values, author_name=name, session_title=session_title)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeratedReview(ReviewDetails):
    """A review as staff see it. `reports` are the newest ones about it, open or resolved."""

    author_details: Contact
    reports: tuple[ReviewReport, ...]


def public_name(first_name: str, last_name: str, username: str) -> str:
    """Return how an author is named to everyone: the first name and an initial, else the username."""
    if (first_name, last_name) == DELETED_NAMES:
        return DELETED_LABEL
    if not first_name:
        return username
    return f"{first_name} {last_name[0]}." if last_name else first_name
