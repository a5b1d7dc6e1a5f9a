"""Mails that prove who reads an address: what was asked for, and the tokens of their links."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from marketplace.core.domain.users import User, fold

EmailPurpose = Literal["verify", "reset", "change", "changed", "deleted"]
"""What a mail is for. `verify`: verify the present address. `reset`: set a new password. `change`: use this address.

`changed`, `deleted`: tell the reader of a former address, with no token.
"""
TOKEN_TTL: dict[EmailPurpose, timedelta] = {
    "verify": timedelta(days=3),
    "reset": timedelta(hours=1),
    "change": timedelta(days=1),
}
"""Lifetime of a token, from when its mail is sent."""
REQUEST_TTL = timedelta(days=7)
"""How long a request is kept, which is longer than any of its tokens lives."""
PASSWORD_PURPOSES: tuple[EmailPurpose, ...] = ("reset", "change")
"""Links that end when the password changes: the owner may have changed it because of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailRequest:
    """A request for a mail to an address. Tokens are minted when the mail is sent: one for each attempt."""

    id: UUID
    purpose: EmailPurpose
    email: str = field(repr=False)
    """The address that the token is for; of a change, the new one."""
    user_id: UUID | None
    """`None` until it is looked up whose the address is, after the answer to a forgotten password."""
    created_at: datetime

    def stands_for(self, user: User) -> bool:
        """Return whether the account may still use it: its address must not have changed meanwhile."""
        if self.purpose == "deleted":
            return user.deleted_at is not None and user.id == self.user_id
        if not user.is_active or user.id != self.user_id:
            return False
        is_present = fold(self.email) == fold(user.email)
        return is_present == (self.purpose in {"verify", "reset"})


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailToken:
    """A stored token; only its hash is kept. It works once, as all tokens of its request end with the first."""

    token_hash: bytes
    request: EmailRequest
    expires_at: datetime

    def works_for(self, user: User, now: datetime) -> bool:
        """Return whether it may be used for the account now."""
        return self.request.stands_for(user) and now < self.expires_at
