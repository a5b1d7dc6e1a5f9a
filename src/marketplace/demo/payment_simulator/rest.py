"""What the shop asks of the simulator, as JSON, and what a test scripts."""

import hmac
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from marketplace.adapters.payments.simulated.faults import Fault, Faults
from marketplace.adapters.payments.simulated.provider import SimulatedProvider
from marketplace.adapters.payments.simulated.records import SimulatedPayment
from marketplace.adapters.payments.simulated.refusals import KeyReused, ProviderRefusal
from marketplace.core.ports.payment_providers import Charge
from marketplace.demo.wire import Answer, Broken, Request, Route, Silent, json_answer

PAGE_SIZE = 100
UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
MAX_AHEAD = timedelta(days=3650)
ID = r"(sim_[0-9a-f]{32})"
Effect = Callable[[int], Answer]


class _Amount(msgspec.Struct):
    amount: int
    reference: UUID | None = None


class _Fault(msgspec.Struct):
    operation: str
    mode: Fault
    times: int = 1


class _Forward(msgspec.Struct):
    forward: str


def span(text: str) -> timedelta:
    """Return a span such as `20m`, `6h` or `3d`. Raises `ValueError`."""
    found = re.fullmatch(r"(\d{1,5})([mhd])", text)
    if found is None or int(found[1]) * UNITS[found[2]] > MAX_AHEAD:
        raise ValueError("minutes, hours or days, such as 20m, 6h or 3d")
    return int(found[1]) * UNITS[found[2]]


class Rest:
    """Routes of the provider's API. `page_of` returns the address of a payment's page."""

    def __init__(self, provider: SimulatedProvider, secret: str, page_of: Callable[[str], str]) -> None:
        self._provider = provider
        self._secret = secret
        self._page_of = page_of
        self._faults = Faults()

    def routes(self) -> list[Route]:
        return [
            ("POST", "/v1/payments", self._open),
            ("GET", "/v1/payments", self._list),
            ("GET", f"/v1/payments/{ID}", self._look_up),
            ("POST", f"/v1/payments/{ID}/capture", self._capture),
            ("POST", f"/v1/payments/{ID}/void", self._void),
            ("POST", f"/v1/payments/{ID}/refunds", self._refund),
            ("GET", "/health", lambda _: json_answer({"status": "ok"})),
            ("POST", "/clock", self._clock),
            ("POST", "/faults", self._script),
            ("DELETE", "/faults", self._unscript),
        ]

    def _open(self, request: Request) -> Answer:
        def effect(_: int) -> Answer:
            charge = msgspec.json.decode(request.body, type=Charge)
            return self._payment(self._provider.open(charge, _key(request)), 201)

        return self._guarded("open", request, effect)

    def _capture(self, request: Request, payment_id: str) -> Answer:
        def effect(copies: int) -> Answer:
            asked = msgspec.json.decode(request.body, type=_Amount)
            return _ref(self._provider.capture(payment_id, asked.amount, _key(request), copies))

        return self._guarded("capture", request, effect)

    def _void(self, request: Request, payment_id: str) -> Answer:
        return self._guarded(
            "void", request, lambda copies: _ref(self._provider.void(payment_id, _key(request), copies))
        )

    def _refund(self, request: Request, payment_id: str) -> Answer:
        def effect(copies: int) -> Answer:
            asked = msgspec.json.decode(request.body, type=_Amount)
            ref = self._provider.refund(payment_id, asked.amount, asked.reference, _key(request), copies)
            return json_answer({"ref": ref, "is_done": self._provider.has_returned(payment_id, ref)})

        return self._guarded("refund", request, effect)

    def _look_up(self, request: Request, payment_id: str) -> Answer:
        return self._guarded("look_up", request, lambda _: self._payment(self._provider.get(payment_id)))

    def _list(self, request: Request) -> Answer:
        if "reference" in request.query:
            return self._guarded("look_up", request, lambda _: self._of_reference(UUID(request.query["reference"])))
        return self._guarded("list", request, lambda _: self._since(request.query))

    def _of_reference(self, reference: UUID) -> Answer:
        found = self._provider.of_reference(reference)
        return self._page([] if found is None else [found], None)

    def _since(self, query: dict[str, str]) -> Answer:
        since, skip = datetime.fromisoformat(query["since"]), int(query.get("after", "0"))
        found = self._provider.created_since(since)
        last = skip + PAGE_SIZE
        return self._page(found[skip:last], last if last < len(found) else None)

    def _page(self, found: list[SimulatedPayment], last: int | None) -> Answer:
        return json_answer({"payments": found, "after": last})

    def _payment(self, payment: SimulatedPayment, status: int = 200) -> Answer:
        return json_answer({"payment": payment, "url": self._page_of(payment.id)}, status)

    def _guarded(self, operation: str, request: Request, effect: Effect) -> Answer:
        """Check the key of the API, let a scripted fault happen, and turn refusals into answers."""
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), self._secret.encode()):
            return json_answer({"code": "unauthorized"}, 401)
        fault = self._faults.take(operation)
        if fault is Fault.ERROR:
            return json_answer({"code": "internal_error"}, 500)
        if fault is Fault.BEFORE:
            raise Broken
        answer = _answered(effect, 2 if fault is Fault.TWICE else 1)
        if fault is Fault.AFTER:
            raise Broken
        if fault is Fault.NEVER:
            raise Silent
        return answer

    def _clock(self, request: Request) -> Answer:
        try:
            self._provider.forward(span(msgspec.json.decode(request.body, type=_Forward).forward))
        except ValueError as error:
            return json_answer({"code": "invalid", "detail": str(error)}, 400)
        return json_answer({"now": self._provider.time(), "ahead": self._provider.ahead.total_seconds()})

    def _script(self, request: Request) -> Answer:
        try:
            asked = msgspec.json.decode(request.body, type=_Fault)
            self._faults.add(asked.operation, asked.mode, asked.times)
        except ValueError as error:
            return json_answer({"code": "invalid", "detail": str(error)}, 400)
        return json_answer({})

    def _unscript(self, _: Request) -> Answer:
        self._faults.clear()
        return json_answer({})


def _key(request: Request) -> UUID:
    return UUID(request.headers.get("idempotency-key", ""))


def _ref(ref: str) -> Answer:
    return json_answer({"ref": ref})


def _answered(effect: Effect, copies: int) -> Answer:
    try:
        return effect(copies)
    except ProviderRefusal as refusal:
        missing = refusal.code == "no_such_payment"
        return json_answer({"code": refusal.code}, 404 if missing else 422)
    except KeyReused:
        return json_answer({"code": "idempotency_key_reused"}, 409)
    except (ValueError, KeyError) as error:  # such as those of msgspec
        return json_answer({"code": "invalid", "detail": str(error)}, 400)
