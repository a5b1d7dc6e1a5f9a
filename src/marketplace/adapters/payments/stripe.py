"""`Payments` at Stripe: a hosted Checkout page, and the payment intent that it makes.

A payment's `provider_id` is the ID of its Checkout session.
"""

from collections.abc import AsyncIterator, Awaitable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import httpx
import stripe

from marketplace.adapters.payments.minor_units import STRIPE, Unchargeable
from marketplace.adapters.payments.stripe_checkouts import checkout_of
from marketplace.adapters.payments.stripe_notices import read_stripe_event
from marketplace.adapters.payments.stripe_reports import (
    FAILED_REFUND,
    OPERATION_ID,
    PAYMENT_ID,
    PENDING_REFUND,
    intent_of,
    is_disputed,
    our_id,
    report_of,
    status_of,
)
from marketplace.core.domain.payments import Payment, PaymentStatus, ProviderEvent, ProviderReport
from marketplace.core.errors.payments import ProviderAway
from marketplace.core.ports.payment_providers import MAX_OLDER, Charge, Done, Opened, Pending, Refused, Unknown

API_VERSION = "2026-10-28.endive"
"""Of requests. That of notices does not matter: they are hints, of which only IDs are read."""
CONNECT_TIMEOUT, TIMEOUT = 5.0, 10.0
"""Seconds of one request."""
PAGE_SIZE = 100
SKEW = timedelta(hours=1)
"""By how much our clock may be ahead of Stripe's."""
EXPANDED = "payment_intent.latest_charge.balance_transaction"

stripe.enable_telemetry = False
T = TypeVar("T")


