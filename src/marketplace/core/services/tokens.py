"""Signing in, refreshing, signing out, and authenticating requests."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from marketplace.core.domain.audit import Target, loggable_address
from marketplace.core.domain.principals import UNKNOWN_ORIGIN, Login, LoginLifetimes, Origin, Principal
from marketplace.core.domain.second_factors import StaffSecondFactor
from marketplace.core.domain.tokens import (
    SecondFactorDue,
    SignedIn,
    TokenPair,
    new_refresh_token,
    refresh_token_hash,
)
from marketplace.core.domain.users import User
from marketplace.core.errors import BadCredentials, BadRefreshToken, NotSignedIn
from marketplace.core.errors.second_factors import SecondFactorRequired
from marketplace.core.ports.security import AccessTokens, Passwords, RefreshTokens
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.tokens import Principals
from marketplace.core.ports.unit_of_work import UnitOfWork
from marketplace.core.ports.users import UserDirectory
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.retries import with_retries
from marketplace.core.services.sign_ins import SignIns

PRINCIPAL_TTL = timedelta(milliseconds=500)
MAX_PRINCIPALS = 2_000
"""Far more than a process sees in `PRINCIPAL_TTL`; about 0.6 kB each."""


class PrincipalCache:
    """Caches the principals of logins and API keys for 500 ms, so that not every request queries the database.

    They are kept by the login or by the hash of the key.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[UUID | bytes, tuple[datetime, Principal]] = {}

    def recall(self, by: UUID | bytes) -> Principal | None:
        """Return the cached principal if it has not expired."""
        kept = self._kept.get(by)
        if kept is None:
            return None
        # a clock that was set back makes it old, too
        return kept[1] if timedelta(0) <= self._clock.now() - kept[0] < PRINCIPAL_TTL else None

    def keep(self, by: UUID | bytes, principal: Principal) -> None:
        """Cache a principal for `PRINCIPAL_TTL`. If the cache is full, clear it first."""
        if len(self._kept) >= MAX_PRINCIPALS:
            self._kept.clear()
        self._kept[by] = (self._clock.now(), principal)

    def forget(self, user_id: UUID) -> None:
        """Remove all logins and keys of a user from the cache, after a change of the account."""
        self._kept = {by: kept for by, kept in self._kept.items() if kept[1].user_id != user_id}


