"""Tables of reviews."""

from uuid import UUID

from marketplace.adapters.memory.tables import Table
from marketplace.core.domain.ratings import Rating
from marketplace.core.domain.reviews import Review, ReviewReport


class ReviewTables:
    """`by_booking` and `by_reporter` are unique indexes; `of_sessions` and `of_creators` hold ratings."""

    def __init__(self) -> None:
        self.written: Table[UUID, Review] = Table("reviews")
        self.by_booking: Table[UUID, UUID] = Table("reviewed")
        self.reports: Table[UUID, ReviewReport] = Table("review_reports")
        self.by_reporter: Table[tuple[UUID, UUID], UUID] = Table("reported_reviews")
        self.of_sessions: Table[UUID, Rating] = Table("ratings")
        self.of_creators: Table[UUID, Rating] = Table("creator_ratings")
