"""A person's API keys: creating and revoking them, and authenticating requests by them."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from marketplace.core.domain.api_keys import (
    DEFAULT_KEY_TTL,
    KEPT_AFTER_END,
    MAX_KEYS,
    SHOWN_LENGTH,
    USE_INTERVAL,
    ApiKey,
    KeyScope,
    api_key_hash,
    is_well_formed,
    new_api_key,
    validate_expiry,
)
from marketplace.core.domain.audit import Change
from marketplace.core.domain.fields import require, validate_values
from marketplace.core.domain.messages import MessageKind, Topic
from marketplace.core.domain.principals import Principal
from marketplace.core.errors import Busy, FieldErrors, ImpersonatedReadOnly, MissingScope, NotSignedIn, OutcomeUnknown
from marketplace.core.ports.api_keys import ApiKeyDirectory
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.new_messages import NewMessages
from marketplace.core.services.purging import purge_hourly
from marketplace.core.services.retries import with_retries
from marketplace.core.services.rights import acquire_own, acquire_with_staff
from marketplace.core.services.tokens import PrincipalCache

LOG = logging.getLogger(__name__)

NO_KEYS_HERE = "This can't be done with an API key. Sign in to do it."
MAX_NOTED = 10_000
"""Keys whose last recorded use a process remembers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedKey:
    """A new key, and its secret, which is not stored."""

    key: ApiKey
    secret: str = field(repr=False)


