"""The accounts at identity providers that are connected to a person's account."""

from uuid import UUID

from marketplace.core.domain.identities import MAX_IDENTITIES, Identity, ProvedIdentity
from marketplace.core.domain.principals import Origin, Principal
from marketplace.core.domain.users import User
from marketplace.core.errors import ImpersonatedReadOnly, NotFound
from marketplace.core.errors.identities import SignInFailed
from marketplace.core.ports.identities import IdentityDirectory
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.new_messages import NewMessages
from marketplace.core.services.retries import with_retries
from marketplace.core.services.rights import acquire_own
from marketplace.core.services.tokens import PrincipalCache
from marketplace.core.services.ways_in import WaysInReader


class IdentityService:
    """Lists, connects and disconnects identities. Each change is told to the person by mail."""

    def __init__(  # noqa: PLR0913 - one argument per port or service
        self,
        *,
        unit_of_work: UnitOfWork,
        identities: IdentityDirectory,
        ways_in: WaysInReader,
        new_messages: NewMessages,
        principal_cache: PrincipalCache,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._identities = identities
        self._ways_in = ways_in
        self._new_messages = new_messages
        self._principal_cache = principal_cache
        self._audit = AuditWriter(unit_of_work, clock, ids)
        self._clock = clock
        self._ids = ids

    async def list(self, principal: Principal) -> tuple[Identity, ...]:
        """Return the principal's identities, oldest first."""
        return await self._identities.of_user(principal.user_id)

    async def connect_within(
        self, tx: Transaction, account: User, proved: ProvedIdentity, actor: Principal | Origin
    ) -> None:
        """Connect an identity that has no account yet. Raises `SignInFailed`, `IdentityTaken`."""
        if len(await tx.identities.of_user(account.id)) >= MAX_IDENTITIES:
            raise SignInFailed("too_many", account_id=account.id)
        now = self._clock.now()
        identity = Identity(
            id=self._ids.new(),
            user_id=account.id,
            issuer=proved.issuer,
            subject=proved.subject,
            email=proved.email,
            connected_at=now,
            last_used_at=now,
        )
        await tx.identities.add(identity)
        connected = {"issuer": proved.issuer}
        await self._audit.write(tx, actor, "identity_connected", ("user", account.id), ({}, connected))

    async def tell_connected(self, tx: Transaction, account: User) -> None:
        """Tell the owner of an account that existed before, if its address is theirs."""
        if account.is_email_verified:
            message = self._new_messages.security_change(account.id, "identity_connected", self._clock.now())
            await tx.messages.add([message])

    async def disconnect(self, principal: Principal, identity_id: UUID) -> None:
        """Disconnect an identity of the principal and end their other logins, which may have been opened with it.

        Raises `NotFound`, `LastWayIn`, `ImpersonatedReadOnly`.
        """
        if principal.impersonator_id is not None:
            raise ImpersonatedReadOnly

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                account = await acquire_own(tx, principal)
                found = {each.id: each for each in await tx.identities.of_user(account.id)}.get(identity_id)
                if found is None:
                    raise NotFound
                if self._ways_in.counts(found.issuer):
                    (await self._ways_in.of(tx, account)).without_identity()
                now = self._clock.now()
                await tx.identities.remove(account.id, identity_id)
                await tx.tokens.revoke_all(account.id, now, except_id=principal.family_id)
                gone = {"issuer": found.issuer}
                await self._audit.write(tx, principal, "identity_disconnected", ("user", account.id), (gone, {}))
                if account.is_email_verified:
                    message = self._new_messages.security_change(account.id, "identity_disconnected", now)
                    await tx.messages.add([message])

        await with_retries(operation)
        self._principal_cache.forget(principal.user_id)
