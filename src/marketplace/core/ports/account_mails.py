"""Links of mails about accounts, whose tokens are minted when the mail is sent."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from marketplace.core.domain.messages import Message
from marketplace.core.ports.unit_of_work import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountMail:
    """What a message about an account needs besides its row."""

    link: str = field(repr=False)
    """Absolute address of the page whose button acts. Opening it changes nothing."""
    to: str | None = field(default=None, repr=False)
    """The recipient's address, if it is not the account's present one."""
    device: str = ""
    """For a new sign-in: the browser and system, in words."""
    key_name: str = ""
    """For a new API key: what its owner called it."""
    change: str = ""
    """For a change of how the person signs in: a `SecurityChange`."""
    lifetime: timedelta | None = None
    """How long the link works, if it has a token."""


class AccountMails(Protocol):
    """Makes links with tokens when their mail is due, so that no queue ever holds a token."""

    async def mint(self, tx: Transaction, message: Message) -> AccountMail | None:
        """Mint the token of a message of `ACCOUNT_KINDS` and return its link. `None`: its request no longer stands.

        It runs in the transaction that records the beginning of the transmission; each attempt mints another token.
        """
        ...
