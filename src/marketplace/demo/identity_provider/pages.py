"""The page of the demo's issuer, and its endpoints."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from marketplace.demo import payment_simulator
from marketplace.demo.identity_provider.issuer import Claimed, DemoIssuer, Refused
from marketplace.demo.people import LEARNER_EMAIL
from marketplace.demo.wire import Answer, Request, Route, json_answer, see_other

TEMPLATES = Path(__file__).parent / "templates"
STYLE = Path(payment_simulator.__file__).parent / "templates/style.css"
PAGE_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
}
PEOPLE = {
    "robin": Claimed(email="robin@demo.example", is_verified=True, first_name="Robin", last_name="Lee"),
    "sasha": Claimed(email="sasha@demo.example", is_verified=False, first_name="Sasha", last_name="Novak"),
    "learner": Claimed(email=LEARNER_EMAIL, is_verified=True, first_name="Demo", last_name="Learner"),
}
ASKED = ("response_type", "client_id", "redirect_uri", "state", "nonce", "code_challenge", "code_challenge_method")
MAX_EMAIL = 254


class Pages:
    """Routes of the issuer."""

    def __init__(self, issuer: DemoIssuer) -> None:
        self._issuer = issuer
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )

    def routes(self) -> list[Route]:
        return [
            ("GET", r"/\.well-known/openid-configuration", lambda _: json_answer(self._issuer.metadata())),
            ("GET", "/keys", lambda _: json_answer(self._issuer.keys())),
            ("GET", "/authorize", self._choose),
            ("POST", "/authorize", self._chosen),
            ("POST", "/token", self._exchange),
            ("GET", "/", lambda _: self._message("This is the sign-in of the demo. Begin at the marketplace.", 200)),
            ("GET", "/style.css", lambda _: Answer(body=STYLE.read_bytes(), kind="text/css; charset=utf-8")),
        ]

    def _choose(self, request: Request) -> Answer:
        asked = {name: request.query.get(name, "") for name in ASKED}
        try:
            self._issuer.check(asked)
        except Refused:
            return self._message("This isn't a sign-in of the demo.", 400)
        site = urlsplit(asked["redirect_uri"]).netloc
        return self._page("choose.html", 200, people=PEOPLE, asked=asked, site=site)

    def _chosen(self, request: Request) -> Answer:
        form = request.form()
        asked = {name: form.get(name, "") for name in ASKED}
        try:
            self._issuer.check(asked)
        except Refused:
            return self._message("This isn't a sign-in of the demo.", 400)
        who = form.get("who", "")
        if who == "other":
            email = form.get("email", "").strip()[:MAX_EMAIL]
            person = Claimed(email=email, is_verified="verified" in form) if email else None
        else:
            person = PEOPLE.get(who)
        return see_other(self._issuer.answer(asked, person))

    def _exchange(self, request: Request) -> Answer:
        try:
            return json_answer(self._issuer.exchange(request.form()))
        except (Refused, ValueError) as refusal:
            code = str(refusal) if isinstance(refusal, Refused) else "invalid_request"
            return json_answer({"error": code}, 400)

    def _message(self, sentence: str, status: int) -> Answer:
        return self._page("message.html", status, sentence=sentence)

    def _page(self, template: str, status: int, **values: Any) -> Answer:
        body = self._templates.get_template(template).render(**values).encode()
        return Answer(status=status, body=body, kind="text/html; charset=utf-8", headers=PAGE_HEADERS)
