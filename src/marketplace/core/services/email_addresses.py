"""Verifying and changing e-mail addresses, and links for people who forgot their password."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from marketplace.core.domain.email_tokens import PASSWORD_PURPOSES, REQUEST_TTL, EmailPurpose, EmailRequest
from marketplace.core.domain.fields import require, validate_field
from marketplace.core.domain.messages import MessageKind, Topic
from marketplace.core.domain.password_resets import reset_token_hash
from marketplace.core.domain.principals import UNKNOWN_ORIGIN, Origin, Principal
from marketplace.core.domain.rate_limits import FORGOTTEN_PASSWORD_TO, Attempt
from marketplace.core.domain.users import Email, User, fold
from marketplace.core.errors import BadEmailToken, EmailTaken, FieldErrors, Invalid
from marketplace.core.ports.email_tokens import EmailTokenDirectory
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.messages import MessageLists
from marketplace.core.ports.security import EmailSyntax
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.ports.users import UserDirectory
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.current_passwords import CurrentPasswords
from marketplace.core.services.new_messages import NewMessages
from marketplace.core.services.purging import purge_hourly
from marketplace.core.services.rate_limits import RateLimitService
from marketplace.core.services.retries import with_retries
from marketplace.core.services.rights import acquire_own

KINDS: dict[EmailPurpose, MessageKind] = {
    "verify": MessageKind.VERIFY_EMAIL,
    "reset": MessageKind.PASSWORD_RESET,
    "change": MessageKind.EMAIL_CHANGE,
    "changed": MessageKind.EMAIL_CHANGED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedEmail:
    """An address that was verified, and whether the account had another one before."""

    email: str
    is_changed: bool


class EmailAddressService:
    """E-mail addresses. Opening a link changes nothing: what its token does, it does when it is posted, once."""

    def __init__(  # noqa: PLR0913 - one argument per port or service
        self,
        *,
        unit_of_work: UnitOfWork,
        tokens: EmailTokenDirectory,
        users: UserDirectory,
        messages: MessageLists,
        current_passwords: CurrentPasswords,
        syntax: EmailSyntax,
        new_messages: NewMessages,
        limits: RateLimitService,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._tokens = tokens
        self._users = users
        self._messages = messages
        self._current_passwords = current_passwords
        self._syntax = syntax
        self._new_messages = new_messages
        self._limits = limits
        self._audit = AuditWriter(unit_of_work, clock, ids)
        self._clock = clock
        self._ids = ids

    def validate(self, provided: Mapping[str, Any]) -> FieldErrors:
        """Validate the new e-mail address among the provided fields: it must be one that can exist."""
        refusal = self._syntax.refusal(provided["email"]) if "email" in provided else None
        return {"email": [refusal]} if refusal else {}

    async def refused_at(self, principal: Principal) -> datetime | None:
        """Return when a mail server refused the principal's address, as long as that counts."""
        recipient = await self._messages.recipient(principal.user_id)
        return recipient.refused_at if recipient and recipient.is_refused(self._clock.now()) else None

    async def request_verification(self, principal: Principal) -> None:
        """Send a link that verifies the principal's address, unless it is verified. Raises `NotSignedIn`."""

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                user = await tx.users.acquire(principal.user_id)
                user.current(principal)
                if not user.is_email_verified:
                    await self._ask(tx, user, "verify", user.email)

        await with_retries(operation)

    async def request_reset(self, email: str) -> None:
        """Send a link that sets a new password, if an account has this address.

        Whose it is, is looked up by a job: the answer and its time are the same for an address that no account has,
        and for an account whose limit is reached.
        """
        now = self._clock.now()
        request = EmailRequest(id=self._ids.new(), purpose="reset", email=email, user_id=None, created_at=now)

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                await tx.email_requests.add(request)
                await tx.jobs.enqueue(Job(kind="find_forgetful", subject=request.id, run_at=now))

        await with_retries(operation)

    async def find_forgetful(self, request_id: UUID | None) -> None:
        """Find whose the address of a forgotten password is. Idempotent. The handler of `find_forgetful`."""
        if request_id is None:
            return
        async with self._unit_of_work() as tx:
            request = await tx.email_requests.acquire(request_id)
        if request is None or request.user_id is not None:
            return
        found = await self._users.find_by_email(request.email)
        if found is not None and not await self._limits.allows(Attempt(FORGOTTEN_PASSWORD_TO, str(found.id))):
            found = None

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                user = None if found is None else await tx.users.acquire(found.id)
                current = await tx.email_requests.acquire(request_id)
                if current is None or current.user_id is not None:
                    return
                if user is None or not replace(current, user_id=user.id).stands_for(user):
                    await tx.email_requests.discard(request_id)
                    return
                await tx.email_requests.assign(request_id, user.id)
                await self._send(tx, user, "reset", request_id)
                await self._audit.write(tx, UNKNOWN_ORIGIN, "password_reset_requested", ("user", user.id))

        await with_retries(operation)

    async def validate_change(self, principal: Principal, provided: Mapping[str, Any]) -> FieldErrors:
        """Validate the new address and the current password among the provided fields."""
        user = await self._users.get(principal.user_id)
        errors = await self._current_passwords.validate(principal, user, provided, "email_change_refused")
        if "email" in provided and fold(provided["email"]) == fold(user.email):
            return {**errors, "email": ["This is your address already."]}
        return {**errors, **self.validate(provided)}

    async def request_change(self, principal: Principal, *, email: str, current_password: str) -> None:
        """Send a link to a new address, which becomes the principal's once it is used. Only the newest works.

        Raises `Invalid`, `EmailTaken`, `NotSignedIn`.
        """
        send = await self.prepare_change(principal, email=email, current_password=current_password)
        await send()

    async def prepare_change(
        self, principal: Principal, *, email: str, current_password: str
    ) -> Callable[[], Awaitable[None]]:
        """Check a change, and return the function that sends its link. Raises as `request_change`, and so does that."""
        require(validate_field("email", Email, email))
        seen = await self._users.get(principal.user_id)
        errors = await self.validate_change(principal, {"email": email, "current_password": current_password})
        if errors:
            raise Invalid(errors)
        if await self._users.find_by_email(email) is not None:
            raise EmailTaken

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                user = await acquire_own(tx, principal)
                if user.password_hash != seen.password_hash:
                    raise Invalid(await self._current_passwords.refuse(principal, "email_change_refused"))
                await tx.email_requests.drop(user.id, "change")
                await self._ask(tx, user, "change", email)
                await self._audit.write(
                    tx, principal, "email_change_requested", ("user", user.id), ({}, {"email": email})
                )

        return partial(with_retries, operation)

    async def verify(self, token: str, origin: Origin) -> VerifiedEmail:
        """Use the token of a mail: verify the address that it was sent to, and make it the account's.

        Raises `BadEmailToken`, and `EmailTaken` if another account got the address meanwhile.
        """
        token_hash = reset_token_hash(token)
        found = await self._tokens.find(token_hash)
        if found is None or found.request.purpose not in {"verify", "change"} or found.request.user_id is None:
            raise BadEmailToken
        request, user_id, is_change = found.request, found.request.user_id, found.request.purpose == "change"

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                # buyers lock the row's keys, including the address, so changing it waits for them: in a fair queue
                acquire = tx.users.acquire_with_sessions if is_change else tx.users.acquire
                user, now = await acquire(user_id), self._clock.now()
                if not (found.works_for(user, now) and await tx.email_requests.consume(user_id, token_hash, now)):
                    raise BadEmailToken
                verified = user.with_values(email=request.email) if is_change else user
                await tx.users.save(verified.with_verified_email(now))
                await tx.messages.mark_accepted(user_id)
                await tx.email_requests.drop(user_id, "verify", *(PASSWORD_PURPOSES if is_change else ()))
                if not is_change:
                    await self._audit.write(tx, origin, "email_verified", ("user", user_id))
                    return
                await self.tell_former_within(tx, user)
                change = {"email": user.email}, {"email": request.email}
                await self._audit.write(tx, origin, "email_changed", ("user", user_id), change)

        await with_retries(operation)
        return VerifiedEmail(email=request.email, is_changed=is_change)

    async def tell_former_within(self, tx: Transaction, before: User) -> None:
        """Tell the reader of the former address of an account, which was changed in this transaction."""
        if before.is_email_verified:
            await self._ask(tx, before, "changed", before.email)

    async def purge(self, _: UUID | None = None) -> None:
        """Delete old requests, and enqueue the next purge at the next full hour."""
        now = self._clock.now()
        await purge_hourly(self._unit_of_work, "sweep_email_requests", now, self._purge_batch)

    async def _purge_batch(self) -> int:
        async with self._unit_of_work() as tx:
            return await tx.email_requests.purge(self._clock.now() - REQUEST_TTL)

    async def _ask(self, tx: Transaction, user: User, purpose: EmailPurpose, email: str) -> None:
        request = EmailRequest(
            id=self._ids.new(), purpose=purpose, email=email, user_id=user.id, created_at=self._clock.now()
        )
        await tx.email_requests.add(request)
        await self._send(tx, user, purpose, request.id)

    async def _send(self, tx: Transaction, user: User, purpose: EmailPurpose, request_id: UUID) -> None:
        topic = Topic(subject=str(request_id))
        await tx.messages.add([self._new_messages.decide(KINDS[purpose], user.id, topic, self._clock.now())])
