"""Sessions: the catalog, and a creator's own."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.core.domain.audit import AuditAction, differences
from marketplace.core.domain.availability import CatalogSession
from marketplace.core.domain.bookable_starts import BookableStart
from marketplace.core.domain.catalog import CatalogFilters, Facets, SessionVersion
from marketplace.core.domain.events import SessionEvent
from marketplace.core.domain.fields import OptionalStaffReason, StaffReason, require, validate_field, validate_values
from marketplace.core.domain.idempotency import IdempotencyKey
from marketplace.core.domain.pages import Page
from marketplace.core.domain.personal_limits import DEFAULT_LIMITS
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import SESSION_FIELDS, Session, SessionDetails
from marketplace.core.domain.slots import require_no_upcoming_bookings
from marketplace.core.domain.suggestions import Suggestions, matching_categories
from marketplace.core.domain.users import public_user
from marketplace.core.errors import AddressesMissing, FieldErrors, NotFound, TooManySessions
from marketplace.core.ports.bookings import BookingLists
from marketplace.core.ports.sessions import Catalog
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.events import record_change
from marketplace.core.services.idempotency import Outcome, idempotently, no_replay
from marketplace.core.services.materialized_availability import materialized_for
from marketplace.core.services.pictures import remove
from marketplace.core.services.retries import with_retries
from marketplace.core.services.rights import acquire_staff
from marketplace.core.services.slots import resize
from marketplace.core.services.visibility import require_visible
from marketplace.core.services.waitlist_lines import close_session


class SessionService:
    """Sessions. `changes` are fields of `Session` by name.

    With `only_verified`, creators publish once their e-mail address is verified.
    """

    def __init__(  # noqa: PLR0913 - one argument per port or setting
        self,
        *,
        unit_of_work: UnitOfWork,
        catalog: Catalog,
        bookings: BookingLists,
        clock: Clock,
        ids: Ids,
        categories: Collection[str],
        only_verified: bool = False,
        max_sessions: int = DEFAULT_LIMITS.max_sessions,
    ) -> None:
        self._only_verified = only_verified
        self._max_sessions = max_sessions
        self._unit_of_work = unit_of_work
        self._catalog = catalog
        self._bookings = bookings
        self._clock = clock
        self._ids = ids
        self._categories = categories
        self._audit = AuditWriter(unit_of_work, clock, ids)

    def validate(self, provided: Mapping[str, Any]) -> FieldErrors:
        """Validate what only the marketplace knows: the category."""
        category = provided.get("category")
        if category is None or category in self._categories:
            return {}
        return {"category": [f"Choose one of: {', '.join(self._categories)}."]}

    async def list(self, filters: CatalogFilters, limit: int, after: str | None) -> Page[CatalogSession]:
        """Return a page of the catalog."""
        now = self._clock.now()
        if filters.is_contradictory(now):
            return Page((), None)
        page = await self._catalog.list(filters, limit, after, now)
        return page.with_items(tuple(session.seen_by(None) for session in page.items))

    async def page(self, filters: CatalogFilters, limit: int, after: str | None) -> Page[SessionVersion]:
        """Return a page of the catalog as the versions of its sessions, for callers that keep what they read."""
        now = self._clock.now()
        if filters.is_contradictory(now):
            return Page((), None)
        return await self._catalog.page(filters, limit, after, now)

    async def read_listed(self, ids: Sequence[UUID]) -> Sequence[tuple[SessionVersion, CatalogSession]]:
        """Return sessions with their versions, in any order, without those that are not listed any more."""
        found = await self._catalog.read(ids, self._clock.now())
        listed = (each for each in found if each[1].is_listed() and each[1].creator_is_active)
        return [(version, session.seen_by(None)) for version, session in listed]

    async def next_slots(self, ids: Sequence[UUID]) -> Sequence[tuple[SessionVersion, BookableStart | None]]:
        """Return the next slots of sessions with their versions, in any order."""
        return await self._catalog.next_slots(ids, self._clock.now())

    async def first_slots(self, ids: Sequence[UUID], filters: CatalogFilters) -> Mapping[UUID, BookableStart]:
        """Return the first bookable starts of sessions in the window of the filters."""
        return await self._catalog.first_slots(ids, filters, self._clock.now())

    async def facets(self, filters: CatalogFilters) -> Facets:
        """Return counts by category, tag and price band for the same filters."""
        now = self._clock.now()
        if filters.is_contradictory(now):
            return Facets.empty()
        return await self._catalog.facets(filters, now)

    async def suggest(self, typed: Sequence[str]) -> Suggestions:
        """Return suggestions for the tokens of a search that is being typed."""
        if not typed:
            return Suggestions()
        found = await self._catalog.suggest(typed)
        return replace(found, categories=matching_categories(typed, self._categories))

    async def list_own(self, principal: Principal, limit: int, after: str | None) -> Page[CatalogSession]:
        """Return a page of the principal's own sessions, including inactive ones. Raises `NotACreator`."""
        principal.require_creator()
        page = await self._catalog.of_creator(principal.user_id, limit, after, self._clock.now())
        return page.with_items(tuple(session.seen_by(principal.private_reader_id) for session in page.items))

    async def get(self, session_id: UUID, principal: Principal | None) -> CatalogSession:
        """Return a session as the principal sees it. Raises `NotFound` if they cannot.

        Takes one statement more if it has private details and someone else is signed in: whether they have a seat.
        """
        found = await self._read(session_id)
        await require_visible(found, principal, self._bookings)
        reader_id = principal.private_reader_id if principal else None
        is_asked = reader_id not in {None, found.creator_id} and found.has_private()
        has_seat = is_asked and reader_id is not None and await self._bookings.has_seat(reader_id, session_id)
        return found.seen_by(reader_id, has_seat=has_seat)

    async def create(
        self, principal: Principal, changes: Mapping[str, Any], *, key: IdempotencyKey | None = None
    ) -> Outcome[CatalogSession]:
        """Create a session.

        Raises `NotSignedIn`, `NotACreator`, `Invalid`, `KeyReused`, `EmailUnverified`, `TooManySessions`.
        """
        principal.require_creator()
        self._check(changes)
        session_id, now = self._ids.new(), self._clock.now()

        async def operation(tx: Transaction) -> CatalogSession:
            # not shared: sessions that are created at the same moment count, too
            creator = await tx.users.acquire(principal.user_id)
            creator.current(principal).require_creator()
            if await tx.sessions.has_unarchived(creator.id, self._max_sessions):
                raise TooManySessions
            session = CatalogSession(
                id=session_id,
                creator_id=creator.id,
                created_at=now,
                archived_at=None,
                creator_details=public_user(creator),
                creator_is_active=creator.is_active,
                time_zone=creator.time_zone,
                next_slot=None,
                **changes,
            )
            if self._only_verified and session.status == "active":
                creator.require_verified_email()
            await tx.sessions.add(session)
            await tx.events.add(SessionEvent.of("session.created", session, creator.id, now))
            return session

        return await idempotently(self._unit_of_work, operation, self._read, key=key, resource_id=session_id, now=now)

    async def change(
        self, principal: Principal, session_id: UUID, changes: Mapping[str, Any], reason: str | None = None
    ) -> CatalogSession:
        """Change one's own session, or with a `reason` as staff; slots and materialized availability follow.

        Raises `NotFound`, `NotYours`, `Invalid`, `HasUpcomingBookings` if more seats are booked than the new capacity,
        `CreatorUnavailable` if booked slots would overlap, `AddressesMissing` if the creator would have to come to
        learners who gave no address; the last three have the starts. `EmailUnverified` if a creator publishes an
        inactive one.
        """
        self._check(changes, reason)

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                before = await tx.sessions.acquire(session_id)
                now = self._clock.now()
                session = (await self._changed(tx, principal, before, changes, reason)).revised(before, now)
                if session.affects_slots(before):
                    schedule = await tx.sessions.find_schedule(session_id)
                    await resize(tx, session, schedule, now)
                    if session.duration != before.duration:
                        materialized = await materialized_for(schedule, session.duration, now)
                        await tx.sessions.save_materialized(session_id, materialized)
                if session.format == "at_yours" != before.format:
                    await _require_addresses(tx, session_id, now)
                if session.status != "active":
                    await close_session(tx, session_id, now)
                await tx.sessions.save(session)
                await record_change(tx, principal, before, session, now)
                await self._write_audit_entry(tx, principal, "session_changed", before, session, reason)

        await with_retries(operation)
        return (await self._read(session_id)).seen_by(principal.private_reader_id)

    async def archive(
        self, principal: Principal, session_id: UUID, reason: str | None = None, *, key: IdempotencyKey | None = None
    ) -> Outcome[CatalogSession]:
        """Archive one's own session permanently, or with a `reason` as staff; its bookings stay.

        Raises `Invalid`, `NotFound`, `NotYours`, `HasUpcomingBookings`, `KeyReused`.
        """
        if reason is not None:
            require(validate_field("reason", StaffReason, reason))
        now = self._clock.now()

        async def operation(tx: Transaction) -> None:
            await self.archive_within(tx, principal, session_id, reason)

        created = await idempotently(self._unit_of_work, operation, no_replay, key=key, resource_id=session_id, now=now)
        found = (await self._read(session_id)).seen_by(principal.private_reader_id)
        return Outcome(found, is_replay=created.is_replay)

    async def archive_within(self, tx: Transaction, principal: Principal, session_id: UUID, reason: str | None) -> None:
        """Archive within the caller's transaction. Its pictures are deleted."""
        now = self._clock.now()
        session = await self._changed(tx, principal, await tx.sessions.acquire(session_id), {}, reason)
        require_no_upcoming_bookings(await tx.slots.acquire_upcoming(session_id, now))
        await close_session(tx, session_id, now)
        archived = replace(session, archived_at=now, pictures=())
        await remove(tx, session.pictures, now)
        await tx.sessions.save(archived)
        await tx.sessions.save_materialized(session_id, None)
        await tx.events.add(SessionEvent.of("session.archived", archived, principal.user_id, now))
        await self._write_audit_entry(tx, principal, "session_archived", session, archived, reason)

    async def _changed(
        self,
        tx: Transaction,
        principal: Principal,
        before: SessionDetails,
        changes: Mapping[str, Any],
        reason: str | None,
    ) -> SessionDetails:
        if reason is None:
            after = before.changed_by(principal, changes)
            if self._only_verified and after.status == "active" != before.status:
                (await tx.users.acquire_shared(principal.user_id)).require_verified_email()
            return after
        return before.changed_by(await acquire_staff(tx, principal), changes, on_behalf=True)

    async def _write_audit_entry(
        self,
        tx: Transaction,
        principal: Principal,
        action: AuditAction,
        before: Session,
        after: Session,
        reason: str | None,
    ) -> None:
        if reason is not None:
            change = differences(before, after, SESSION_FIELDS)
            await self._audit.write(tx, principal, action, ("session", after.id), change, reason)

    async def _read(self, session_id: UUID) -> CatalogSession:
        found = await self._catalog.find(session_id, self._clock.now())
        if found is None:
            raise NotFound
        return found

    def _check(self, changes: Mapping[str, Any], reason: str | None = None) -> None:
        require(
            validate_values(Session, changes),
            self.validate(changes),
            validate_field("reason", OptionalStaffReason, reason or ""),
        )


async def _require_addresses(tx: Transaction, session_id: UUID, now: datetime) -> None:
    """Require an address of each upcoming live booking of an acquired session. Raises `AddressesMissing`."""
    missing = await tx.bookings.starts_without_address(session_id, now)
    if missing:
        raise AddressesMissing(starts=missing)
