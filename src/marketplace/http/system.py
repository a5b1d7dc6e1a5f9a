"""Health for operators, and what a client must know of this marketplace."""

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, get

from marketplace.core.ports.storage import Storage
from marketplace.http.auth import Access, opt
from marketplace.settings import Settings


class HealthOut(msgspec.Struct):
    """`ok`; anything else is a problem document."""

    status: str = "ok"


class MarketplaceOut(msgspec.Struct):
    """The currency of all prices (ISO 4217) and the categories that a session can be in."""

    currency: str
    categories: list[str]


class SystemController(Controller):
    """The program itself."""

    tags = ["system"]  # noqa: RUF012 - Litestar reads a plain list

    @get("/health/live", operation_id="get_liveness", summary="Is the process alive", opt=opt(Access.PUBLIC))
    async def live(self) -> HealthOut:
        """Answers while the process can answer."""
        return HealthOut()

    @get("/health/ready", operation_id="get_readiness", summary="Can it serve", opt=opt(Access.PUBLIC))
    async def ready(self, storage: FromDishka[Storage]) -> HealthOut:
        """200 when the database is reachable and migrated, else 503."""
        await storage.readiness.check()
        return HealthOut()

    @get(
        "/api/marketplace",
        operation_id="get_marketplace",
        summary="Currency and categories",
        opt=opt(Access.PUBLIC),
    )
    async def marketplace(self, settings: FromDishka[Settings]) -> MarketplaceOut:
        """What the operator set."""
        return MarketplaceOut(currency=settings.currency, categories=list(settings.categories))
