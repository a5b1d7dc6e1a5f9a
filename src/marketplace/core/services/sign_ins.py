"""Opens logins of people who have proved who they are, by a password or another way."""

from datetime import timedelta

from marketplace.core.domain.messages import MessageKind, Topic
from marketplace.core.domain.principals import Login, Origin
from marketplace.core.domain.tokens import Claims, SignedIn, TokenPair, new_refresh_token, refresh_token_hash
from marketplace.core.domain.users import User
from marketplace.core.ports.security import AccessTokens
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.new_messages import NewMessages


class SignIns:
    """The last step of every sign-in, in the transaction of the caller."""

    def __init__(
        self,
        *,
        unit_of_work: UnitOfWork,
        access_tokens: AccessTokens,
        new_messages: NewMessages,
        clock: Clock,
        ids: Ids,
        refresh_ttl: timedelta,
    ) -> None:
        self._audit = AuditWriter(unit_of_work, clock, ids)
        self._access_tokens = access_tokens
        self._new_messages = new_messages
        self._clock = clock
        self._ids = ids
        self._refresh_ttl = refresh_ttl

    async def open(self, tx: Transaction, account: User, origin: Origin) -> SignedIn:
        """Open a login of an active account, which the transaction has acquired.

        If it is from a browser that the person isn't known to use, it is announced to them by mail.
        """
        now, refresh = self._clock.now(), new_refresh_token()
        login = Login(
            id=self._ids.new(),
            user_id=account.id,
            created_at=now,
            expires_at=now + self._refresh_ttl,
            address=origin.address,
            agent=origin.agent,
        )
        if await tx.tokens.add_login(login, refresh_token_hash(refresh)) and account.is_email_verified:
            topic = Topic(subject=str(login.id))
            await tx.messages.add([self._new_messages.decide(MessageKind.NEW_SIGN_IN, account.id, topic, now)])
        await self._audit.write(tx, account.principal(login.id, origin), "signed_in", ("user", account.id))
        return SignedIn(user=account, tokens=self.pair(login, refresh))

    def pair(self, login: Login, refresh: str) -> TokenPair:
        """Return an access token of a login, next to its newest refresh token."""
        claims = Claims(user_id=login.user_id, family_id=login.id)
        return TokenPair(access=self._access_tokens.issue(claims, self._clock.now()), refresh=refresh)
