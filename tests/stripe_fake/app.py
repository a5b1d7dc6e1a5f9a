"""The fake as an ASGI application: Stripe's routes, and what a test makes happen."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
from stripe import WebhookSignature

from marketplace.adapters.payments.simulated.faults import Fault, Faults
from marketplace.demo.wire import Answer, Application, Broken, Request, Route, Silent, json_answer
from stripe_fake.account import Account, shown
from stripe_fake.forms import ApiProblem, Json, invalid, nested

API_VERSION = "2026-10-28.endive"
KEY = "sk_test_51fake"
WEBHOOK_SECRET = "whsec_fake"
MAX_DEPTH = 4
Effect = Callable[[Json], Json]


class Fake:
    def __init__(self, base: str, notify: str) -> None:
        self.account = Account(base)
        self._notify = notify
        self._faults = Faults()
        self._used: dict[str, tuple[str, Json, Answer]] = {}
        self._pays_before: dict[str, str] = {}
        self._sending: set[asyncio.Task[None]] = set()
        # without certificates, which take long to load
        self._client = httpx.AsyncClient(trust_env=False, verify=False)  # noqa: S501

    def application(self) -> Application:
        routes: list[Route] = [
            ("GET", "/health", lambda _: json_answer({})),
            ("POST", "/v1/checkout/sessions", self._route("open", self.account.create_session)),
            ("GET", "/v1/checkout/sessions", self._route("list", lambda asked: self._list("checkout.session", asked))),
            ("GET", r"/v1/checkout/sessions/(\w+)", self._route("look_up", self._getter("checkout.session"))),
            (
                "POST",
                r"/v1/checkout/sessions/(\w+)/expire",
                self._route("void", lambda asked: self.account.expire_session(asked["_id"])),
            ),
            ("GET", r"/v1/payment_intents/(\w+)", self._route("look_up", self._getter("payment_intent"))),
            (
                "POST",
                r"/v1/payment_intents/(\w+)/capture",
                self._route("capture", lambda asked: self.account.capture(asked.pop("_id"), asked)),
            ),
            (
                "POST",
                r"/v1/payment_intents/(\w+)/cancel",
                self._route("void", lambda asked: self.account.cancel(asked["_id"])),
            ),
            ("POST", "/v1/refunds", self._route("refund", self.account.refund)),
            ("GET", "/v1/refunds", self._route("look_up", lambda asked: self._list("refund", asked))),
            ("GET", "/v1/disputes", self._route("look_up", lambda asked: self._list("dispute", asked))),
            ("POST", "/_fake", self._happen),
        ]
        return Application(routes)

    def _route(self, operation: str, effect: Effect) -> Callable[..., Answer]:
        def handle(request: Request, object_id: str | None = None) -> Answer:
            fault = self._faults.take(operation)
            if operation in self._pays_before:
                self.account.pay(self._pays_before.pop(operation))
            if fault is Fault.BEFORE:
                raise Broken
            if fault is Fault.ERROR:
                return _problem(ApiProblem(500, "api_error", "Something went wrong on Stripe's end."))
            asked = nested(request.body.decode()) | _query(request)
            key = request.headers.get("idempotency-key")
            answer = self._once(key, request, asked, lambda: self._effect(request, asked, object_id, effect))
            self._send(2 if fault is Fault.TWICE else 1)
            if fault is Fault.AFTER:
                raise Broken
            if fault is Fault.NEVER:
                raise Silent
            return answer

        return handle

    def _once(self, key: str | None, request: Request, asked: Json, act: Callable[[], Answer]) -> Answer:
        if key is None or request.method == "GET":
            return act()
        path, before, answer = self._used.get(key, (request.path, asked, None))
        if answer is None:
            answer = act()
            # what was refused by validation is not remembered
            if answer.status != 400:
                self._used[key] = (request.path, asked, answer)
            return answer
        if (path, before) != (request.path, asked):
            message = (
                "Keys for idempotent requests can only be used with the same parameters they were first used with."
            )
            return _problem(ApiProblem(400, "idempotency_error", message))
        return Answer(status=answer.status, body=answer.body, headers={"idempotent-replayed": "true"})

    def _effect(self, request: Request, asked: Json, object_id: str | None, effect: Effect) -> Answer:
        try:
            _check(request)
            given = dict(asked) | ({} if object_id is None else {"_id": object_id})
            paths = list(given.get("expand", {}).values())
            found = shown(effect(given))
            for path in paths:
                found = self._expanded(found, path.split("."))
            return json_answer(found)
        except ApiProblem as problem:
            return _problem(problem)

    def _getter(self, kind: str) -> Effect:
        return lambda asked: self.account.get(kind, asked["_id"])

    def _list(self, kind: str, asked: Json) -> Json:
        found = list(self.account.all(kind))
        if "payment_intent" in asked:
            found = [each for each in found if each["payment_intent"] == asked["payment_intent"]]
        created = asked.get("created", {})
        first, last = int(created.get("gte", 0)), int(created.get("lte", 2**60))
        found = [each for each in found if first <= each["created"] <= last]
        if "starting_after" in asked:
            found = found[[each["id"] for each in found].index(asked["starting_after"]) + 1 :]
        limit = int(asked.get("limit", 10))
        return {
            "object": "list",
            "data": [shown(each) for each in found[:limit]],
            "has_more": len(found) > limit,
            "url": f"/v1/{kind.replace('.', '/')}s",
        }

    def _expanded(self, found: Any, path: list[str]) -> Any:
        if not path or found is None:
            return found
        if len(path) > MAX_DEPTH:
            raise invalid("You cannot expand more than 4 levels.", param="expand")
        name, *rest = path
        value = found[name]
        if isinstance(value, list):
            value = [self._expanded(each, rest) for each in value]
        else:
            value = self._expanded(shown(self.account.objects[value]) if isinstance(value, str) else value, rest)
        return found | {name: value}

    def _happen(self, request: Request) -> Answer:
        """Do what a test says: `{"do": "pay", …}`."""
        asked = json.loads(request.body)
        account, do = self.account, asked.pop("do")
        acts: dict[str, Callable[..., Any]] = {
            "pay": account.pay,
            "refund": account.refund,
            "fail_refund": account.fail_refund,
            "dispute": account.dispute,
            "close_dispute": account.close_dispute,
            "fault": lambda operation, mode, times: self._faults.add(operation, Fault(mode), times),
            "forward": lambda seconds: setattr(account, "ahead", account.ahead + seconds),
            "finish_refunds": account.finish_refunds,
            "forget_keys": self._used.clear,
            "settle_fees_in": lambda currency: setattr(account, "fee_currency", currency),
            "forget_metadata": lambda session_id: account.objects[session_id]["metadata"].clear(),
            "fill": account.fill,
            "pay_before": lambda operation, session_id: self._pays_before.update({operation: session_id}),
            "find": lambda id: shown(account.objects[id]),  # noqa: A006 - its name in JSON
        }
        try:
            answer = acts[do](**asked)
        except ApiProblem as problem:
            return _problem(problem)
        self._send(1)
        return json_answer(answer)

    def _send(self, copies: int) -> None:
        events, self.account.events = self.account.events, []
        for event in events:
            task = asyncio.create_task(self._post(json.dumps(event).encode(), copies))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _post(self, body: bytes, copies: int) -> None:
        signature = WebhookSignature.generate_signature_header(body.decode(), WEBHOOK_SECRET, int(time.time()))
        headers = {"content-type": "application/json", "stripe-signature": signature}
        for _ in range(copies):
            await self._client.post(self._notify, content=body, headers=headers)


def _check(request: Request) -> None:
    if request.headers.get("authorization") != f"Bearer {KEY}":
        raise ApiProblem(401, "invalid_request_error", "Invalid API Key provided.")
    if request.headers.get("stripe-version") != API_VERSION:
        raise invalid("Invalid Stripe API version.")


def _query(request: Request) -> Json:
    return nested("&".join(f"{name}={value}" for name, value in request.query.items()))


def _problem(problem: ApiProblem) -> Answer:
    return json_answer(problem.body(), problem.status)
