"""Signing in at identity providers: to them, and back."""

import secrets
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from hmac import compare_digest

from marketplace.core.domain.fields import validate_field
from marketplace.core.domain.identities import (
    FLOW_TTL,
    Flow,
    FlowSecrets,
    IdentityProvider,
    ProvedIdentity,
    outcome_of,
)
from marketplace.core.domain.principals import Origin, Principal
from marketplace.core.domain.rate_limits import PROVIDER_FLOW, Attempt
from marketplace.core.domain.tokens import SecondFactorDue, SignedIn
from marketplace.core.domain.users import UNUSABLE_HASH, Email, FirstName, LastName, User, fold
from marketplace.core.errors import EmailTaken, ImpersonatedReadOnly, NotSignedIn, StaleRead, UsernameTaken
from marketplace.core.errors.identities import IdentityTaken, SignInFailed
from marketplace.core.ports.identities import FlowSeals, IdentityDirectory, IdentityProviders
from marketplace.core.ports.rate_limits import RateLimits
from marketplace.core.ports.security import EmailSyntax
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import UnitOfWork
from marketplace.core.ports.users import UserDirectory
from marketplace.core.services.identities import IdentityService
from marketplace.core.services.new_accounts import NewAccounts
from marketplace.core.services.provider_proofs import ProviderProofs
from marketplace.core.services.retries import with_retries
from marketplace.core.services.rights import acquire_own
from marketplace.core.services.sign_ins import SignIns
from marketplace.core.services.usernames import UsernameService

KeptFlow = tuple[Flow, FlowSecrets]
MayRegister = Callable[[], Awaitable[None]]
"""Counts a registration before it is made. Raises `RateLimited`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What a provider sent back with the browser."""

    state: str = ""
    code: str = ""
    error: str = ""
    issuer: str | None = None


