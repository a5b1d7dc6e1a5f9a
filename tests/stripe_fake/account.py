"""One account of Stripe: sessions, payment intents, charges, refunds, and the events that they cause."""

import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from stripe_fake.forms import Json, allow, invalid, values, whole

MIN_PAGE, MAX_PAGE = 30 * 60, 24 * 3600
CHECKOUT = (
    *("mode", "payment_method_types", "adaptive_pricing", "client_reference_id", "metadata", "payment_intent_data"),
    *("line_items", "success_url", "cancel_url", "expires_at", "locale", "expand"),
)


@dataclass(slots=True)
class Account:
    """Objects by ID, in the order they were made. `events` wait to be sent."""

    base: str
    objects: dict[str, Json] = field(default_factory=dict)
    events: list[Json] = field(default_factory=list)
    ahead: int = 0
    fee_currency: str | None = None
    """In which currency fees are settled; by default that of the payment."""

    def now(self) -> int:
        return int(time.time()) + self.ahead

    def get(self, kind: str, object_id: str) -> Json:
        found = self.objects.get(object_id)
        if found is None or found["object"] != kind:
            raise invalid(f"No such {kind}: '{object_id}'", param="id", code="resource_missing", status=404)
        self._expire(found)
        return found

    def all(self, kind: str) -> Iterator[Json]:
        """Return the objects of a kind, newest first."""
        for found in reversed(self.objects.values()):
            if found["object"] == kind:
                self._expire(found)
                yield found

    def create_session(self, asked: Json) -> Json:
        allow(asked, *CHECKOUT)
        (item,) = values(asked.get("line_items"))
        price, intent_data = item["price_data"], asked.get("payment_intent_data", {})
        allow(intent_data, "capture_method", "metadata", "description")
        if asked["mode"] != "payment" or values(asked["payment_method_types"]) != ["card"]:
            raise invalid("This fake knows card payments only.", param="mode")
        amount, ends = whole(price, "unit_amount"), whole(asked, "expires_at")
        if not MIN_PAGE <= ends - self.now() <= MAX_PAGE:
            raise invalid("The `expires_at` timestamp must be between 30 minutes and 24 hours.", param="expires_at")
        if amount < 50:
            raise invalid("The total amount is below the minimum.", code="amount_too_small")
        session_id = f"cs_test_{secrets.token_hex(20)}"
        return self._add(
            "checkout.session",
            session_id,
            adaptive_pricing={"enabled": asked["adaptive_pricing"]["enabled"] == "true"},
            amount_subtotal=amount,
            amount_total=amount,
            cancel_url=asked["cancel_url"],
            client_reference_id=asked.get("client_reference_id"),
            currency=price["currency"],
            expires_at=ends,
            locale=asked.get("locale"),
            metadata=asked.get("metadata", {}),
            mode="payment",
            payment_intent=None,
            payment_method_types=["card"],
            payment_status="unpaid",
            status="open",
            success_url=asked["success_url"],
            url=f"{self.base}/c/pay/{session_id}",
            _intent_data=intent_data,
        )

    def expire_session(self, session_id: str) -> Json:
        session = self.get("checkout.session", session_id)
        if session["status"] != "open":
            message = 'Only Checkout Sessions with a status in ["open"] can be expired.'
            raise invalid(f"{message} This one is {session['status']}.")
        return self._expired(session)

    def capture(self, intent_id: str, asked: Json) -> Json:
        allow(asked, "amount_to_capture", "expand")
        intent = self._intent_in(intent_id, "requires_capture")
        amount = whole(asked, "amount_to_capture") if "amount_to_capture" in asked else intent["amount"]
        if not 0 < amount <= intent["amount"]:
            raise invalid("The amount to capture is greater than the amount capturable.", code="amount_too_large")
        self._captured(intent, amount)
        return intent

    def cancel(self, intent_id: str) -> Json:
        intent = self._intent_in(intent_id, "requires_capture", "requires_payment_method", "requires_action")
        intent |= {"status": "canceled", "amount_capturable": 0, "canceled_at": self.now()}
        self._emit("payment_intent.canceled", intent)
        return intent

    def refund(self, asked: Json) -> Json:
        allow(asked, "payment_intent", "amount", "metadata", "expand")
        intent = self.get("payment_intent", asked["payment_intent"])
        charge = self.objects.get(intent["latest_charge"] or "")
        if intent["status"] != "succeeded" or charge is None:
            raise invalid("This PaymentIntent does not have a successful charge to refund.")
        amount, rest = whole(asked, "amount"), charge["amount_captured"] - charge["amount_refunded"]
        if rest == 0:
            raise invalid("The charge has already been refunded.", code="charge_already_refunded")
        if not 0 < amount <= rest:
            raise invalid("Refund amount is greater than unrefunded amount on charge.", param="amount")
        refund = self._add(
            "refund",
            f"re_{secrets.token_hex(12)}",
            amount=amount,
            charge=charge["id"],
            currency=charge["currency"],
            metadata=asked.get("metadata", {}),
            payment_intent=intent["id"],
            reason=None,
            status="pending" if charge["_returns_late"] else "succeeded",
        )
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
        self._emit("refund.created", refund)
        self._emit("charge.refunded", charge)
        return refund

    def fail_refund(self, refund_id: str) -> None:
        """Let a refund come back from the bank."""
        refund = self.get("refund", refund_id)
        refund |= {"status": "failed", "failure_reason": "expired_or_canceled_card"}
        self.objects[refund["charge"]]["amount_refunded"] -= refund["amount"]
        self._emit("refund.failed", refund)

    def finish_refunds(self, intent_id: str) -> None:
        """Let refunds arrive that were on their way."""
        for refund in [*self.all("refund")]:
            if (refund["status"], refund["payment_intent"]) == ("pending", intent_id):
                refund["status"] = "succeeded"
                self._emit("refund.updated", refund)

    def pay(self, session_id: str, decline: str | None = None, *, returns_late: bool = False) -> None:
        """Let the learner use a card that is taken, or declined for a reason."""
        session = self.get("checkout.session", session_id)
        if session["status"] != "open":
            raise invalid("This page is closed.")
        intent = self._intent_of(session)
        if decline is not None:
            error = {"type": "card_error", "code": "card_declined", "decline_code": decline, "message": "Declined."}
            intent |= {"status": "requires_payment_method", "last_payment_error": error}
            self._emit("payment_intent.payment_failed", intent)
            return
        charge = self._add(
            "charge",
            f"ch_{secrets.token_hex(12)}",
            amount=intent["amount"],
            amount_captured=0,
            amount_refunded=0,
            balance_transaction=None,
            captured=False,
            currency=intent["currency"],
            disputed=False,
            metadata=intent["metadata"],
            paid=True,
            payment_intent=intent["id"],
            refunded=False,
            status="succeeded",
            _returns_late=returns_late,
        )
        intent |= {"latest_charge": charge["id"], "last_payment_error": None}
        session |= {"status": "complete", "url": None}
        if intent["capture_method"] == "manual":
            intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
            self._emit("payment_intent.amount_capturable_updated", intent)
        else:
            session["payment_status"] = "paid"
            self._captured(intent, intent["amount"])
        self._emit("checkout.session.completed", session)

    def fill(self, session_id: str, number: int) -> None:
        """Add sessions of other payments, such as this one."""
        for place in range(number):
            other = dict(self.objects[session_id])
            self._add(
                "checkout.session", f"cs_test_other{place}", **other | {"client_reference_id": None, "metadata": {}}
            )

    def dispute(self, intent_id: str) -> None:
        """Let the cardholder's bank take the payment back. The dispute has none of our IDs."""
        charge = self.objects[self.get("payment_intent", intent_id)["latest_charge"]]
        charge["disputed"] = True
        dispute = self._add(
            "dispute",
            f"du_{secrets.token_hex(12)}",
            amount=charge["amount"],
            charge=charge["id"],
            currency=charge["currency"],
            metadata={},
            payment_intent=intent_id,
            reason="fraudulent",
            status="needs_response",
            balance_transactions=[],
        )
        self._emit("charge.dispute.created", dispute)

    def close_dispute(self, intent_id: str, status: str) -> None:
        """Let the bank decide."""
        dispute = next(each for each in self.all("dispute") if each["payment_intent"] == intent_id)
        moved = {"amount": -dispute["amount"], "currency": dispute["currency"], "fee": 2000, "type": "adjustment"}
        dispute |= {"status": status, "balance_transactions": [moved] if status == "lost" else []}
        self._emit("charge.dispute.closed", dispute)

    def _captured(self, intent: Json, amount: int) -> None:
        charge = self.objects[intent["latest_charge"]]
        fee = (amount * 15 + 500) // 1000 + 25
        transaction = self._add(
            "balance_transaction",
            f"txn_{secrets.token_hex(12)}",
            amount=amount,
            currency=self.fee_currency or charge["currency"],
            fee=fee,
            net=amount - fee,
            source=charge["id"],
            status="pending",
            type="charge",
        )
        charge |= {"amount_captured": amount, "captured": True, "balance_transaction": transaction["id"]}
        intent |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}
        self._emit("payment_intent.succeeded", intent)

    def _intent_of(self, session: Json) -> Json:
        if session["payment_intent"] is not None:
            return self.objects[session["payment_intent"]]
        intent = self._add(
            "payment_intent",
            f"pi_{secrets.token_hex(12)}",
            amount=session["amount_total"],
            amount_capturable=0,
            amount_received=0,
            capture_method=session["_intent_data"].get("capture_method", "automatic"),
            currency=session["currency"],
            last_payment_error=None,
            latest_charge=None,
            metadata=session["_intent_data"].get("metadata", {}),
            status="requires_payment_method",
        )
        session["payment_intent"] = intent["id"]
        return intent

    def _intent_in(self, intent_id: str, *states: str) -> Json:
        intent = self.get("payment_intent", intent_id)
        if intent["status"] not in states:
            message = f"This PaymentIntent could not be changed because it has a status of {intent['status']}."
            raise invalid(message, code="payment_intent_unexpected_state")
        return intent

    def _expire(self, found: Json) -> None:
        if found["object"] == "checkout.session" and found["status"] == "open" and found["expires_at"] <= self.now():
            self._expired(found)

    def _expired(self, session: Json) -> Json:
        session |= {"status": "expired", "url": None}
        if session["payment_intent"] is not None:
            self.objects[session["payment_intent"]]["status"] = "canceled"
        self._emit("checkout.session.expired", session)
        return session

    def _add(self, kind: str, object_id: str, **fields: Any) -> Json:
        found = {**fields, "id": object_id, "object": kind, "created": self.now(), "livemode": False}
        self.objects[object_id] = found
        return found

    def _emit(self, kind: str, subject: Json) -> None:
        self.events.append(
            {
                "id": f"evt_{secrets.token_hex(12)}",
                "object": "event",
                "api_version": "2026-10-28.endive",
                "created": self.now(),
                "data": {"object": shown(subject)},
                "livemode": False,
                "pending_webhooks": 1,
                "request": None,
                "type": kind,
            }
        )


def shown(found: Json) -> Json:
    """Return an object without what only the fake knows."""
    return {name: value for name, value in found.items() if not name.startswith("_")}
