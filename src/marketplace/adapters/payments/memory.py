"""A payment provider in this process: the rules of the simulated one, and answers that are lost as a test says."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from marketplace.adapters.payments.events import SIGNATURE_HEADER, read_simulated_event
from marketplace.adapters.payments.signatures import sign
from marketplace.adapters.payments.simulated.faults import Fault, Faults
from marketplace.adapters.payments.simulated.provider import SimulatedProvider
from marketplace.adapters.payments.simulated.records import SimulatedPayment
from marketplace.adapters.payments.simulated.refusals import KeyReused, ProviderRefusal
from marketplace.core.domain.payments import Payment, PaymentStatus, ProviderEvent, ProviderReport
from marketplace.core.errors.payments import ProviderAway
from marketplace.core.ports.payment_providers import Charge, Done, Opened, Pending, Refused, Unknown

NOTICE_KEY = "signs notices within one process"


class MemoryPayments:
    """`Payments` without a network. `now` is the time of the shop; `provider` is what happens at the provider."""

    name = "memory"

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._faults = Faults()
        self.provider = SimulatedProvider(now)

    def fail(self, operation: str, mode: str, times: int = 1) -> None:
        """Let the next calls of an operation fail: `before`, `after`, `never`, `twice` or `500`."""
        self._faults.add(operation, Fault(mode), times)

    def notices(self) -> list[tuple[bytes, dict[str, str]]]:
        """Return the signed notices that are due now, each as often as it is sent, and count them as accepted."""
        self.provider.settle()
        found = []
        while due := self.provider.notices.due():
            for notice in due:
                self.provider.notices.ended(self.provider.notices.started(notice), "200", is_accepted=True)
                body = notice.body()
                found.append((body, {SIGNATURE_HEADER: sign(body, NOTICE_KEY, self._now())}))
        return found

    async def open(self, charge: Charge, key: UUID) -> Opened | Refused | Unknown:
        outcome = self._call("open", lambda _: self.provider.open(charge, key).id)
        if not isinstance(outcome, Done) or outcome.ref is None:
            return outcome if not isinstance(outcome, Done) else Unknown("unreadable")
        return Opened(outcome.ref, _page(outcome.ref))

    async def capture(self, payment: Payment, amount: int, key: UUID) -> Done | Refused | Unknown:
        return self._call("capture", lambda copies: self.provider.capture(_id(payment), amount, key, copies))

    async def void(self, payment: Payment, key: UUID) -> Done | Refused | Unknown:
        return self._call("void", lambda copies: self.provider.void(_id(payment), key, copies))

    async def refund(self, payment: Payment, amount: int, key: UUID) -> Done | Pending | Refused | Unknown:
        outcome = self._call("refund", lambda copies: self.provider.refund(_id(payment), amount, key, key, copies))
        is_done = isinstance(outcome, Done) and self.provider.has_returned(_id(payment), outcome.ref or "")
        return outcome if is_done or not isinstance(outcome, Done) else Pending(outcome.ref)

    async def look_up(self, payment: Payment) -> ProviderReport | Unknown | None:
        if self._faults.take("look_up") is not None:
            return Unknown("away")
        if payment.provider_id is not None:
            with suppress(ProviderRefusal):
                return _report(self.provider.get(payment.provider_id))
            return None
        found = self.provider.of_reference(payment.id)
        return _report(found) if found else None

    async def changed_since(self, since: datetime) -> AsyncIterator[ProviderReport]:
        if self._faults.take("list") is not None:
            raise ProviderAway
        for payment in self.provider.created_since(since):
            yield payment.report()

    def read_event(self, body: bytes, headers: Mapping[str, str], now: datetime) -> ProviderEvent:
        return read_simulated_event(body, headers, NOTICE_KEY, now)

    async def payment_of(self, event: ProviderEvent) -> UUID | Unknown | None:
        return event.payment_id

    async def close(self) -> None:
        """Nothing is open."""

    def _call(self, operation: str, effect: Callable[[int], str]) -> Done | Refused | Unknown:
        fault = self._faults.take(operation)
        if fault is not None and not fault.has_effect:
            return Unknown("away")
        try:
            ref = effect(2 if fault is Fault.TWICE else 1)
        except ProviderRefusal as refusal:
            outcome: Done | Refused | Unknown = Refused(refusal.code)
        except KeyReused:
            outcome = Unknown("idempotency_key_reused")
        else:
            outcome = Done(ref)
        return Unknown("away") if fault is not None and fault.loses_answer else outcome


def _page(provider_id: str) -> str:
    return f"https://pay.example.org/pay/{provider_id}"


def _report(found: SimulatedPayment) -> ProviderReport:
    report = found.report()
    return replace(report, url=_page(found.id)) if report.status is PaymentStatus.OPEN else report


def _id(payment: Payment) -> str:
    return payment.provider_id or ""
