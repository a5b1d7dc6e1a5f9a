"""Identities: accounts at providers that people sign in with."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.identities import Flow, FlowSecrets, Identity, IdentityProvider, ProvedIdentity


class IdentityDirectory(Protocol):
    """Reads of identities, one statement each, outside a transaction."""

    async def find(self, issuer: str, subject: str) -> Identity | None:
        """Return the identity, compared exactly."""
        ...

    async def of_user(self, user_id: UUID) -> tuple[Identity, ...]:
        """Return a person's identities, oldest first."""
        ...


class Identities(Protocol):
    """Identities within a transaction. Acquire the account first."""

    async def find(self, issuer: str, subject: str) -> Identity | None:
        """Return the identity as the transaction sees it."""
        ...

    async def of_user(self, user_id: UUID) -> tuple[Identity, ...]:
        """Return a person's identities, oldest first."""
        ...

    async def add(self, identity: Identity) -> None:
        """Insert an identity. Raises `IdentityTaken`, after waiting for a concurrent insert."""
        ...

    async def save(self, identity: Identity) -> None:
        """Update address and time of use."""
        ...

    async def remove(self, user_id: UUID, identity_id: UUID) -> bool:
        """Delete an identity of a person. Return whether it was theirs."""
        ...

    async def remove_all(self, user_id: UUID) -> int:
        """Delete the identities of a person. Return their number."""
        ...


class IdentityProviders(Protocol):
    """The providers of the settings. Every call goes over the network: never within a transaction."""

    @property
    def configured(self) -> tuple[IdentityProvider, ...]:
        """The providers, in the order of the settings."""
        ...

    async def available(self) -> Collection[str]:
        """Return the names of those that answer, or did so recently. Waits a second at most, and raises nothing."""
        ...

    async def authorization_url(
        self, name: str, secrets: FlowSecrets, redirect_uri: str, *, again: bool = False
    ) -> str:
        """Return the address to send the browser to, with PKCE. `again` has the person sign in there once more.

        Raises `NotFound`, also with `again` if the provider cannot do that, and `ProviderUnavailable`.
        """
        ...

    async def prove(
        self, name: str, *, code: str, issuer: str | None, secrets: FlowSecrets, redirect_uri: str, now: datetime
    ) -> ProvedIdentity:
        """Exchange a code and verify what it says. `issuer` is the answer's (RFC 9207), if it has one.

        Raises `NotFound`, `ProviderUnavailable`, and `SignInFailed` if anything is not as it must be.
        """
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...


class FlowSeals(Protocol):
    """Seals flows for the browser to keep."""

    def seal(self, flow: Flow) -> tuple[str, FlowSecrets]:
        """Return text that only this installation can make, and what ties the flow to its answer.

        Who has the text knows none of that.
        """
        ...

    def open(self, sealed: str) -> tuple[Flow, FlowSecrets] | None:
        """Return the flow, expired or not, and the same secrets, or `None` if it is none of ours."""
        ...
