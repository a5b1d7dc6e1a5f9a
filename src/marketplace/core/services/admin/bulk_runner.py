"""Running bulk actions: row by row, each exactly once, by the rules of the single action."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from marketplace.core.domain.audit import TargetKind
from marketplace.core.domain.booking_steps import BookingAction
from marketplace.core.domain.bulk import LOST_RIGHTS, PREVIEWS_KEPT_FOR, TTL, BulkAction, BulkKind, BulkRefusal, BulkRun
from marketplace.core.domain.principals import Origin, Principal
from marketplace.core.domain.second_factors import StaffSecondFactor
from marketplace.core.domain.tokens import Claims
from marketplace.core.errors import Busy, MarketplaceError, NotSignedIn, NotStaff, OutcomeUnknown
from marketplace.core.ports.bulk import BulkLists, BulkTargets
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.tokens import Principals
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.admin.sessions import SessionAdminService
from marketplace.core.services.admin.users import UserAdminService
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.bookings import BookingService
from marketplace.core.services.purging import purge_hourly
from marketplace.core.services.retries import with_retries
from marketplace.core.services.sessions import SessionService
from marketplace.core.services.tokens import PrincipalCache
from marketplace.core.services.users import UserService

LOG = logging.getLogger(__name__)

ROWS_PER_JOB = 200
"""Rows that one job processes before it enqueues the next, so that a worker can stop soon."""

TARGETS: dict[BulkKind, TargetKind] = {"users": "user", "sessions": "session", "bookings": "booking"}
"""Kind of the audit log target of a row."""

Operation = Callable[[Transaction, Principal, UUID, str], Awaitable[object]]
"""Performs one action on one row for a reason, within a transaction. Raises the error that refuses it."""
Operations = Mapping[tuple[BulkKind, BulkAction], Operation]


class _InternalError(MarketplaceError):
    """An internal error, not a refusal."""

    code = "internal_error"
    sentence = "Something went wrong on our side."


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkActors:
    """The services that perform the single actions."""

    users: UserService
    accounts: UserAdminService
    sessions: SessionService
    moderation: SessionAdminService
    bookings: BookingService

    def operations(self) -> Operations:
        """Return the operation of each bulk action."""
        return {
            ("users", "activate"): partial(self._switch, is_active=True),
            ("users", "deactivate"): partial(self._switch, is_active=False),
            ("users", "deactivate_and_cancel"): self.accounts.deactivate_and_cancel_within,
            ("users", "make_creator"): lambda tx, staff, row, reason: self.accounts.change_role_within(
                tx, staff, row, "creator", reason
            ),
            ("users", "make_user"): lambda tx, staff, row, reason: self.accounts.change_role_within(
                tx, staff, row, "user", reason
            ),
            ("sessions", "hide"): self.moderation.hide_within,
            ("sessions", "restore"): self.moderation.restore_within,
            ("sessions", "feature"): self.moderation.feature_within,
            ("sessions", "unfeature"): self.moderation.unfeature_within,
            ("sessions", "archive"): self.sessions.archive_within,
            ("bookings", "cancel"): partial(self._step, action="cancel"),
            ("bookings", "confirm"): partial(self._step, action="confirm"),
            ("bookings", "decline"): partial(self._step, action="decline"),
            ("bookings", "complete"): partial(self._step, action="complete"),
        }

    async def _switch(self, tx: Transaction, staff: Principal, row: UUID, reason: str, *, is_active: bool) -> None:
        before, _ = await self.users.set_active_within(tx, row, is_active=is_active, actor=staff, reason=reason)
        before.with_active(is_active=is_active)  # otherwise the report would count an unchanged account as changed

    async def _step(self, tx: Transaction, staff: Principal, row: UUID, reason: str, *, action: BookingAction) -> None:
        await self.bookings.act_within(tx, staff, row, action, reason)


class BulkRunner:
    """Processes runs.

    Rows are processed in order and counted in the same transaction, so an interrupted or concurrent runner neither
    repeats nor skips a row. A run ends with the login that started it.
    """

    def __init__(  # noqa: PLR0913 - one argument per port or service
        self,
        *,
        unit_of_work: UnitOfWork,
        lists: BulkLists,
        targets: BulkTargets,
        principals: Principals,
        actors: BulkActors,
        principal_cache: PrincipalCache,
        clock: Clock,
        ids: Ids,
        staff_second_factor: StaffSecondFactor,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._lists = lists
        self._targets = targets
        self._principals = principals
        self._is_second_factor_required = staff_second_factor == "required"
        self._operations = actors.operations()
        self._principal_cache = principal_cache
        self._audit = AuditWriter(unit_of_work, clock, ids)
        self._clock = clock

    async def run(self, run_id: UUID | None) -> None:
        """Process the next rows of a run, and enqueue a job for the rest.

        The handler of `run_bulk`. Raises `Busy` and `OutcomeUnknown`, to be retried.
        """
        run = None if run_id is None else await self._lists.find(run_id)
        if run is None or run.is_over:
            return
        for place, row in enumerate(await self._lists.targets(run.id, run.done, ROWS_PER_JOB), run.done):
            if (await self._settle(run, place, row)).is_over:
                return
        async with self._unit_of_work() as tx:
            await tx.jobs.enqueue(Job(kind="run_bulk", subject=run.id, run_at=self._clock.now()))

    async def purge(self, _: UUID | None = None) -> None:
        """Delete old previews, and runs that finished before the retention period, and enqueue the next purge.

        The handler of `sweep_bulk_runs`.
        """
        now = self._clock.now()

        async def purge() -> int:
            async with self._unit_of_work() as tx:
                return await tx.bulk_runs.purge(now - TTL) + await tx.bulk_runs.purge_agreed(now - PREVIEWS_KEPT_FOR)

        await purge_hourly(self._unit_of_work, "sweep_bulk_runs", now, purge)

    async def _settle(self, run: BulkRun, place: int, row: UUID) -> BulkRun:
        principal, operation = await self._principal(run), self._operations[run.kind, run.action]
        if principal is None:
            return await self._at(run.id, place, self._end)

        async def change(tx: Transaction, found: BulkRun) -> BulkRun:
            await operation(tx, principal, row, found.reason)
            return found.counted(self._clock.now(), is_refused=False)

        try:
            settled = await self._at(run.id, place, change)
        except (Busy, OutcomeUnknown):
            raise
        except (NotSignedIn, NotStaff):
            return await self._at(run.id, place, self._end)
        except MarketplaceError as error:
            return await self._refuse(run, place, row, error, principal)
        except Exception as error:  # noqa: BLE001 - a fault of ours in one row is not the others'
            # omit the message, which may quote user input
            LOG.error("Bulk run %s: %s of %s %s failed: %s", run.id, run.action, run.kind, row, type(error).__name__)  # noqa: TRY400
            return await self._refuse(run, place, row, _InternalError(), principal)
        if run.kind == "users":
            self._principal_cache.forget(row)
        return settled

    async def _principal(self, run: BulkRun) -> Principal | None:
        """Return the person who started a run, or `None` without the login or the rights; operations check with a lock.

        Their origin is that of the request that started it.
        """
        found = await self._principals.find(Claims(user_id=run.staff_id, family_id=run.family_id))
        if found is None:
            return None
        current = found.with_second_factor_rule(is_required=self._is_second_factor_required)
        return replace(current, origin=Origin(address=run.address, agent=run.agent)) if current.is_staff else None

    async def _refuse(
        self, run: BulkRun, place: int, row: UUID, error: MarketplaceError, principal: Principal
    ) -> BulkRun:
        found = await self._targets.find(run.kind, [row], self._clock.now())
        refusal = BulkRefusal(id=row, label=found[0].label if found else "", code=error.code, detail=error.detail)

        async def refuse(tx: Transaction, found: BulkRun) -> BulkRun:
            await tx.bulk_runs.add_refusal(found, refusal)
            await self._audit.write_refusal(tx, principal, run.action, (TARGETS[run.kind], row), error)
            return found.counted(self._clock.now(), is_refused=True)

        return await self._at(run.id, place, refuse)

    async def _end(self, _: Transaction, found: BulkRun) -> BulkRun:
        return found.failed(LOST_RIGHTS, self._clock.now())

    async def _at(
        self, run_id: UUID, place: int, operation: Callable[[Transaction, BulkRun], Awaitable[BulkRun]]
    ) -> BulkRun:
        """Apply an operation to the locked run, unless it is over or this row is already processed; return the run."""

        async def whole() -> BulkRun:
            async with self._unit_of_work() as tx:
                found = await tx.bulk_runs.acquire(run_id)
                if found.is_over or found.done != place:
                    return found
                after = await operation(tx, found)
                await tx.bulk_runs.save(after)
                return after

        return await with_retries(whole)
