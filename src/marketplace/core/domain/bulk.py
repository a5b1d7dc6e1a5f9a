"""Bulk actions: one action on many rows, its preview and its progress."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Self, get_args
from uuid import UUID

from marketplace.core.domain.users import PublicUser
from marketplace.core.errors import IllegalTransition, MarketplaceError

BulkKind = Literal["users", "sessions", "bookings"]
UserBulkAction = Literal["activate", "deactivate", "deactivate_and_cancel", "make_creator", "make_user"]
"""`deactivate` keeps booked seats of a creator's sessions; `deactivate_and_cancel` cancels them."""
SessionBulkAction = Literal["hide", "restore", "archive", "feature", "unfeature"]
BookingBulkAction = Literal["cancel", "confirm", "decline", "complete"]
BulkAction = Literal[UserBulkAction, SessionBulkAction, BookingBulkAction]
BulkOutcome = Literal["change", "skip"]
BulkState = Literal["queued", "running", "finished", "failed", "cancelled"]
"""`failed`: stopped early because the person who started it lost the required rights."""

ACTIONS: dict[BulkKind, tuple[str, ...]] = {
    "users": get_args(UserBulkAction),
    "sessions": get_args(SessionBulkAction),
    "bookings": get_args(BookingBulkAction),
}
MAX_BULK = 10_000
"""Maximum rows per run."""
TTL = timedelta(days=90)
"""How long finished runs are kept. Their effects stay in the audit log."""
AGREED_FOR = timedelta(hours=1)
"""How long an action can be started on the rows of a preview."""
PREVIEWS_KEPT_FOR = timedelta(hours=24)
"""How long a preview is remembered, used or not: until then, its order needs one that may be used."""
MAX_EXAMPLES = 10
"""Rows listed per outcome in a preview."""

LOST_RIGHTS = "The person who started it is no longer on the staff, or was signed out where they started it."


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkRun:
    """A bulk action. Of `total` rows, the first `done` are processed, in the order of selection."""

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
    """ID of the login that started it."""
    address: str | None
    agent: str | None
    created_at: datetime
    finished_at: datetime | None
    detail: str
    """Why it was stopped early; empty otherwise."""

    @property
    def done(self) -> int:
        """Number of processed rows."""
        return self.changed + self.refused

    @property
    def is_over(self) -> bool:
        return self.finished_at is not None

    def counted(self, now: datetime, *, is_refused: bool) -> Self:
        """Count one more row; the last one finishes the run."""
        is_last = self.done + 1 == self.total
        return replace(
            self,
            changed=self.changed + (not is_refused),
            refused=self.refused + is_refused,
            state="finished" if is_last else "running",
            finished_at=now if is_last else None,
        )

    def cancelled(self, now: datetime) -> Self:
        """Skip the remaining rows. Raises `IllegalTransition` if the run is over."""
        if self.is_over:
            raise IllegalTransition(f"This bulk action is already {self.state}.")
        return replace(self, state="cancelled", finished_at=now)

    def failed(self, detail: str, now: datetime) -> Self:
        """Stop the run because of an error."""
        return replace(self, state="failed", detail=detail, finished_at=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkRunDetails(BulkRun):
    """A run with the details of the staff member who started it."""

    staff_details: PublicUser


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkRefusal:
    """A refused row: its label at the time, and the error."""

    id: UUID
    label: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedRows:
    """The rows that matched filters in a preview. The action is held to them when the same person starts it.

    `filters` is their canonical JSON.
    """

    id: UUID
    staff_id: UUID
    kind: BulkKind
    action: BulkAction
    filters: str
    rows: tuple[UUID, ...]
    created_at: datetime
    is_used: bool = False

    def is_same_order(self, other: "AgreedRows") -> bool:
        """Return whether both are the same action of the same person on the same filters."""
        keys = ("staff_id", "kind", "action", "filters")
        return all(getattr(self, key) == getattr(other, key) for key in keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkExample:
    """Predicted outcome of one row; `code` is set if it would be skipped."""

    id: UUID
    label: str
    outcome: BulkOutcome
    code: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkPreview:
    """Predicted outcome of a bulk action. `examples` are the first rows of each outcome."""

    agreed_id: UUID | None = None
    """ID of the `AgreedRows` of filters."""
    matching: int
    will_change: int
    will_skip: int
    seats_affected: int
    """Seats of rows that will change: released with their bookings, or booked at upcoming starts and kept."""
    examples: tuple[BulkExample, ...]

    @classmethod
    def of(cls, evaluated: Iterable[tuple[UUID, str, int, MarketplaceError | None]]) -> Self:
        """Build the preview from tuples of row ID, label, seats and refusal."""
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
                error = {"code": refusal.code, "detail": refusal.detail}
                skipped.append(BulkExample(id=row_id, label=label, outcome="skip", **error))
        return cls(
            matching=matching,
            will_change=matching - skips,
            will_skip=skips,
            seats_affected=seats,
            examples=(*changed, *skipped),
        )
