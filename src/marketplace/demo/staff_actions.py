"""Staff actions of the demo: featured sessions, and open reports."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from marketplace.core.domain.principals import Principal
from marketplace.core.domain.reports import ReportReason
from marketplace.core.errors import AlreadyReported, IllegalTransition
from marketplace.demo.ports import DemoServices

FEATURED = ("Sunday lunch for eight, planned backwards", "Fado for people who only sing in the car", "Git without fear")
"""Titles of the sessions on the front page; the last one is shown first."""
FEATURE_REASON = "A staff pick."


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoComplaint:
    """A report of a session by a user, `ago` before the moment of the demo."""

    by: str
    title: str
    reason: ReportReason
    text: str
    ago: timedelta


COMPLAINTS = (
    DemoComplaint(
        by="sophie.lang",
        title="Hiring your first employee",
        reason="other",
        text="The description promises a checklist, and I never got one.",
        ago=timedelta(days=2, hours=3),
    ),
    DemoComplaint(
        by="wei.zhang",
        title="A guided walk in your ear",
        reason="misleading",
        text="It says it's live, but it was a recording.",
        ago=timedelta(hours=7),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffActions:
    """Performs the staff actions; idempotent."""

    services_at: Callable[[datetime], DemoServices]
    moment: datetime

    async def run(self, staff: Principal, people: Mapping[str, Principal], sessions: Mapping[str, UUID]) -> None:
        """Feature and report sessions, skipping those that do not exist. `people` by username, `sessions` by title."""
        for position, title in enumerate(FEATURED):
            if title in sessions:
                with suppress(IllegalTransition):
                    moderation = self.services_at(self.moment - timedelta(days=3, minutes=-position)).session_admin
                    await moderation.feature(staff, sessions[title], FEATURE_REASON)
        for complaint in COMPLAINTS:
            if complaint.title in sessions and complaint.by in people:
                with suppress(AlreadyReported):
                    reports = self.services_at(self.moment - complaint.ago).reports
                    await reports.report(
                        people[complaint.by], sessions[complaint.title], complaint.reason, complaint.text
                    )
