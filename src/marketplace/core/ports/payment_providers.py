"""The provider that takes payments."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.payments import Payment, ProviderEvent, ProviderReport

MAX_OLDER = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What a provider is asked to take. Amounts in minor units; the adapter converts to the provider's own."""

    payment_id: UUID
    amount: int
    currency: str
    captures_later: bool
    title: str
    return_url: str
    """Where the learner comes back to, however the payment went."""
    expires_at: datetime
    locale: str
    """The learner's (BCP 47), or empty for the provider's choice."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The payment can be made at `url`."""

    provider_id: str
    url: str


@dataclass(frozen=True, slots=True)
class Done:
    """The provider did what was asked. `ref` is its ID of the effect."""

    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """The provider has started what was asked, such as a refund that takes days. A notice or look-up tells the end."""

    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider refused, and did nothing. `code` is its word for why."""

    code: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The answer was lost, or the provider is away or refuses everything: it may have done what was asked.

    A key that was used for another request is unknown too: the earlier request may have had its effect.
    """

    code: str


class Payments(Protocol):
    """A payment provider. Nothing here is called inside a transaction, and nothing raises for what a network does.

    `key` is the idempotency key: a repeat with the same key has no second effect, for as long as the provider keeps it.
    """

    @property
    def name(self) -> str:
        """Return the stored name of the provider, such as `stripe`."""
        ...

    async def open(self, charge: Charge, key: UUID) -> Opened | Refused | Unknown:
        """Offer the learner a page where they pay. A page that expired is `Refused`; a repeat returns the same page."""
        ...

    async def capture(self, payment: Payment, amount: int, key: UUID) -> Done | Refused | Unknown:
        """Take an authorized amount, or a part of it and release the rest. `Done` if it was captured before."""
        ...

    async def void(self, payment: Payment, key: UUID) -> Done | Refused | Unknown:
        """Release an authorization, or close a payment that is still open. `Refused` if it was paid meanwhile.

        `Done` if it was closed before. A payment that was on its way may still arrive.
        """
        ...

    async def refund(self, payment: Payment, amount: int, key: UUID) -> Done | Pending | Refused | Unknown:
        """Return an amount of what was captured. The provider records `key` with the refund.

        `Done` if it has a refund with this key, however long ago; `Pending` while that is on its way.
        """
        ...

    async def look_up(self, payment: Payment) -> ProviderReport | Unknown | None:
        """Return the payment as the provider has it now, found by our ID if it has no `provider_id` yet.

        `None`: the provider has no such payment.
        """
        ...

    def changed_since(self, since: datetime) -> AsyncIterator[ProviderReport]:
        """Return every payment that was created, refunded or disputed since, each once, for the daily comparison.

        Of older ones at most `MAX_OLDER` refunds and as many disputes are followed. Raises `ProviderAway`.
        """
        ...

    def read_event(self, body: bytes, headers: Mapping[str, str], now: datetime) -> ProviderEvent:
        """Return a notice of the provider. Raises `InvalidSignature`: unsigned, forged, or signed too long ago.

        Raises `InvalidNotice` if its content is none of the provider's, such as an ID that can't be stored.
        """
        ...

    async def payment_of(self, event: ProviderEvent) -> UUID | Unknown | None:
        """Return our payment of a notice, which may name only IDs of the provider. `None`: it is none of ours."""
        ...

    async def close(self) -> None:
        """Close open connections."""
        ...
