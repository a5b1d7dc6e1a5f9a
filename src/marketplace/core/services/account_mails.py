"""Links of mails about accounts: their tokens are minted when the mail is sent."""

from uuid import UUID

from marketplace.core.domain.addresses import SiteAddresses
from marketplace.core.domain.email_tokens import TOKEN_TTL, EmailRequest, EmailToken
from marketplace.core.domain.messages import Message, MessageKind
from marketplace.core.domain.password_resets import new_reset_token, reset_token_hash
from marketplace.core.domain.security_changes import change_of
from marketplace.core.domain.user_agents import device_of
from marketplace.core.ports.account_mails import AccountMail
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import Transaction

NEWS = frozenset({MessageKind.NEW_SIGN_IN, MessageKind.API_KEY_CREATED, MessageKind.SECURITY_CHANGED})
"""Kinds that need no request and no token."""


class TokenMails:
    """`AccountMails` over the requests of `EmailAddressService`."""

    def __init__(self, *, addresses: SiteAddresses, clock: Clock) -> None:
        self._addresses = addresses
        self._clock = clock

    async def mint(self, tx: Transaction, message: Message) -> AccountMail | None:
        user = await tx.users.acquire_shared(message.user_id)
        if message.kind in NEWS:
            return await self._news(tx, message)
        request = await self._request(tx, message)
        if request is None or not request.stands_for(user) or (request.purpose == "verify" and user.is_email_verified):
            return None
        if request.purpose in {"changed", "deleted"}:
            return AccountMail(link=self._addresses.contact(), to=request.email)
        token, lifetime = new_reset_token(), TOKEN_TTL[request.purpose]
        expires_at = self._clock.now() + lifetime
        minted = EmailToken(token_hash=reset_token_hash(token), request=request, expires_at=expires_at)
        await tx.email_requests.mint(minted)
        if request.purpose == "reset":
            return AccountMail(link=self._addresses.reset_password(token), lifetime=lifetime)
        to = request.email if request.purpose == "change" else None
        return AccountMail(link=self._addresses.verify_email(token), to=to, lifetime=lifetime)

    async def _news(self, tx: Transaction, message: Message) -> AccountMail:
        if message.kind is MessageKind.NEW_SIGN_IN:
            return await self._new_sign_in(tx, message)
        if message.kind is MessageKind.API_KEY_CREATED:
            return await self._new_key(tx, message)
        return AccountMail(link=self._addresses.security(), change=change_of(message.subject))

    async def _new_sign_in(self, tx: Transaction, message: Message) -> AccountMail:
        """A login that has ended meanwhile is announced too: it may have been a thief's, who signed out at once."""
        login = await tx.tokens.find(UUID(message.subject))
        return AccountMail(link=self._addresses.devices(), device=device_of(login.agent) if login else "")

    async def _new_key(self, tx: Transaction, message: Message) -> AccountMail:
        """A key that was revoked meanwhile is announced too, as a login is."""
        key = await tx.api_keys.find(UUID(message.subject))
        return AccountMail(link=self._addresses.api_keys(), key_name=key.name if key else "")

    async def _request(self, tx: Transaction, message: Message) -> EmailRequest | None:
        """Return the request of a message; that of a registration is made now, and has the ID of the account."""
        request_id = UUID(message.subject)
        request = await tx.email_requests.acquire(request_id)
        if request is not None or message.kind is not MessageKind.VERIFY_EMAIL or request_id != message.user_id:
            return request
        user, now = await tx.users.acquire_shared(message.user_id), self._clock.now()
        request = EmailRequest(id=user.id, purpose="verify", email=user.email, user_id=user.id, created_at=now)
        await tx.email_requests.add(request)
        return request
