"""A person's own passkeys."""

from uuid import UUID

from marketplace.core.domain.audit import AuditAction
from marketplace.core.domain.fields import require, validate_field
from marketplace.core.domain.passkeys import (
    MAX_PASSKEYS,
    NewCredential,
    Passkey,
    PasskeyName,
    RegistrationOptions,
    VerifiedCredential,
    default_name,
    new_handle,
)
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.security_changes import SecurityChange
from marketplace.core.domain.users import User
from marketplace.core.errors import NotFound
from marketplace.core.errors.passkeys import TooManyPasskeys
from marketplace.core.ports.passkeys import PasskeyDirectory, PasskeyVerifier
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.new_messages import NewMessages
from marketplace.core.services.passkey_challenges import PasskeyChallenges
from marketplace.core.services.retries import with_retries
from marketplace.core.services.rights import acquire_own
from marketplace.core.services.tokens import PrincipalCache
from marketplace.core.services.ways_in import WaysInReader


class PasskeyService:
    """Adds, lists, renames and removes the principal's passkeys. They are told by mail of those added and removed."""

    def __init__(  # noqa: PLR0913 - one argument per port or service
        self,
        *,
        unit_of_work: UnitOfWork,
        directory: PasskeyDirectory,
        verifier: PasskeyVerifier,
        challenges: PasskeyChallenges,
        ways_in: WaysInReader,
        new_messages: NewMessages,
        principal_cache: PrincipalCache,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._directory = directory
        self._verifier = verifier
        self._challenges = challenges
        self._ways_in = ways_in
        self._new_messages = new_messages
        self._principal_cache = principal_cache
        self._audit = AuditWriter(unit_of_work, clock, ids)
        self._clock = clock
        self._ids = ids

    async def list(self, principal: Principal) -> tuple[Passkey, ...]:
        """Return the passkeys, oldest first."""
        return await self._directory.of_user(principal.user_id)

    async def registration(self, principal: Principal) -> RegistrationOptions:
        """Return what a browser needs to make a passkey. Raises `PasskeysUnavailable`, `TooManyPasskeys`."""
        relying_party = self._challenges.relying_party

        async def operation() -> RegistrationOptions:
            async with self._unit_of_work() as tx:
                user = await acquire_own(tx, principal)
                existing = await self._require_room(tx, principal)
                return RegistrationOptions(
                    relying_party=relying_party,
                    challenge=await self._challenges.issue(tx, "register", principal),
                    handle=await tx.passkeys.handle_of(user.id, new_handle()),
                    account_name=user.email,
                    display_name=user.display_name,
                    existing=existing,
                )

        return await with_retries(operation)

    async def add(self, principal: Principal, credential: NewCredential, name: str = "") -> Passkey:
        """Register a new credential. Without a name, it is named for the browser.

        Raises `PasskeyRefused`, `PasskeysUnavailable`, `TooManyPasskeys`, `Invalid`.
        """
        name = name or default_name(principal.origin.agent)
        require(validate_field("name", PasskeyName, name))
        relying_party = self._challenges.relying_party
        challenge = await self._challenges.consume(credential.client_data, "register", principal)
        verified = await self._verifier.verify_registration(credential, challenge, relying_party)
        passkey = self._passkey(principal, credential, verified, name)

        async def operation() -> Passkey:
            async with self._unit_of_work() as tx:
                user = await acquire_own(tx, principal)
                await self._require_room(tx, principal)
                await tx.passkeys.add(passkey)
                await self._tell(tx, principal, user, passkey, "passkey_added")
                return passkey

        return await with_retries(operation)

    async def rename(self, principal: Principal, passkey_id: UUID, name: str) -> Passkey:
        """Raises `NotFound`, `Invalid`."""
        require(validate_field("name", PasskeyName, name))

        async def operation() -> Passkey:
            async with self._unit_of_work() as tx:
                await acquire_own(tx, principal)
                renamed = await tx.passkeys.rename(principal.user_id, passkey_id, name)
                if renamed is None:
                    raise NotFound
                return renamed

        return await with_retries(operation)

    async def remove(self, principal: Principal, passkey_id: UUID) -> None:
        """Remove a passkey and end the principal's other logins, which may have been opened with it.

        Raises `NotFound`, and `LastWayIn` if the account can't be signed in to without it.
        """

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                user = await acquire_own(tx, principal)
                ways_in = await self._ways_in.of(tx, user)
                removed = await tx.passkeys.remove(principal.user_id, passkey_id)
                if removed is None:
                    raise NotFound
                ways_in.without_passkey()
                await tx.tokens.revoke_all(user.id, self._clock.now(), except_id=principal.family_id)
                await self._tell(tx, principal, user, removed, "passkey_removed")

        await with_retries(operation)
        self._principal_cache.forget(principal.user_id)

    def _passkey(
        self, principal: Principal, credential: NewCredential, verified: VerifiedCredential, name: str
    ) -> Passkey:
        return Passkey(
            id=self._ids.new(),
            user_id=principal.user_id,
            credential_id=verified.credential_id,
            public_key=verified.public_key,
            sign_count=verified.sign_count,
            is_backup_eligible=verified.is_backup_eligible,
            is_backed_up=verified.is_backed_up,
            name=name,
            transports=credential.transports,
            created_at=self._clock.now(),
        )

    @staticmethod
    async def _require_room(tx: Transaction, principal: Principal) -> tuple[Passkey, ...]:
        existing = await tx.passkeys.of_user(principal.user_id)
        if len(existing) >= MAX_PASSKEYS:
            raise TooManyPasskeys
        return existing

    async def _tell(
        self, tx: Transaction, principal: Principal, user: User, passkey: Passkey, change: SecurityChange
    ) -> None:
        """Record a change, and tell its owner of it by mail."""
        action: AuditAction = "passkey_added" if change == "passkey_added" else "passkey_removed"
        values = {"passkey": str(passkey.id), "name": passkey.name}
        changed = ({}, values) if change == "passkey_added" else (values, {})
        await self._audit.write(tx, principal, action, ("user", user.id), changed)
        if user.is_email_verified:
            await tx.messages.add([self._new_messages.security_change(user.id, change, self._clock.now())])
