"""Bulk actions: one thing that the staff does to many rows, what will come of it, and how far it has come."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Self, get_args
from uuid import UUID

from marketplace.core.domain.principals import Origin, Principal
from marketplace.core.domain.users import PublicUser, User
from marketplace.core.errors import IllegalTransition, MarketplaceError

BulkKind = Literal["users", "sessions", "bookings"]
UserBulkAction = Literal["activate", "deactivate", "deactivate_and_cancel", "make_creator", "make_user"]
"""`deactivate` keeps the seats that are sold of a creator's sessions, `deactivate_and_cancel` does not."""
SessionBulkAction = Literal["hide", "restore", "archive", "feature", "unfeature"]
BookingBulkAction = Literal["cancel", "confirm", "decline", "complete"]
BulkAction = Literal[UserBulkAction, SessionBulkAction, BookingBulkAction]
BulkState = Literal["queued", "running", "finished", "failed", "cancelled"]
"""`failed`: it was ended before its end, for who began it may not do this any more."""

ACTIONS: dict[BulkKind, tuple[str, ...]] = {
    "users": get_args(UserBulkAction),
    "sessions": get_args(SessionBulkAction),
    "bookings": get_args(BookingBulkAction),
}
MAX_BULK = 10_000
"""Rows of one run."""
TTL = timedelta(days=90)
"""How long a run that is over can be looked at. What it did to each row is in the audit log for good."""
MAX_EXAMPLES = 10
"""Rows of each outcome that a preview names."""

LOST_RIGHTS = "The person who started it is no longer on the staff."


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkRun:
    """A bulk action under way or over: of `total` rows, the first `done` are settled, in the order they were chosen."""

    id: UUID
    kind: BulkKind
    action: BulkAction
    reason: str
    state: BulkState
    total: int
    changed: int
    refused: int
    staff_id: UUID
    family_id: UUID
    """The login it was begun by."""
    address: str | None
    agent: str | None
    created_at: datetime
    finished_at: datetime | None
    detail: str
    """Why it was ended before its end, if it was."""

    @property
    def done(self) -> int:
        """How many rows are settled, one way or the other."""
        return self.changed + self.refused

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.finished_at is not None

    def principal(self, staff: User) -> Principal:
        """Who acts, as they stand now, and from where it was begun."""
        return staff.principal(self.family_id, Origin(address=self.address, agent=self.agent))

    def counted(self, now: datetime, *, is_refused: bool) -> Self:
        """The run with one row more; with the last one it is over."""
        is_last = self.done + 1 == self.total
        return replace(
            self,
            changed=self.changed + (not is_refused),
            refused=self.refused + is_refused,
            state="finished" if is_last else "running",
            finished_at=now if is_last else None,
        )

    def cancelled(self, now: datetime) -> Self:
        """The run without what is left. Raises `IllegalTransition` when it is over."""
        if self.is_over:
            raise IllegalTransition(f"This bulk action is already {self.state}.")
        return replace(self, state="cancelled", finished_at=now)

    def failed(self, detail: str, now: datetime) -> Self:
        """The run ended by the marketplace itself."""
        return replace(self, state="failed", detail=detail, finished_at=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkRunDetails(BulkRun):
    """A run as the staff reads it."""

    staff_details: PublicUser


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkRefusal:
    """A row that stayed as it was, as it was called then, and why."""

    id: UUID
    label: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkExample:
    """What will come of one row: nothing, where it has a `code`."""

    id: UUID
    label: str
    outcome: Literal["change", "skip"]
    code: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkPreview:
    """What would come of a bulk action at this moment. `examples` are the first of either outcome."""

    matching: int
    will_change: int
    will_skip: int
    seats_affected: int
    """Seats of what will change: given back with bookings, or sold at starts to come and kept."""
    examples: tuple[BulkExample, ...]

    @classmethod
    def of(cls, evaluated: Iterable[tuple[UUID, str, int, MarketplaceError | None]]) -> Self:
        """The preview of rows with what they are called, the seats of each, and why it would be refused, if so."""
        changed, skipped, seats = list[BulkExample](), list[BulkExample](), 0
        matching = skips = 0
        for row_id, label, row_seats, refusal in evaluated:
            matching += 1
            if refusal is None:
                seats += row_seats
                if len(changed) < MAX_EXAMPLES:
                    changed.append(BulkExample(id=row_id, label=label, outcome="change"))
                continue
            skips += 1
            if len(skipped) < MAX_EXAMPLES:
                why = {"code": refusal.code, "detail": refusal.detail}
                skipped.append(BulkExample(id=row_id, label=label, outcome="skip", **why))
        return cls(
            matching=matching,
            will_change=matching - skips,
            will_skip=skips,
            seats_affected=seats,
            examples=(*changed, *skipped),
        )
