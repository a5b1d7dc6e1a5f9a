"""Health checks, and settings for clients."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get
from litestar.datastructures import State

from marketplace.core.domain.money import currency
from marketplace.core.domain.refund_policies import PRESETS
from marketplace.core.domain.users import Email, VerifiedEffect
from marketplace.core.errors import Busy
from marketplace.core.ports.storage import Storage
from marketplace.http.answers import Answer, Ask, json_answer
from marketplace.http.api.session_structs import RefundTierOut
from marketplace.http.conversions import converted
from marketplace.http.security.authorization import Access, opt
from marketplace.settings import Settings

DemoRole = Literal["user", "creator", "admin"]


class HealthOut(msgspec.Struct):
    """`ok`; anything else is a problem document."""

    status: str = "ok"


class DemoAccountOut(msgspec.Struct):
    """An account that visitors can sign in with."""

    email: Email
    password: str
    role: DemoRole
    name: str


class RefundPoliciesOut(msgspec.Struct):
    """Cancellation policies that creators can choose by name."""

    flexible: list[RefundTierOut]
    moderate: list[RefundTierOut]
    strict: list[RefundTierOut]


class MarketplaceOut(msgspec.Struct):
    """The currency of all prices (ISO 4217), its decimal places, and the categories a session can have.

    `demo_accounts` is empty unless the server runs with demo data. `verify_email` is what needs a verified email
    address. Without `sends_mail`, no one gets mail, such as for a forgotten password; with `has_inbox`, it is kept for
    everyone to read. With `pays_online`, what has a price and the `payment_method` `online` is paid within `pay_within`
    minutes of booking; otherwise learners pay creators directly. Without `has_passkeys`, browsers make
    none for the address of this installation.
    """

    currency: str
    currency_digits: int
    categories: list[str]
    demo_accounts: list[DemoAccountOut]
    verify_email: list[VerifiedEffect]
    sends_mail: bool
    has_inbox: bool
    pays_online: bool
    pay_within: int
    has_passkeys: bool
    cancellation_policies: RefundPoliciesOut


MINUTE = timedelta(minutes=1)
POLICIES = RefundPoliciesOut(
    **{name: [converted(tier, RefundTierOut) for tier in tiers] for name, tiers in PRESETS.items()}
)
ALIVE = json_answer(HealthOut())


@dataclass(frozen=True, slots=True)
class DemoAccounts:
    """Demo accounts, provided by the composition root: this layer does not know the demo."""

    shown: tuple[DemoAccountOut, ...] = ()


async def get_liveness(ask: Ask) -> Answer:
    """Answer that the process can answer."""
    _ = ask
    return ALIVE


def _is_leaving(state: State) -> bool:
    leaving = state.get("leaving")
    return leaving is not None and leaving.exists()


async def require_ready(storage: Storage, state: State) -> None:
    """Raise `Busy` if requests can't be served now."""
    if _is_leaving(state):
        raise Busy("The server is shutting down.")
    await storage.readiness.check()


class SystemController(Controller):
    """The program itself."""

    tags = ["system"]  # noqa: RUF012 - Litestar reads a plain list

    @get("/health/live", operation_id="get_liveness", summary="Check liveness", opt=opt(Access.PUBLIC))
    async def live(self, request: Request[Any, Any, Any]) -> Response[HealthOut]:
        """Answers as long as the process can answer."""
        return (await get_liveness(Ask(request.scope))).response()

    @get("/health/ready", operation_id="get_readiness", summary="Check readiness", opt=opt(Access.PUBLIC))
    async def ready(self, storage: FromDishka[Storage], state: State) -> HealthOut:
        """200 if the database is there and migrated, the clocks agree and the program isn't shutting down; else 503."""
        await require_ready(storage, state)
        return HealthOut()

    @get(
        "/api/marketplace",
        operation_id="get_marketplace",
        summary="Get currency, categories and demo accounts",
        opt=opt(Access.PUBLIC),
    )
    async def marketplace(self, settings: FromDishka[Settings], demo: FromDishka[DemoAccounts]) -> MarketplaceOut:
        """What a client needs at startup: the operator's settings and any demo accounts."""
        return MarketplaceOut(
            currency=settings.currency,
            currency_digits=currency().digits,
            categories=list(settings.categories),
            demo_accounts=list(demo.shown),
            verify_email=list(settings.verify_email),
            sends_mail=settings.sends_mail,
            has_inbox=settings.inbox,
            pays_online=settings.payments != "off",
            has_passkeys=settings.relying_party is not None,
            pay_within=max(1, settings.pay_within // MINUTE),
            cancellation_policies=POLICIES,
        )
