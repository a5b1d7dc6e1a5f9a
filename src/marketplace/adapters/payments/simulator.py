"""`Payments` at the simulator, a provider that runs as a program of its own."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from marketplace.adapters.payments.events import read_simulated_event
from marketplace.adapters.payments.plain_http import PlainClient, Response
from marketplace.adapters.payments.simulated.records import SimulatedPayment
from marketplace.core.domain.payments import Payment, PaymentStatus, ProviderEvent, ProviderReport
from marketplace.core.errors.payments import ProviderAway
from marketplace.core.ports.payment_providers import Charge, Done, Opened, Pending, Refused, Unknown

CONNECT_TIMEOUT, TIMEOUT = 2.0, 10.0
"""Seconds."""
UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class _Page(msgspec.Struct):
    payment: SimulatedPayment
    url: str


class _Effect(msgspec.Struct):
    ref: str
    is_done: bool = True


class _List(msgspec.Struct):
    payments: list[SimulatedPayment]
    after: int | None


class _Problem(msgspec.Struct):
    code: str


T = TypeVar("T")
Answered = Response | Refused | Unknown


class SimulatorPayments:
    """`Payments` over HTTP at `address`, such as `http://127.0.0.1:8010`, or what a file says whenever it is asked."""

    name = "simulator"

    def __init__(self, address: str | Path, secret: str, timeout: float = TIMEOUT) -> None:
        self._address = address
        self._secret = secret
        self._client = PlainClient(timeout=timeout, connect_timeout=min(CONNECT_TIMEOUT, timeout))
        self._headers = {"authorization": f"Bearer {secret}"}

    async def open(self, charge: Charge, key: UUID) -> Opened | Refused | Unknown:
        answer = await self._post("/v1/payments", charge, key)
        found = _read(answer, _Page)
        return Opened(found.payment.id, found.url) if isinstance(found, _Page) else found

    async def capture(self, payment: Payment, amount: int, key: UUID) -> Done | Refused | Unknown:
        return await self._effect(payment, "capture", {"amount": amount}, key)

    async def void(self, payment: Payment, key: UUID) -> Done | Refused | Unknown:
        return await self._effect(payment, "void", {}, key)

    async def refund(self, payment: Payment, amount: int, key: UUID) -> Done | Pending | Refused | Unknown:
        return await self._asked(payment, "refunds", {"amount": amount, "reference": key}, key)

    async def look_up(self, payment: Payment) -> ProviderReport | Unknown | None:
        provider_id = payment.provider_id
        if provider_id is None:
            listed = _read(await self._get("/v1/payments", {"reference": str(payment.id)}), _List)
            if isinstance(listed, Refused):
                return Unknown(listed.code)
            if isinstance(listed, Unknown):
                return listed
            if not listed.payments:
                return None
            provider_id = listed.payments[0].id
        found = _read(await self._get(f"/v1/payments/{provider_id}", {}), _Page)
        if isinstance(found, Refused):
            return None
        if not isinstance(found, _Page):
            return found
        report = found.payment.report()
        return replace(report, url=found.url) if report.status is PaymentStatus.OPEN else report

    async def changed_since(self, since: datetime) -> AsyncIterator[ProviderReport]:
        after: int | None = 0
        while after is not None:
            answer = await self._get("/v1/payments", {"since": since.isoformat(), "after": str(after)})
            page = _read(answer, _List)
            if not isinstance(page, _List):
                raise ProviderAway
            for payment in page.payments:
                yield payment.report()
            after = page.after

    def read_event(self, body: bytes, headers: Mapping[str, str], now: datetime) -> ProviderEvent:
        return read_simulated_event(body, headers, self._secret, now)

    async def payment_of(self, event: ProviderEvent) -> UUID | Unknown | None:
        return event.payment_id

    async def close(self) -> None:
        await self._client.close()

    async def _effect(
        self, payment: Payment, action: str, asked: Mapping[str, object], key: UUID
    ) -> Done | Refused | Unknown:
        found = await self._asked(payment, action, asked, key)
        return Done(found.ref) if isinstance(found, Pending) else found

    async def _asked(
        self, payment: Payment, action: str, asked: Mapping[str, object], key: UUID
    ) -> Done | Pending | Refused | Unknown:
        if payment.provider_id is None:
            return Refused("no_such_payment")
        found = _read(await self._post(f"/v1/payments/{payment.provider_id}/{action}", asked, key), _Effect)
        if not isinstance(found, _Effect):
            return found
        return Done(found.ref) if found.is_done else Pending(found.ref)

    async def _post(self, path: str, asked: object, key: UUID) -> Answered:
        headers = {"content-type": "application/json", "idempotency-key": str(key)}
        return await self._ask("POST", path, msgspec.json.encode(asked), headers)

    async def _get(self, path: str, query: dict[str, str]) -> Answered:
        return await self._ask("GET", f"{path}?{urlencode(query)}" if query else path, b"", {})

    async def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answered:
        try:
            address = self._address if isinstance(self._address, str) else self._address.read_text(encoding="utf-8")
            answer = await self._client.request(method, f"{address}{path}", self._headers | headers, body)
        except TimeoutError:
            return Unknown("timeout")
        except OSError:
            return Unknown("away")
        if answer.is_success:
            return answer
        code = _code(answer)
        is_refused = answer.status in {HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.BAD_REQUEST}
        return Refused(code) if is_refused else Unknown(code)


def _code(answer: Response) -> str:
    try:
        return msgspec.json.decode(answer.body, type=_Problem).code
    except UNREADABLE:
        return f"status_{answer.status}"


def _read(answer: Answered, kind: type[T]) -> T | Refused | Unknown:
    """Decode an answer. One that can't be read is unknown: its request may have had an effect."""
    if not isinstance(answer, Response):
        return answer
    try:
        return msgspec.json.decode(answer.body, type=kind)
    except UNREADABLE:
        return Unknown("unreadable")
