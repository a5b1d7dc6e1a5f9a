"""Opens logins of people who have proved who they are, by a password or another way."""

from datetime import datetime
from uuid import UUID

from marketplace.core.domain.messages import MessageKind, Topic
from marketplace.core.domain.principals import Login, LoginLifetimes, Origin
from marketplace.core.domain.second_factors import (
    CHALLENGE_TTL,
    SecondFactorMethod,
    SignInChallenge,
    password_version,
)
from marketplace.core.domain.tokens import (
    Claims,
    SecondFactorDue,
    SignedIn,
    TokenPair,
    new_refresh_token,
    refresh_token_hash,
)
from marketplace.core.domain.users import User
from marketplace.core.errors.second_factors import BadChallenge
from marketplace.core.ports.second_factors import Challenges
from marketplace.core.ports.security import AccessTokens
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.new_messages import NewMessages


class SignIns:
    """The last step of every sign-in, in the transaction of the caller."""

    def __init__(  # noqa: PLR0913 - one argument per port
        self,
        *,
        unit_of_work: UnitOfWork,
        access_tokens: AccessTokens,
        challenges: Challenges,
        new_messages: NewMessages,
        clock: Clock,
        ids: Ids,
        lifetimes: LoginLifetimes,
    ) -> None:
        self._audit = AuditWriter(unit_of_work, clock, ids)
        self._access_tokens = access_tokens
        self._challenges = challenges
        self._new_messages = new_messages
        self._clock = clock
        self._ids = ids
        self._lifetimes = lifetimes

    async def open(
        self, tx: Transaction, account: User, origin: Origin, *, proved_at: datetime | None = None
    ) -> SignedIn | SecondFactorDue:
        """Open a login of an active account, which the transaction has acquired, unless its second factor is due.

        `proved_at` is when the person proved who they are, if that was not now.

        A login from a browser that the person isn't known to use is announced to them by mail.
        """
        methods = await second_factor_methods(tx, account.id)
        if not methods:
            return await self._open(tx, account, origin, self._ids.new(), proved_at=proved_at)
        now = self._clock.now()
        challenge = SignInChallenge(
            user_id=account.id,
            login_id=self._ids.new(),
            version=password_version(account),
            # the login that shows that a challenge was used is stored as long as it lasts
            expires_at=min(now + CHALLENGE_TTL, self._lifetimes.end_of(now, now)),
        )
        return SecondFactorDue(challenge=self._challenges.issue(challenge), methods=methods)

    async def open_by_passkey(self, tx: Transaction, account: User, origin: Origin) -> SignedIn:
        """Open a login as `open` does. A passkey with user verification is two factors, so that none is due."""
        return await self._open(tx, account, origin, self._ids.new(), is_by_passkey=True)

    def read(self, challenge: str) -> SignInChallenge:
        """Return a challenge of `open`. Raises `BadChallenge` if it is forged or expired."""
        return self._challenges.read(challenge, self._clock.now())

    async def require_open(self, tx: Transaction, account: User, challenge: SignInChallenge) -> None:
        """Check that a challenge still works for an account, which the transaction has acquired, before its proof.

        Raises `BadChallenge` if it was used, the password has changed, or the account is inactive.
        """
        is_valid = account.is_active and challenge.version == password_version(account)
        if not is_valid or await tx.tokens.find(challenge.login_id) is not None:
            raise BadChallenge

    async def finish(self, tx: Transaction, account: User, challenge: SignInChallenge, origin: Origin) -> SignedIn:
        """Open the login of a challenge that passed `require_open` in this transaction, once its proof was right."""
        return await self._open(tx, account, origin, challenge.login_id)

    async def _open(
        self,
        tx: Transaction,
        account: User,
        origin: Origin,
        login_id: UUID,
        *,
        is_by_passkey: bool = False,
        proved_at: datetime | None = None,
    ) -> SignedIn:
        now, refresh = self._clock.now(), new_refresh_token()
        login = Login(
            id=login_id,
            user_id=account.id,
            created_at=now,
            expires_at=self._lifetimes.end_of(now, now),
            address=origin.address,
            agent=origin.agent,
            proved_at=proved_at,
            is_by_passkey=is_by_passkey,
        )
        if await tx.tokens.add_login(login, refresh_token_hash(refresh)) and account.is_email_verified:
            topic = Topic(subject=str(login.id))
            await tx.messages.add([self._new_messages.decide(MessageKind.NEW_SIGN_IN, account.id, topic, now)])
        await self._audit.write(tx, account.principal(login.id, origin), "signed_in", ("user", account.id))
        return SignedIn(user=account, tokens=self.pair(login, refresh))

    def pair(self, login: Login, refresh: str) -> TokenPair:
        """Return an access token of a login, which it does not outlive, next to its newest refresh token."""
        claims, now = Claims(user_id=login.user_id, family_id=login.id), self._clock.now()
        return TokenPair(access=self._access_tokens.issue(claims, now, login.expires_at - now), refresh=refresh)


async def second_factor_methods(tx: Transaction, user_id: UUID) -> tuple[SecondFactorMethod, ...]:
    """Return what can prove the second factor of a person; empty if they have none."""
    factor = await tx.second_factors.find(user_id)
    return ("totp", "recovery_code") if factor is not None and factor.is_on else ()
