"""The simulator's pages: where a learner pays, and the dashboard of the provider."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from marketplace.adapters.payments.simulated.cards import CARDS, DECLINES, Behaviour, card_of
from marketplace.adapters.payments.simulated.provider import LATE, SimulatedProvider
from marketplace.adapters.payments.simulated.records import SimulatedPayment, State
from marketplace.adapters.payments.simulated.refusals import ProviderRefusal
from marketplace.core.domain.money import Currency
from marketplace.demo.payment_simulator.formats import card_number, minor_units, money, shown
from marketplace.demo.payment_simulator.rest import ID, span
from marketplace.demo.wire import Answer, Request, Route, Silent, see_other

FOLDER = Path(__file__).parent / "templates"
PAGE_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
}
MAX_LISTED = 50
FORWARD = ("20m", "1d", "3d")
MAX_LATE = 24 * 60
"""Minutes."""


class Pages:
    """Routes of the pages. Each POST ends in a page that a refresh does not send again."""

    def __init__(self, provider: SimulatedProvider) -> None:
        self._provider = provider
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        self._templates.filters |= {"money": money, "shown": shown, "card": card_number}

    def routes(self) -> list[Route]:
        return [
            ("GET", f"/pay/{ID}", self._card_page),
            ("POST", f"/pay/{ID}", self._pay),
            ("POST", f"/pay/{ID}/challenge", self._challenge),
            ("GET", "/", lambda _: see_other("/dashboard")),
            ("GET", "/dashboard", self._dashboard),
            ("GET", f"/dashboard/payments/{ID}", self._payment_page),
            ("POST", f"/dashboard/payments/{ID}/refund", self._refund),
            ("POST", f"/dashboard/payments/{ID}/refunds/finish", self._finish_refunds),
            ("POST", f"/dashboard/payments/{ID}/dispute", self._dispute),
            ("POST", f"/dashboard/payments/{ID}/dispute/(won|lost)", self._close_dispute),
            ("POST", r"/dashboard/notices/(evt_[0-9a-f]{24})", self._send_notice),
            ("POST", "/dashboard/clock", self._forward),
            ("GET", "/(style.css|page.js)", _asset),
        ]

    def _card_page(self, _: Request, payment_id: str) -> Answer:
        try:
            payment = self._provider.get(payment_id)
        except ProviderRefusal:
            return self._page("message.html", 404, title="Page not found", sentence="There is no such payment.")
        if payment.pays_at is not None and payment.state is not State.PAID:
            return self._page("waiting.html", payment=payment, now=self._provider.time())
        if payment.state is not State.OPEN:
            return self._page("closed.html", payment=payment)
        template = "challenge.html" if payment.is_challenged else "card.html"
        seconds = max(int((payment.expires_at - self._provider.time()).total_seconds()), 0)
        reason = payment.decline_reason
        return self._page(
            template,
            payment=payment,
            seconds=seconds,
            reason=None if reason is None else DECLINES.get(reason, reason),
            cards=CARDS,
            late=int(LATE.total_seconds() // 60),
        )

    def _pay(self, request: Request, payment_id: str) -> Answer:
        form = request.form()
        card = card_of(form.get("number", ""))
        minutes = form.get("minutes", "")
        late = timedelta(minutes=min(int(minutes), MAX_LATE)) if minutes.isdecimal() else LATE
        try:
            after = self._provider.pay(payment_id, card, late)
        except ProviderRefusal:
            return see_other(f"/pay/{payment_id}")
        if card.behaviour is Behaviour.HANGS:
            raise Silent
        return self._next(after)

    def _challenge(self, request: Request, payment_id: str) -> Answer:
        try:
            if request.form().get("answer") == "confirm":
                return self._next(self._provider.confirm(payment_id))
            return self._next(self._provider.decline(payment_id, "authentication_failed"))
        except ProviderRefusal:
            return see_other(f"/pay/{payment_id}")

    def _next(self, payment: SimulatedPayment) -> Answer:
        is_through = payment.state in {State.PAID, State.AUTHORIZED}
        return see_other(payment.return_url if is_through else f"/pay/{payment.id}")

    def _dashboard(self, _: Request) -> Answer:
        found = self._provider.created_since(datetime.min.replace(tzinfo=self._provider.time().tzinfo))
        return self._page(
            "dashboard.html",
            payments=found[: -MAX_LISTED - 1 : -1],
            total=len(found),
            now=self._provider.time(),
            ahead=self._provider.ahead,
            spans=FORWARD,
        )

    def _payment_page(self, request: Request, payment_id: str) -> Answer:
        try:
            payment = self._provider.get(payment_id)
        except ProviderRefusal:
            return self._page("message.html", 404, title="Page not found", sentence="There is no such payment.")
        return self._page(
            "payment.html",
            payment=payment,
            notices=self._provider.notices.of(payment_id),
            refused=request.query.get("refused", ""),
            rest=money(payment.captured - payment.returned, payment.currency, sign=False),
        )

    def _refund(self, request: Request, payment_id: str) -> Answer:
        def act() -> None:
            currency = Currency.of(self._provider.get(payment_id).currency)
            self._provider.refund_here(payment_id, minor_units(request.form().get("amount", ""), currency))

        return self._acted(payment_id, act)

    def _finish_refunds(self, _: Request, payment_id: str) -> Answer:
        return self._acted(payment_id, lambda: self._provider.finish_refunds(payment_id))

    def _dispute(self, _: Request, payment_id: str) -> Answer:
        return self._acted(payment_id, lambda: self._provider.dispute(payment_id))

    def _close_dispute(self, _: Request, payment_id: str, how: str) -> Answer:
        return self._acted(payment_id, lambda: self._provider.close_dispute(payment_id, is_won=how == "won"))

    def _acted(self, payment_id: str, act: Callable[[], object]) -> Answer:
        page = f"/dashboard/payments/{payment_id}"
        try:
            act()
        except ProviderRefusal as refusal:
            return see_other(f"{page}?refused={refusal.code}")
        return see_other(page)

    def _send_notice(self, request: Request, notice_id: str) -> Answer:
        notice, wait = self._provider.notices.find(notice_id), request.form().get("after", "")
        if notice is None:
            return self._page("message.html", 404, title="Page not found", sentence="There is no such notice.")
        try:
            self._provider.notices.send(notice_id, span(wait) if wait else timedelta())
        except ValueError as error:
            return self._page("message.html", 400, title="Not a time", sentence=f"Use {error}.")
        return see_other(f"/dashboard/payments/{notice.payment_id}")

    def _forward(self, request: Request) -> Answer:
        try:
            self._provider.forward(span(request.form().get("forward", "")))
        except ValueError as error:
            return self._page("message.html", 400, title="Not a time", sentence=f"Use {error}.")
        return see_other("/dashboard")

    def _page(self, template: str, status: int = 200, **values: Any) -> Answer:
        body = self._templates.get_template(template).render(**values).encode()
        return Answer(status=status, body=body, kind="text/html; charset=utf-8", headers=PAGE_HEADERS)


def _asset(_: Request, name: str) -> Answer:
    kind = "text/css" if name.endswith(".css") else "text/javascript"
    return Answer(body=(FOLDER / name).read_bytes(), kind=f"{kind}; charset=utf-8")
