"""Reports about sessions, and their resolution by staff."""

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
"""`dismissed`: the report is unfounded; `hidden`: the session was hidden."""

REPORT_TEXT_LENGTH = 2_000

ReportReasonWord = Annotated[
    ReportReason, Choice(get_args(ReportReason), example="misleading", description="What's wrong with it.")
]
ReportText = Annotated[
    str,
    Text(
        0,
        REPORT_TEXT_LENGTH,
        multiline=True,
        example="The photo shows another place.",
        description="Details for staff.",
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A user's report about a session, at most one each. Open until it has a resolution."""

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
    """Reason for the resolution."""

    def validate(self) -> FieldErrors:
        """Return error messages per field."""
        return validate_entity(self)

    def require_open(self) -> None:
        """Raise `IllegalTransition` if the report is resolved."""
        if self.resolution is not None:
            raise IllegalTransition(f"This report has already been resolved ({self.resolution}).")

    def resolved(self, resolution: Resolution, staff_id: UUID, note: str, now: datetime) -> Self:
        """Resolve the report. Raises `IllegalTransition` if it is resolved already."""
        self.require_open()
        return replace(self, resolution=resolution, resolved_at=now, resolved_by=staff_id, note=note)


REPORT_FIELDS = ("resolution", "note")
"""Fields recorded in the audit log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDetails(Report):
    """A report with its session and reporter, for staff."""

    session_details: "SessionDetails"
    reporter_details: "Contact"