class TokenService:
    """Logins. A refresh token works once; reuse ends the whole login (RFC 9700, 4.14.2)."""

    def __init__(  # noqa: PLR0913 - one argument per port
        self,
        *,
        unit_of_work: UnitOfWork,
        users: UserDirectory,
        principals: Principals,
        principal_cache: PrincipalCache,
        passwords: Passwords,
        access_tokens: AccessTokens,
        refresh_tokens: RefreshTokens,
        sign_ins: SignIns,
        clock: Clock,
        ids: Ids,
        lifetimes: LoginLifetimes,
        staff_second_factor: StaffSecondFactor,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._users = users
        self._principals = principals
        self._principal_cache = principal_cache
        self._audit = AuditWriter(unit_of_work, clock, ids)
        self._passwords = passwords
        self._access_tokens = access_tokens
        self._refresh_tokens = refresh_tokens
        self._sign_ins = sign_ins
        self._clock = clock
        self._lifetimes = lifetimes
        self._staff_second_factor = staff_second_factor

    async def log_in(self, email: str, password: str, origin: Origin = UNKNOWN_ORIGIN) -> SignedIn:
        """Sign in. Raises `BadCredentials`, in the same time whether or not the account exists.

        Raises `SecondFactorRequired`, with a challenge, if the password is right and the account has a second factor.
        A sign-in from a browser that the person isn't known to use is announced to them by mail.
        """
        try:
            login = await self._log_in(email, password, origin) or await self._log_in(email, password, origin)
        except BadCredentials:
            login = None
        if login is None:
            await self._note_refusal(email, origin)
            raise BadCredentials
        if isinstance(login, SecondFactorDue):
            raise SecondFactorRequired(login.challenge, login.methods)
        return login

    async def _note_refusal(self, email: str, origin: Origin) -> None:
        # unknown accounts get an entry too, so that both take the same time
        user = await self._users.find_by_email(email)
        target: Target | None = ("user", user.id) if user else None
        await self._audit.write_alone(origin, "sign_in_refused", target, ({}, loggable_address(email)))

    async def _log_in(self, email: str, password: str, origin: Origin) -> SignedIn | SecondFactorDue | None:
        # returns None if the password hash changed since it was read: verify against the current one
        user = await self._users.find_by_email(email)
        matches = await self._passwords.verify(password, user.verifiable_hash if user else None)
        if user is None or not matches or not user.is_active:
            raise BadCredentials
        rehashed = await self._rehashed(user, password)

        async def operation() -> SignedIn | SecondFactorDue | None:
            async with self._unit_of_work() as tx:
                account = await tx.users.acquire(user.id)
                if account.password_hash != user.password_hash:
                    return None
                if not account.is_active:
                    raise BadCredentials
                if rehashed is not None:
                    await tx.users.save(replace(account, password_hash=rehashed))
                return await self._sign_ins.open(tx, account, origin)

        return await with_retries(operation)

    async def refresh(self, token: str, origin: Origin = UNKNOWN_ORIGIN, *, attempt: str | None = None) -> TokenPair:
        """Return the next pair of tokens; the given token becomes invalid.

        The same attempt again gets the same refresh token, until that was used: its response may have been lost.
        Raises `BadRefreshToken`, after revoking the token's login.
        """
        now = self._clock.now()
        repeatable = () if attempt is None else self._refresh_tokens.successors(token, attempt)
        refresh = repeatable[0] if repeatable else new_refresh_token()

        async def operation() -> tuple[Login, str] | None:
            async with self._unit_of_work() as tx:
                login = await tx.tokens.use(refresh_token_hash(token), now)
                for successor in repeatable if login is None else ():
                    repeated = await tx.tokens.find_unused(refresh_token_hash(successor), now)
                    if repeated is not None:
                        return repeated, successor
                if login is None:
                    ended = await tx.tokens.revoke_login_of(refresh_token_hash(token), now)
                    if ended is not None:
                        await self._audit.write(tx, origin, "refresh_refused", ("user", ended))
                    return None
                login = login.renewed(now, self._lifetimes)
                await tx.tokens.add(login, refresh_token_hash(refresh))
                return login, refresh

        renewed = await with_retries(operation)
        if renewed is None:
            raise BadRefreshToken
        return self._sign_ins.pair(*renewed)

    async def log_out(self, token: str) -> None:
        """End the login of a refresh token. Unknown tokens are ignored: there is nothing left to end."""

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                await tx.tokens.revoke_login_of(refresh_token_hash(token), self._clock.now())

        await with_retries(operation)

    async def log_out_everywhere(self, token: str) -> None:
        """End all logins of the user of this refresh token. Raises `BadRefreshToken` if its login has ended.

        Unlike `log_out`, this is an error: with an ended login, the other logins were not ended.
        """

        async def operation() -> UUID | None:
            async with self._unit_of_work() as tx:
                return await tx.tokens.revoke_all_of(refresh_token_hash(token), self._clock.now())

        user_id = await with_retries(operation)
        if user_id is None:
            raise BadRefreshToken
        self._principal_cache.forget(user_id)

    async def authenticate(self, token: str, *, fresh: bool = False) -> Principal:
        """Return the principal of an access token, cached for up to 500 ms unless `fresh`. Raises `NotSignedIn`.

        Staff who lack a second factor that the installation requires are returned without their rights.
        """
        claims = self._access_tokens.read(token, self._clock.now())
        principal = None if fresh else self._principal_cache.recall(claims.family_id)
        if principal is None or principal.user_id != claims.user_id:
            principal = await self._principals.find(claims)
            if principal is None:
                raise NotSignedIn
            is_required = self._staff_second_factor == "required"
            principal = principal.with_second_factor_rule(is_required=is_required)
            self._principal_cache.keep(claims.family_id, principal)
        return principal

    async def _rehashed(self, user: User, password: str) -> str | None:
        if not self._passwords.needs_rehash(user.password_hash):
            return None
        return await self._passwords.hash(password)
