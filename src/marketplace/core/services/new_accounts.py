"""Storing new accounts, however they come to be."""

from marketplace.core.domain.audit import values_of
from marketplace.core.domain.events import UserEvent
from marketplace.core.domain.principals import Origin
from marketplace.core.domain.users import USER_FIELDS, User
from marketplace.core.ports.unit_of_work import Transaction
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.new_messages import NewMessages
from marketplace.core.services.usernames import UsernameService


class NewAccounts:
    """Adds accounts in the transaction of the caller."""

    def __init__(self, *, usernames: UsernameService, new_messages: NewMessages, audit: AuditWriter) -> None:
        self._usernames = usernames
        self._new_messages = new_messages
        self._audit = audit

    async def add(self, tx: Transaction, user: User, origin: Origin, *, is_mailed: bool = True) -> User:
        """Create an account and claim its username. Raises `EmailTaken`, `UsernameTaken`."""
        await tx.users.add(user)
        await self._usernames.claim(tx, user)
        registered = UserEvent(kind="user.registered", at=user.date_joined, actor_id=None, user_id=user.id)
        await tx.events.add(registered)
        if not is_mailed:
            await tx.messages.add([self._new_messages.unsent_verification(user.id, user.date_joined)])
        await self._audit.write(tx, origin, "registered", ("user", user.id), ({}, values_of(user, USER_FIELDS)))
        return user