class ProviderSignIns:
    """Sends people to a provider, and signs in, connects or registers those who come back.

    The provider is asked between transactions. A flow is used once.
    """

    def __init__(  # noqa: PLR0913 - one argument per port or service
        self,
        *,
        unit_of_work: UnitOfWork,
        users: UserDirectory,
        identities: IdentityDirectory,
        limits: RateLimits,
        providers: IdentityProviders,
        seals: FlowSeals,
        syntax: EmailSyntax,
        connections: IdentityService,
        proofs: ProviderProofs,
        sign_ins: SignIns,
        new_accounts: NewAccounts,
        usernames: UsernameService,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._users = users
        self._identities = identities
        self._limits = limits
        self._providers = providers
        self._seals = seals
        self._syntax = syntax
        self._connections = connections
        self._proofs = proofs
        self._sign_ins = sign_ins
        self._new_accounts = new_accounts
        self._usernames = usernames
        self._clock = clock
        self._ids = ids

    @property
    def configured(self) -> tuple[IdentityProvider, ...]:
        return self._providers.configured

    async def available(self) -> Collection[str]:
        """Return the names of providers that answer."""
        return await self._providers.available()

    async def begin(
        self,
        name: str,
        *,
        redirect_uri: str,
        next_path: str | None = None,
        time_zone: str = "UTC",
        locale: str | None = None,
        principal: Principal | None = None,
    ) -> tuple[str, str]:
        """Return the address to go to, and the sealed flow for the browser to keep. A principal comes to connect.

        Raises `NotFound`, `ProviderUnavailable`, `ImpersonatedReadOnly`.
        """
        if principal is not None and principal.impersonator_id is not None:
            raise ImpersonatedReadOnly
        flow = Flow(
            provider=name,
            seed=secrets.token_urlsafe(32),
            expires_at=self._clock.now() + FLOW_TTL,
            redirect_uri=redirect_uri,
            next=next_path,
            user_id=principal.user_id if principal else None,
            login_id=principal.family_id if principal else None,
            time_zone=time_zone,
            locale=locale,
        )
        return await self._leave(flow)

    async def begin_proof(
        self, name: str, principal: Principal, *, redirect_uri: str, next_path: str | None
    ) -> tuple[str, str]:
        """Return the same for a person who proves once more that it's them.

        Raises `NotFound`, `ProviderUnavailable`, `ImpersonatedReadOnly`, `ReauthenticationRequired`.
        """
        await self._proofs.require_accepted(principal)
        flow = Flow(
            provider=name,
            seed=secrets.token_urlsafe(32),
            expires_at=self._clock.now() + FLOW_TTL,
            redirect_uri=redirect_uri,
            next=next_path,
            user_id=principal.user_id,
            proved_login_id=principal.family_id,
        )
        return await self._leave(flow)

    async def _leave(self, flow: Flow) -> tuple[str, str]:
        sealed, tied = self._seals.seal(flow)
        is_proof = flow.proved_login_id is not None
        url = await self._providers.authorization_url(flow.provider, tied, flow.redirect_uri, again=is_proof)
        return url, sealed

    def flow_of(self, name: str, sealed: str) -> KeptFlow | None:
        """Return the flow to a provider that the browser kept, expired or not."""
        kept = self._seals.open(sealed)
        return kept if kept is not None and kept[0].provider == name else None

    async def finish(
        self, kept: KeptFlow | None, returned: Returned, origin: Origin, may_register: MayRegister
    ) -> SignedIn | SecondFactorDue | None:
        """Sign in who came back, unless a second factor is due; `None` if they came to connect or to prove, and have.

        Raises `SignInFailed`, `ProviderUnavailable`, `RateLimited`.
        """
        flow, tied = await self._used_once(kept, returned)
        if returned.error:
            is_own_choice = returned.error == "access_denied"
            raise SignInFailed("cancelled" if is_own_choice else "refused", None if is_own_choice else "error")
        if not returned.code:
            raise SignInFailed("refused", "code")
        proved = self._canonical(
            await self._providers.prove(
                flow.provider,
                code=returned.code,
                issuer=returned.issuer,
                secrets=tied,
                redirect_uri=flow.redirect_uri,
                now=self._clock.now(),
            )
        )
        if flow.proved_login_id is not None:
            await self._proofs.prove(flow, proved, origin)
            return None
        if flow.login_id is not None:
            await self._connect(flow, proved, origin)
            return None
        return await with_retries(lambda: self._sign_in(flow, proved, origin, may_register))

    async def _used_once(self, kept: KeptFlow | None, returned: Returned) -> KeptFlow:
        now = self._clock.now()
        if kept is None:
            raise SignInFailed("expired", "no_flow")
        flow, tied = kept
        if not compare_digest(tied.state.encode(), returned.state.encode()):
            raise SignInFailed("expired", "state")
        if now >= flow.expires_at:
            raise SignInFailed("expired", "late")
        (count,) = await with_retries(lambda: self._limits.count([Attempt(PROVIDER_FLOW, flow.seed)], now))
        if count.is_over(PROVIDER_FLOW):
            raise SignInFailed("expired", "used")
        return kept

    def _canonical(self, proved: ProvedIdentity) -> ProvedIdentity:
        """Return what was proved without values that no account could have."""
        email = proved.email
        if email is not None and (validate_field("email", Email, email) or self._syntax.refusal(email)):
            email = None
        first, last = (
            "" if validate_field("name", alias, name) else name
            for alias, name in ((FirstName, proved.first_name), (LastName, proved.last_name))
        )
        return replace(proved, email=email, first_name=first, last_name=last)

    async def _sign_in(
        self, flow: Flow, proved: ProvedIdentity, origin: Origin, may_register: MayRegister
    ) -> SignedIn | SecondFactorDue:
        known = await self._identities.find(proved.issuer, proved.subject)
        email = proved.proved_email
        owner = None if known is None else await self._users.get(known.user_id)
        reader = None if owner or email is None else await self._users.find_by_email(email)
        account = owner or reader
        if outcome_of(proved, owner, reader) == "create" or account is None:
            await may_register()
            return await self._register(flow, proved, origin)
        try:
            async with self._unit_of_work() as tx:
                account = await tx.users.acquire(account.id)
                identity = await tx.identities.find(proved.issuer, proved.subject)
                is_owner = identity is not None and identity.user_id == account.id
                is_reader = identity is None and email is not None and fold(account.email) == fold(email)
                if not (is_owner or is_reader):
                    raise StaleRead
                outcome_of(proved, account if is_owner else None, account if is_reader else None)
                opened = await self._sign_ins.open(tx, account, origin, proved_at=self._proofs.proved_at(proved))
                if identity is not None:
                    await tx.identities.save(identity.used(proved, self._clock.now()))
                elif isinstance(opened, SignedIn):  # before a second factor, its way in would stay without one
                    await self._connections.connect_within(tx, account, proved, origin)
                    await self._connections.tell_connected(tx, account)
                return opened
        except IdentityTaken as error:
            raise StaleRead from error

    async def _register(self, flow: Flow, proved: ProvedIdentity, origin: Origin) -> SignedIn | SecondFactorDue:
        user_id, now = self._ids.new(), self._clock.now()
        names = self._usernames.derived(proved.first_name, proved.last_name, user_id)
        user = User(
            id=user_id,
            email=proved.proved_email or "",
            username=names[-1],
            password_hash=UNUSABLE_HASH,
            role="user",
            avatar=None,
            first_name=proved.first_name,
            last_name=proved.last_name,
            time_zone=flow.time_zone,
            is_active=True,
            is_staff=False,
            is_superuser=False,
            date_joined=now,
            email_verified_at=now,
            locale=flow.locale,
        )
        for name in names[:-1]:
            with suppress(UsernameTaken):
                return await self._add(replace(user, username=name), proved, origin)
        return await self._add(user, proved, origin)

    async def _add(self, user: User, proved: ProvedIdentity, origin: Origin) -> SignedIn | SecondFactorDue:
        try:
            async with self._unit_of_work() as tx:
                await self._new_accounts.add(tx, user, origin)
                await self._connections.connect_within(tx, user, proved, origin)
                return await self._sign_ins.open(tx, user, origin, proved_at=self._proofs.proved_at(proved))
        except (EmailTaken, IdentityTaken) as error:
            raise StaleRead from error

    async def _connect(self, flow: Flow, proved: ProvedIdentity, origin: Origin) -> None:
        principal = replace(await self._proofs.principal_of(flow, flow.login_id), origin=origin)

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                account = await acquire_own(tx, principal)
                identity = await tx.identities.find(proved.issuer, proved.subject)
                if identity is None:
                    await self._connections.connect_within(tx, account, proved, principal)
                    await self._connections.tell_connected(tx, account)
                elif identity.user_id == account.id:
                    await tx.identities.save(identity.used(proved, self._clock.now()))
                else:
                    raise SignInFailed("taken", account_id=account.id)

        try:
            await with_retries(operation)
        except IdentityTaken as error:
            raise SignInFailed("taken", account_id=principal.user_id) from error
        except NotSignedIn as error:
            raise SignInFailed("signed_out", account_id=principal.user_id) from error
