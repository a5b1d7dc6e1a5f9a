"""What the staff of the demo has done, and what waits for it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from marketplace.core.domain.reports import ReportReason
from marketplace.core.domain.tokens import Principal
from marketplace.core.errors import AlreadyReported, IllegalTransition
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.system import Ids
from marketplace.core.services.admin.sessions import SessionAdminService
from marketplace.core.services.reports import ReportService
from marketplace.demo.fixed_clock import FixedClock

FEATURED = ("Sunday lunch for eight, planned backwards", "Fado for people who only sing in the car", "Git without fear")
"""Titles of the sessions on the front page, the last one first."""
WHY = "A favourite of the house."


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoComplaint:
    """Who reported which session, and what for."""

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
        text="It says that it is live. It was a recording.",
        ago=timedelta(hours=7),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffActions:
    """The back office of the demo. What was done already stays as it is."""

    storage: Storage
    ids: Ids
    moment: datetime

    async def run(self, staff: Principal, people: Mapping[str, Principal], sessions: Mapping[str, UUID]) -> None:
        """Feature and report those of the sessions, by title, that are there."""
        for place, title in enumerate(FEATURED):
            if title in sessions:
                with suppress(IllegalTransition):
                    moderation = self._moderation(timedelta(days=3, minutes=-place))
                    await moderation.feature(staff, sessions[title], WHY)
        for one in COMPLAINTS:
            if one.title in sessions and one.by in people:
                with suppress(AlreadyReported):
                    await self._reports(one.ago).report(people[one.by], sessions[one.title], one.reason, one.text)

    def _moderation(self, ago: timedelta) -> SessionAdminService:
        return SessionAdminService(
            unit_of_work=self.storage.unit_of_work,
            catalog=self.storage.catalog,
            queue=self.storage.reports,
            audit_log=self.storage.audit,
            clock=FixedClock(self.moment - ago),
            ids=self.ids,
        )

    def _reports(self, ago: timedelta) -> ReportService:
        return ReportService(
            unit_of_work=self.storage.unit_of_work,
            queue=self.storage.reports,
            clock=FixedClock(self.moment - ago),
            ids=self.ids,
        )
