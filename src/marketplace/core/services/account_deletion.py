"""Deleting one's own account: the person is erased, and their bookings stay."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.core.domain.account_erasure import deleted_user
from marketplace.core.domain.audit import AuditAction
from marketplace.core.domain.email_tokens import EmailRequest
from marketplace.core.domain.messages import MessageKind, Topic
from marketplace.core.domain.principals import UNKNOWN_ORIGIN, Principal
from marketplace.core.domain.users import User
from marketplace.core.errors import FieldErrors, HasUpcomingBookings, ImpersonatedReadOnly, Invalid, UsernameTaken
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.ports.users import UserDirectory
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.current_passwords import CurrentPasswords
from marketplace.core.services.events import record_user_change
from marketplace.core.services.new_messages import NewMessages
from marketplace.core.services.pictures import remove_avatar
from marketplace.core.services.retries import with_retries
from marketplace.core.services.sessions import SessionService
from marketplace.core.services.tokens import PrincipalCache
from marketplace.core.services.usernames import UsernameService
from marketplace.core.services.waitlist_lines import leave_all

REFUSED: AuditAction = "account_deletion_refused"
PASSWORD = "password"  # noqa: S105 - a field
OWN_BOOKINGS = "You still have upcoming bookings. Cancel them first."
BOOKED_SESSIONS = "Your sessions still have upcoming bookings. Cancel them first."


class AccountDeletionService:
    """Deletes accounts, for the people they belong to."""

    def __init__(  # noqa: PLR0913 - one argument per port or service
        self,
        *,
        unit_of_work: UnitOfWork,
        users: UserDirectory,
        sessions: SessionService,
        usernames: UsernameService,
        current_passwords: CurrentPasswords,
        new_messages: NewMessages,
        principal_cache: PrincipalCache,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._users = users
        self._sessions = sessions
        self._usernames = usernames
        self._current_passwords = current_passwords
        self._new_messages = new_messages
        self._principal_cache = principal_cache
        self._audit = AuditWriter(unit_of_work, clock, ids)
        self._clock = clock
        self._ids = ids

    async def validate(self, principal: Principal, provided: Mapping[str, Any]) -> FieldErrors:
        """Validate the password among the provided fields."""
        user = await self._users.get(principal.user_id)
        return await self._current_passwords.validate(principal, user, provided, REFUSED, PASSWORD)

    async def delete(self, principal: Principal, password: str) -> None:
        """Delete the principal's account, end its logins within a second, and archive its sessions. Final.

        Raises `Invalid`, `NotSignedIn`, `ImpersonatedReadOnly`, `LastSuperuser`, and `HasUpcomingBookings` with the
        starts if the person or a learner of their sessions still has a live booking that has not started.
        """
        if principal.impersonator_id is not None:
            raise ImpersonatedReadOnly
        seen = await self._users.get(principal.user_id)
        errors = await self._current_passwords.validate(principal, seen, {PASSWORD: password}, REFUSED, PASSWORD)
        if errors:
            raise Invalid(errors)
        # a name that is taken, by chance or on purpose, is not tried twice
        for name in (
            f"deleted-{principal.user_id.hex[-12:]}",
            *(f"deleted-{self._ids.new().hex[-12:]}" for _ in "123"),
        ):
            with suppress(UsernameTaken):
                await self._delete(principal, seen, name)
                return
        raise UsernameTaken

    async def _delete(self, principal: Principal, seen: User, username: str) -> None:
        async def operation() -> bool:
            async with self._unit_of_work() as tx:
                superusers = await tx.users.acquire_superusers()
                # bookings of the person and of their sessions wait from here on
                before = await tx.users.acquire_with_sessions(principal.user_id)
                before.current(principal)
                await tx.tokens.require_not_ended(principal.family_id)
                if before.password_hash != seen.password_hash:
                    return False
                now = self._clock.now()
                user = deleted_user(before, username, now)
                user.require_superuser_remains(before, superusers)
                await self._require_no_bookings(tx, principal.user_id, now)
                await leave_all(tx, principal.user_id, now)
                for session_id in await tx.sessions.unarchived_ids(principal.user_id):
                    await self._sessions.archive_within(tx, principal, session_id, None)
                await remove_avatar(tx, before, user, now)
                await tx.users.save(user)
                await self._usernames.claim(tx, user, before)
                await record_user_change(tx, user.id, before, user, now)
                await tx.resets.drop_issued_by(user.id)
                await tx.erasure.erase(before, user)
                if before.is_email_verified:
                    await self._tell(tx, before, now)
                await self._audit.write(
                    tx, replace(principal, origin=UNKNOWN_ORIGIN), "account_deleted", ("user", user.id)
                )
                return True

        if not await with_retries(operation):
            raise Invalid(await self._current_passwords.refuse(principal, REFUSED, PASSWORD))
        self._principal_cache.forget(principal.user_id)

    async def _require_no_bookings(self, tx: Transaction, user_id: UUID, now: datetime) -> None:
        own = await tx.bookings.upcoming_starts(user_id, now)
        if own:
            raise HasUpcomingBookings(OWN_BOOKINGS, starts=own)
        sold = await tx.bookings.acquire_of_creator(user_id, now)
        if sold:
            raise HasUpcomingBookings(BOOKED_SESSIONS, starts=(each.starts_at for each in sold))

    async def _tell(self, tx: Transaction, before: User, now: datetime) -> None:
        """Send a mail to the former address, which is kept until it is sent, at most as long as any request."""
        request = EmailRequest(
            id=self._ids.new(), purpose="deleted", email=before.email, user_id=before.id, created_at=now
        )
        await tx.email_requests.add(request)
        topic = Topic(subject=str(request.id))
        await tx.messages.add([self._new_messages.decide(MessageKind.ACCOUNT_DELETED, before.id, topic, now)])
