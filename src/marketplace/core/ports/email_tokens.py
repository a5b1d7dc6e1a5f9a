"""Requests for mails that prove who reads an address, and their tokens."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.email_tokens import EmailPurpose, EmailRequest, EmailToken

PURGE_BATCH = 10_000
"""Requests that one purge deletes at most."""


class EmailTokenDirectory(Protocol):
    """Reads of tokens, one statement each, outside a transaction."""

    async def find(self, token_hash: bytes) -> EmailToken | None:
        """Return the token with its request, expired or not."""
        ...


class EmailRequests(Protocol):
    """Requests and tokens within a transaction. Acquire the account first, where it is known."""

    async def add(self, request: EmailRequest) -> None:
        """Insert a request."""
        ...

    async def acquire(self, request_id: UUID) -> EmailRequest | None:
        """Return the request, locked until the transaction ends, or `None` if it is gone."""
        ...

    async def assign(self, request_id: UUID, user_id: UUID) -> None:
        """Note whose the address of a request is."""
        ...

    async def mint(self, token: EmailToken) -> None:
        """Insert a token of a request; earlier ones stay valid, since their mail may have been sent."""
        ...

    async def consume(self, user_id: UUID, token_hash: bytes, now: datetime) -> bool:
        """Delete the request of a user's token, and all its tokens. Return whether the token was valid at `now`.

        Of two concurrent calls, one returns `True`.
        """
        ...

    async def drop(self, user_id: UUID, *purposes: EmailPurpose) -> None:
        """Delete a user's requests with these purposes, and their tokens."""
        ...

    async def discard(self, request_id: UUID) -> None:
        """Delete a request, and its tokens."""
        ...

    async def purge(self, before: datetime) -> int:
        """Delete requests created before, and their tokens, at most `PURGE_BATCH`. Return the number of requests."""
        ...