class StripePayments:
    """`Payments` through Stripe's library. `api` replaces its address, for tests."""

    name = "stripe"

    def __init__(
        self, *, secret_key: str, webhook_secret: str, api: str | None = None, timeout: float = TIMEOUT
    ) -> None:
        self._webhook_secret = webhook_secret
        self._http = stripe.HTTPXClient(timeout=httpx.Timeout(timeout, connect=min(CONNECT_TIMEOUT, timeout)))
        self._client = stripe.StripeClient(
            secret_key,
            stripe_version=API_VERSION,
            base_addresses={} if api is None else {"api": api},
            max_network_retries=0,  # a job asks again, and knows that the first answer was lost
            http_client=self._http,
        )
        self._sessions = self._client.v1.checkout.sessions
        self._intents = self._client.v1.payment_intents
        self._refunds = self._client.v1.refunds
        self._disputes = self._client.v1.disputes

    async def open(self, charge: Charge, key: UUID) -> Opened | Refused | Unknown:
        try:
            session = await _asked(self._sessions.create_async(checkout_of(charge), {"idempotency_key": str(key)}))
        except Unchargeable:
            return Refused("amount_not_chargeable")
        if not isinstance(session, stripe.checkout.Session):
            # a page can't end in less than half an hour, which is how a page after the time to pay is refused
            return Refused("expired") if session == Refused("expires_at") else session
        return Opened(session.id, session.url or "")

    async def capture(self, payment: Payment, amount: int, key: UUID) -> Done | Refused | Unknown:
        session = await self._session(payment)
        if not isinstance(session, stripe.checkout.Session):
            return session
        intent = intent_of(session)
        if intent is None:
            return Refused("not_authorized")
        if intent.status == "succeeded":
            return Done(intent.id)
        captured = await _asked(
            self._intents.capture_async(
                intent.id,
                {"amount_to_capture": STRIPE.to_provider(amount, payment.currency)},
                {"idempotency_key": str(key)},
            )
        )
        return Done(captured.id) if isinstance(captured, stripe.PaymentIntent) else captured

    async def void(self, payment: Payment, key: UUID) -> Done | Refused | Unknown:
        session = await self._session(payment)
        if isinstance(session, stripe.checkout.Session) and session.status == "open":
            closed = await _asked(self._sessions.expire_async(session.id, {}, {"idempotency_key": str(key)}))
            # refused: it was paid meanwhile
            session = await self._session(payment) if isinstance(closed, Refused) else closed
        if not isinstance(session, stripe.checkout.Session):
            return session
        intent, status = intent_of(session), status_of(session)
        if intent is not None and status is PaymentStatus.AUTHORIZED:
            options: stripe.RequestOptions = {"idempotency_key": f"{key}-cancel"}
            canceled = await _asked(self._intents.cancel_async(intent.id, {}, options))
            return Done(canceled.id) if isinstance(canceled, stripe.PaymentIntent) else canceled
        return Done(session.id) if status is PaymentStatus.VOIDED else Refused(f"payment_{status}")

    async def refund(self, payment: Payment, amount: int, key: UUID) -> Done | Pending | Refused | Unknown:
        session = await self._session(payment)
        if not isinstance(session, stripe.checkout.Session):
            return session
        intent = intent_of(session)
        if intent is None or intent.amount_received == 0:
            return Refused("not_captured")
        known = await self._refunds_of(intent)
        if not isinstance(known, list):
            return known
        found: stripe.Refund | Refused | Unknown | None = next(
            (each for each in known if our_id(each.metadata, OPERATION_ID) == key), None
        )
        if found is None:
            asked: Any = {
                "payment_intent": intent.id,
                "amount": STRIPE.to_provider(amount, payment.currency),
                "metadata": {OPERATION_ID: str(key), PAYMENT_ID: str(payment.id)},
            }
            found = await _asked(self._refunds.create_async(asked, {"idempotency_key": str(key)}))
        if not isinstance(found, stripe.Refund):
            return found
        if found.status in FAILED_REFUND:
            return Refused(found.failure_reason or "failed")
        return Pending(found.id) if found.status in PENDING_REFUND else Done(found.id)

    async def look_up(self, payment: Payment) -> ProviderReport | Unknown | None:
        session: stripe.checkout.Session | Refused | Unknown | None
        session = await (self._session(payment) if payment.provider_id else self._unnamed(payment))
        if session is None or isinstance(session, Unknown):
            return session
        if isinstance(session, Refused):
            return None if session.code == "resource_missing" else Unknown(session.code)
        return await self._report(session)

    async def changed_since(self, since: datetime) -> AsyncIterator[ProviderReport]:
        asked: Any = {
            "created": {"gte": int(since.timestamp())},
            "limit": PAGE_SIZE,
            "expand": [f"data.{EXPANDED}"],
        }
        known = set[str]()
        try:
            page = await self._sessions.list_async(asked)
            async for session in page.auto_paging_iter():
                known.add(str(intent.id if (intent := intent_of(session)) else None))
                if our_id(session.metadata, PAYMENT_ID) is not None:  # or of another shop that has the same account
                    yield await self._known_report(session)
            async for session in self._older(asked["created"], known):
                yield await self._known_report(session)
        except stripe.StripeError as error:
            raise ProviderAway from error

    async def _older(self, created: Any, known: set[str]) -> AsyncIterator[stripe.checkout.Session]:
        """Return the sessions of intents that are not known and were refunded or disputed."""
        asked: Any = {"created": created, "limit": PAGE_SIZE}
        for listed in (self._refunds.list_async, self._disputes.list_async):
            page, number = await listed(asked), 0
            async for each in page.auto_paging_iter():
                intent, number = str(each.payment_intent), number + 1
                if intent not in known and number <= MAX_OLDER:
                    known.add(intent)
                    found = await self._sessions.list_async({"payment_intent": intent, "expand": [f"data.{EXPANDED}"]})
                    for session in found.data:
                        if our_id(session.metadata, PAYMENT_ID) is not None:
                            yield session

    async def _known_report(self, session: stripe.checkout.Session) -> ProviderReport:
        report = await self._report(session)
        if isinstance(report, Unknown):
            raise ProviderAway
        return report

    def read_event(self, body: bytes, headers: Mapping[str, str], now: datetime) -> ProviderEvent:
        return read_stripe_event(body, headers, self._webhook_secret, now)

    async def payment_of(self, event: ProviderEvent) -> UUID | Unknown | None:
        if event.payment_id is not None or event.provider_id is None or not event.provider_id.startswith("pi_"):
            return event.payment_id
        intent = await _asked(self._intents.retrieve_async(event.provider_id))
        if isinstance(intent, Refused):
            return None
        return intent if isinstance(intent, Unknown) else our_id(intent.metadata, PAYMENT_ID)

    async def close(self) -> None:
        await self._http.close_async()  # type: ignore[no-untyped-call]

    async def _session(self, payment: Payment) -> stripe.checkout.Session | Refused | Unknown:
        if payment.provider_id is None:
            return Refused("not_open")
        return await _asked(self._sessions.retrieve_async(payment.provider_id, {"expand": [EXPANDED]}))

    async def _unnamed(self, payment: Payment) -> stripe.checkout.Session | Unknown | None:
        """Find the session of a payment whose `open` got no answer: lists can't be filtered by our ID."""
        asked: Any = {
            "created": {
                "gte": int((payment.created_at - SKEW).timestamp()),
                "lte": int((payment.expires_at + SKEW).timestamp()),
            },
            "limit": PAGE_SIZE,
            "expand": [f"data.{EXPANDED}"],
        }
        try:
            page = await self._sessions.list_async(asked)
            async for session in page.auto_paging_iter():
                if session.client_reference_id == str(payment.id):
                    return session
        except stripe.StripeError as error:
            return _unknown(error)
        return None

    async def _report(self, session: stripe.checkout.Session) -> ProviderReport | Unknown:
        intent, refunds, disputes = intent_of(session), list[stripe.Refund](), list[stripe.Dispute]()
        if intent is not None and intent.amount_received:
            found = await self._refunds_of(intent)
            if not isinstance(found, list):
                return Unknown(found.code)
            refunds = found
        if intent is not None and is_disputed(intent):
            listed = await self._disputes_of(intent)
            if not isinstance(listed, list):
                return Unknown(listed.code)
            disputes = listed
        try:
            return report_of(session, refunds, disputes)
        except Unchargeable:
            return Unknown("unreadable_amount")

    async def _refunds_of(self, intent: stripe.PaymentIntent) -> list[stripe.Refund] | Refused | Unknown:
        async def read() -> list[stripe.Refund]:
            page = await self._refunds.list_async({"payment_intent": intent.id, "limit": PAGE_SIZE})
            return [refund async for refund in page.auto_paging_iter()]

        return await _asked(read())

    async def _disputes_of(self, intent: stripe.PaymentIntent) -> list[stripe.Dispute] | Refused | Unknown:
        async def read() -> list[stripe.Dispute]:
            page = await self._disputes.list_async({"payment_intent": intent.id, "limit": PAGE_SIZE})
            return [dispute async for dispute in page.auto_paging_iter()]

        return await _asked(read())


async def _asked(call: Awaitable[T]) -> T | Refused | Unknown:
    """Await a call, and say in our terms how it failed."""
    try:
        return await call
    except (stripe.CardError, stripe.InvalidRequestError) as error:
        return Refused(error.code or error.param or "invalid_request")
    except stripe.StripeError as error:
        return _unknown(error)


def _unknown(error: stripe.StripeError) -> Unknown:
    if isinstance(error, stripe.APIConnectionError):
        return Unknown("timeout" if isinstance(error.__cause__, httpx.TimeoutException) else "away")
    if isinstance(error, stripe.IdempotencyError):
        return Unknown("idempotency_key_reused")
    return Unknown(error.code or f"status_{error.http_status}")
