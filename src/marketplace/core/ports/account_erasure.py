"""Erasing what names a person, wherever it is stored."""

from typing import Protocol

from marketplace.core.domain.users import User


class Erasure(Protocol):
    """Erasing within a transaction."""

    async def erase(self, before: User, after: User) -> None:
        """Erase what a person is known by. Needs the account acquired with its sessions, and saved as `after`.

        Deleted are logins, API keys, identities, links and requests for mails, messages, notifications, choices about
        mail, favourites, hours, calendar feeds, idempotency keys, and claims to other usernames. What they wrote is
        replaced by `account_erasure`: in sessions, which must be archived, conversations, reports, reviews, answers and
        steps of bookings, where they were a party; so are addresses of bookings, and personal values of the audit log.
        Bookings stay, and so do the stars of reviews.
        """
        ...