class ApiKeyService:
    """API keys. They stay when their owner changes the password, and end with the account."""

    def __init__(
        self,
        *,
        unit_of_work: UnitOfWork,
        keys: ApiKeyDirectory,
        principal_cache: PrincipalCache,
        new_messages: NewMessages,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._keys = keys
        self._principal_cache = principal_cache
        self._new_messages = new_messages
        self._audit = AuditWriter(unit_of_work, clock, ids)
        self._clock = clock
        self._ids = ids
        self._noted: dict[UUID, datetime] = {}

    async def authenticate(self, token: str, *, fresh: bool = False) -> Principal:
        """Return the principal of a key, cached for up to 500 ms unless `fresh`.

        Raises `NotSignedIn`. A token with a wrong checksum is refused without a look-up.
        """
        if not is_well_formed(token):
            raise NotSignedIn
        key_hash = api_key_hash(token)
        principal = None if fresh else self._principal_cache.recall(key_hash)
        if principal is None:
            now = self._clock.now()
            user = await self._keys.find_user(key_hash, now)
            if user is None:
                raise NotSignedIn
            principal = user.principal
            self._principal_cache.keep(key_hash, principal)
            await self._note_use(principal.family_id, user.last_used_at, now)
        return principal

    async def list_own(self, principal: Principal) -> tuple[ApiKey, ...]:
        """Return the principal's keys, newest first, also those that ended lately."""
        return await self._keys.of_user(principal.user_id)

    def validate(self, expires_at: datetime | None) -> FieldErrors:
        """Validate when a new key expires."""
        return {} if expires_at is None else validate_expiry(expires_at, self._clock.now())

    async def create(
        self, principal: Principal, name: str, scopes: Sequence[KeyScope], expires_at: datetime | None = None
    ) -> CreatedKey:
        """Create a key, by default for `DEFAULT_KEY_TTL`, and announce it to its owner by mail.

        Raises `Invalid`, `NotSignedIn`, `TooManyApiKeys`, and `ImpersonatedReadOnly` or `MissingScope` if the request
        is not the person's own.
        """
        _require_own(principal)
        now, secret = self._clock.now(), new_api_key()
        key = ApiKey(
            id=self._ids.new(),
            user_id=principal.user_id,
            name=name,
            scopes=tuple(scopes),
            start=secret[:SHOWN_LENGTH],
            created_at=now,
            expires_at=now + DEFAULT_KEY_TTL if expires_at is None else expires_at,
        )
        require(validate_values(ApiKey, {"name": key.name, "scopes": key.scopes}), validate_expiry(key.expires_at, now))

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                account = await acquire_own(tx, principal)
                await tx.api_keys.add(key, api_key_hash(secret), MAX_KEYS)
                if account.is_email_verified:
                    topic = Topic(subject=str(key.id))
                    await tx.messages.add(
                        [self._new_messages.decide(MessageKind.API_KEY_CREATED, account.id, topic, now)]
                    )
                await self._audit.write(tx, principal, "api_key_created", ("user", account.id), ({}, _audited(key)))

        await with_retries(operation)
        return CreatedKey(key=key, secret=secret)

    async def revoke(self, principal: Principal, key_id: UUID) -> None:
        """Revoke a key: it has no effect from then on. Idempotent. Raises `NotFound`, or as `create`."""
        _require_own(principal)

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                (await tx.users.acquire_shared(principal.user_id)).current(principal)
                await self._revoke(tx, principal, principal.user_id, key_id)

        await with_retries(operation)
        self._principal_cache.forget(principal.user_id)

    async def list_of(self, user_id: UUID) -> tuple[ApiKey, ...]:
        """Return the keys of a person for staff, newest first, also those that ended lately."""
        return await self._keys.of_user(user_id)

    async def revoke_as_staff(self, staff: Principal, user_id: UUID, key_id: UUID, reason: str) -> None:
        """Revoke a key of another person. Idempotent. Raises `NotFound`, `NotSuperuser`, `NotSignedIn`, `NotStaff`."""

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                current, user = await acquire_with_staff(tx, staff, user_id)
                user.require_manageable_by(current, allow_oneself=True)
                await self._revoke(tx, current, user_id, key_id, reason)

        async with self._audit.refusals(staff, "api_key_revoked", ("user", user_id)):
            await with_retries(operation)
        self._principal_cache.forget(user_id)

    async def purge(self, _: UUID | None = None) -> None:
        """Delete keys that ended `KEPT_AFTER_END` ago, and enqueue the next purge."""
        now = self._clock.now()

        async def purge() -> int:
            async with self._unit_of_work() as tx:
                return await tx.api_keys.purge(now - KEPT_AFTER_END)

        await purge_hourly(self._unit_of_work, "sweep_api_keys", now, purge)

    async def _revoke(self, tx: Transaction, actor: Principal, user_id: UUID, key_id: UUID, reason: str = "") -> None:
        now = self._clock.now()
        key = await tx.api_keys.acquire_of_user(user_id, key_id)
        if key.is_live(now):
            await tx.api_keys.save(key.revoked(now))
            change: Change = ({}, _audited(key))
            await self._audit.write(tx, actor, "api_key_revoked", ("user", user_id), change, reason)

    async def _note_use(self, key_id: UUID, last_used_at: datetime | None, now: datetime) -> None:
        """Record a use by a statement of its own, once a minute and key. The request does not fail with it."""
        noted = self._noted.get(key_id, last_used_at)
        if noted is not None and noted > now - USE_INTERVAL:
            return
        if len(self._noted) >= MAX_NOTED:
            self._noted.clear()
        self._noted[key_id] = now
        try:
            await self._keys.note_use(key_id, now)
        except (Busy, OutcomeUnknown):
            LOG.warning("The use of API key %s was not recorded: the database is busy", key_id)


def require_scope(principal: Principal, scope: KeyScope | None) -> None:
    """Raise `MissingScope` if the request has an API key without this scope; `None` takes no key."""
    if principal.key_id is None or scope in principal.scopes:
        return
    raise MissingScope(NO_KEYS_HERE if scope is None else f"This needs an API key with the scope {scope}.")


def _require_own(principal: Principal) -> None:
    """Keys make no keys and end none, and neither do staff who impersonate."""
    require_scope(principal, None)
    if principal.impersonator_id is not None:
        raise ImpersonatedReadOnly


def _audited(key: ApiKey) -> dict[str, object]:
    return {
        "key": str(key.id),
        "name": key.name,
        "scopes": list(key.scopes),
        "expires_at": key.expires_at.isoformat(),
    }
