"""Sessions: finding them, and a creator's own."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from marketplace.core.entities.audit import SESSION_FIELDS, AuditAction, differences
from marketplace.core.entities.fields import OptionalStaffReason, StaffReason, require, validate_field, validate_values
from marketplace.core.entities.idempotency import IdempotencyKey
from marketplace.core.entities.pages import Page
from marketplace.core.entities.sessions import CatalogFilters, CatalogSession, Facets, Session
from marketplace.core.entities.tokens import Caller
from marketplace.core.entities.users import public_user
from marketplace.core.errors import Faults, NotACreator, NotFound
from marketplace.core.ports.sessions import Catalog
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.ports.users import UserDirectory
from marketplace.core.services.audit import Auditor
from marketplace.core.services.idempotency import Made, nothing_left, once
from marketplace.core.services.open_times import open_times_of
from marketplace.core.services.retrying import retrying
from marketplace.core.services.slots import reshape


class SessionService:
    """Sessions. `facts` are fields of `Session` by name."""

    def __init__(
        self,
        *,
        unit_of_work: UnitOfWork,
        catalog: Catalog,
        users: UserDirectory,
        clock: Clock,
        ids: Ids,
        categories: Collection[str],
    ) -> None:
        self._unit_of_work = unit_of_work
        self._catalog = catalog
        self._users = users
        self._clock = clock
        self._ids = ids
        self._categories = categories
        self._audit = Auditor(unit_of_work, clock, ids)

    def faults(self, given: Mapping[str, Any]) -> Faults:
        """What is wrong with the given fields that only the marketplace knows: the category."""
        category = given.get("category")
        if category is None or category in self._categories:
            return {}
        return {"category": [f"Choose one of: {', '.join(self._categories)}."]}

    async def list(self, filters: CatalogFilters, limit: int, after: str | None) -> Page[CatalogSession]:
        """One page of the catalog."""
        now = self._clock.now()
        if filters.contradict(now):
            return Page((), None)
        return await self._catalog.list(filters, limit, after, now)

    async def facets(self, filters: CatalogFilters) -> Facets:
        """Counts by category, tag and price band for the same filters."""
        now = self._clock.now()
        if filters.contradict(now):
            return Facets.of_nothing()
        return await self._catalog.facets(filters, now)

    async def list_own(self, caller: Caller, limit: int, after: str | None) -> Page[CatalogSession]:
        """One page of the caller's own sessions, inactive ones too. Raises `NotACreator`."""
        if caller.role != "creator":
            raise NotACreator
        return await self._catalog.of_creator(caller.user_id, limit, after, self._clock.now())

    async def get(self, session_id: UUID, caller: Caller | None) -> CatalogSession:
        """One session. Raises `NotFound` when this person may not see it."""
        found = await self._read(session_id)
        if not found.visible_to(caller):
            raise NotFound
        return found

    async def create(
        self, caller: Caller, facts: Mapping[str, Any], *, key: IdempotencyKey | None = None
    ) -> Made[CatalogSession]:
        """Offer a session. Raises `NotACreator`, `Invalid`, `KeyReused`."""
        if caller.role != "creator":
            raise NotACreator
        self._check(facts)
        creator = await self._users.get(caller.user_id)
        session = CatalogSession(
            id=self._ids.new(),
            creator_id=creator.id,
            created_at=self._clock.now(),
            archived_at=None,
            creator_details=public_user(creator),
            creator_is_active=creator.is_active,
            time_zone=creator.time_zone,
            next_slot=None,
            **facts,
        )

        async def effect(tx: Transaction) -> CatalogSession:
            await tx.sessions.add(session)
            return session

        return await once(self._unit_of_work, effect, self._read, key=key, thing_id=session.id, now=session.created_at)

    async def change(
        self, caller: Caller, session_id: UUID, facts: Mapping[str, Any], reason: str | None = None
    ) -> CatalogSession:
        """Change a session of one's own, or with a `reason` by the staff; slots and open times follow.

        Raises `NotFound`, `NotYours`, `Invalid`, `HasUpcomingBookings` when more seats are sold than would be
        left, `CreatorUnavailable` when sold slots would overlap; both name the slots.
        """
        self._check(facts, reason)

        async def effect() -> None:
            async with self._unit_of_work() as tx:
                before = await tx.sessions.acquire(session_id)
                now = self._clock.now()
                session = before.changed_by(caller, facts, on_behalf=reason is not None).revised(before, now)
                if session.moves_slots(before):
                    schedule = await tx.sessions.find_schedule(session_id)
                    await reshape(tx, session, schedule, now, was=before)
                    if session.duration != before.duration:
                        open_times = await open_times_of(schedule, session.duration, now)
                        await tx.sessions.save_open_times(session_id, open_times)
                await tx.sessions.save(session)
                await self._note(tx, caller, "session_changed", before, session, reason)

        await retrying(effect)
        return await self._read(session_id)

    async def archive(
        self, caller: Caller, session_id: UUID, reason: str | None = None, *, key: IdempotencyKey | None = None
    ) -> Made[CatalogSession]:
        """Take a session of one's own away for good, or with a `reason` by the staff; its bookings stay.

        Raises `Invalid`, `NotFound`, `NotYours`, `HasUpcomingBookings`, `KeyReused`.
        """
        if reason is not None:
            require(validate_field("reason", StaffReason, reason))
        now = self._clock.now()

        async def effect(tx: Transaction) -> None:
            await self.archive_within(tx, caller, session_id, reason)

        made = await once(self._unit_of_work, effect, nothing_left, key=key, thing_id=session_id, now=now)
        return Made(await self._read(session_id), is_replay=made.is_replay)

    async def archive_within(self, tx: Transaction, caller: Caller, session_id: UUID, reason: str | None) -> None:
        """`archive` within a transaction of the caller's."""
        now = self._clock.now()
        session = (await tx.sessions.acquire(session_id)).changed_by(caller, {}, on_behalf=reason is not None)
        session.check_nobody_booked(await tx.slots.acquire_upcoming(session_id, now))
        archived = replace(session, archived_at=now)
        await tx.sessions.save(archived)
        await tx.sessions.save_open_times(session_id, None)
        await self._note(tx, caller, "session_archived", session, archived, reason)

    async def _note(
        self,
        tx: Transaction,
        caller: Caller,
        action: AuditAction,
        before: Session,
        after: Session,
        reason: str | None,
    ) -> None:
        if reason is not None:
            change = differences(before, after, SESSION_FIELDS)
            await self._audit.write(tx, caller, action, ("session", after.id), change, reason)

    async def _read(self, session_id: UUID) -> CatalogSession:
        found = await self._catalog.find(session_id, self._clock.now())
        if found is None:
            raise NotFound
        return found

    def _check(self, facts: Mapping[str, Any], reason: str | None = None) -> None:
        require(
            validate_values(Session, facts),
            self.faults(facts),
            validate_field("reason", OptionalStaffReason, reason or ""),
        )
