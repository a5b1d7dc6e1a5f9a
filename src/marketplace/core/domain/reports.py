"""Reports: what people hold against a session, and what the staff made of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal, Self, get_args
from uuid import UUID

from marketplace.core.domain.fields import Choice, OptionalStaffReason, Text, validate_entity
from marketplace.core.errors import FieldErrors, IllegalTransition

if TYPE_CHECKING:
    from marketplace.core.domain.sessions import SessionDetails
    from marketplace.core.domain.users import Contact

ReportReason = Literal["spam", "misleading", "offensive", "unsafe", "other"]
Resolution = Literal["dismissed", "hidden"]
"""`dismissed`: nothing is wrong with the session; `hidden`: it was hidden."""

REPORT_TEXT_LENGTH = 2_000

ReportReasonWord = Annotated[
    ReportReason, Choice(get_args(ReportReason), example="misleading", says="What's wrong with it.")
]
ReportText = Annotated[
    str,
    Text(0, REPORT_TEXT_LENGTH, example="The photo shows another place.", says="Details for staff."),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one person says of one session, once. It is open until it has a resolution."""

    id: UUID
    session_id: UUID
    reporter_id: UUID
    reason: ReportReasonWord
    text: ReportText
    created_at: datetime
    resolution: Resolution | None = None
    resolved_at: datetime | None = None
    resolved_by: UUID | None = None
    note: OptionalStaffReason = ""
    """Why the staff resolved it as it did."""

    def validate(self) -> FieldErrors:
        """What is wrong with each field, as sentences for a person."""
        return validate_entity(self)

    def check_open(self) -> None:
        """Raise `IllegalTransition` when it has a resolution."""
        if self.resolution is not None:
            raise IllegalTransition(f"This report has already been resolved ({self.resolution}).")

    def resolved(self, resolution: Resolution, staff_id: UUID, note: str, now: datetime) -> Self:
        """The report with its resolution. Raises `IllegalTransition` when it has one."""
        self.check_open()
        return replace(self, resolution=resolution, resolved_at=now, resolved_by=staff_id, note=note)


REPORT_FIELDS = ("resolution", "note")
"""What the audit log keeps of a report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDetails(Report):
    """A report as the staff reads it."""

    session_details: "SessionDetails"
    reporter_details: "Contact"
