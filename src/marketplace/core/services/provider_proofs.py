"""Step-up at an identity provider, for people who have no password here."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from marketplace.core.domain.identities import CLOCK_LEEWAY, Flow, ProvedIdentity
from marketplace.core.domain.principals import Origin, Principal
from marketplace.core.domain.tokens import Claims
from marketplace.core.errors import ImpersonatedReadOnly, NotSignedIn
from marketplace.core.errors.identities import SignInFailed
from marketplace.core.errors.second_factors import ReauthenticationRequired
from marketplace.core.ports.tokens import Principals
from marketplace.core.ports.unit_of_work import UnitOfWork
from marketplace.core.services.reauthentication import ReauthenticationService
from marketplace.core.services.retries import with_retries
from marketplace.core.services.tokens import PrincipalCache


class ProviderProofs:
    """Renews the proof of a login once a provider has made its person sign in there again."""

    def __init__(
        self,
        *,
        unit_of_work: UnitOfWork,
        principals: Principals,
        reauthentication: ReauthenticationService,
        principal_cache: PrincipalCache,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._principals = principals
        self._reauthentication = reauthentication
        self._principal_cache = principal_cache

    async def require_accepted(self, principal: Principal) -> None:
        """Check that a provider can prove this login.

        Raises `ReauthenticationRequired`, which says what can, and `ImpersonatedReadOnly`.
        """
        if principal.impersonator_id is not None:
            raise ImpersonatedReadOnly
        methods = await self._reauthentication.methods(principal.user_id)
        if "provider" not in methods:
            raise ReauthenticationRequired(methods)

    def proved_at(self, proved: ProvedIdentity) -> datetime | None:
        """Return when a person who signs in by a provider proved who they are; `None` if that counts as now.

        That is so where the provider does not say it, or could not be asked again.
        """
        return proved.authenticated_at if self._reauthentication.may_ask(proved.issuer) else None

    async def prove(self, flow: Flow, proved: ProvedIdentity, origin: Origin) -> None:
        """Renew the proof of the flow's login, if its person signed in at the provider after the flow began.

        Raises `SignInFailed`.
        """
        principal = await self.principal_of(flow, flow.proved_login_id)
        if proved.authenticated_at is None or proved.authenticated_at < flow.started_at - CLOCK_LEEWAY:
            raise SignInFailed("not_fresh", account_id=principal.user_id)

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                account = await tx.users.acquire(principal.user_id)
                account.current(principal)
                identity = await tx.identities.find(proved.issuer, proved.subject)
                if identity is None or identity.user_id != account.id:
                    raise SignInFailed("another_account", account_id=account.id)
                factor = await tx.second_factors.find(account.id)
                if account.has_password or (factor is not None and factor.is_on):
                    raise SignInFailed("refused", "not_accepted", account.id)
                await self._reauthentication.renew(tx, replace(principal, origin=origin), "provider")

        try:
            await with_retries(operation)
        except NotSignedIn as error:
            raise SignInFailed("signed_out", account_id=principal.user_id) from error
        self._principal_cache.forget(principal.user_id)

    async def principal_of(self, flow: Flow, login_id: UUID | None) -> Principal:
        """Return who left with a flow, by a login that has not ended. Raises `SignInFailed`."""
        if flow.user_id is None or login_id is None:
            raise SignInFailed("signed_out")
        principal = await self._principals.find(Claims(user_id=flow.user_id, family_id=login_id))
        if principal is None or principal.impersonator_id is not None:
            raise SignInFailed("signed_out", account_id=flow.user_id)
        return principal
