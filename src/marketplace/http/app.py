"""The application: routes, guard, errors, and nothing that a route could forget."""

from dishka import AsyncContainer
from dishka.integrations.litestar import DishkaRouter, setup_dishka
from litestar import Litestar, get
from litestar.config.cors import CORSConfig
from litestar.datastructures import ResponseHeader, State
from litestar.response import Redirect

from marketplace.core.ports.storage import Storage
from marketplace.http.admin.pages import TOTAL_COUNT, TOTAL_ESTIMATED
from marketplace.http.auth import Access, guard, opt
from marketplace.http.document import DocumentController
from marketplace.http.errors import EXCEPTION_HANDLERS, SAFE_HEADERS
from marketplace.http.frontend import DOCS, with_frontend
from marketplace.http.idempotency import KEY, REPLAYED
from marketplace.http.methods import answering_head, complete_allow
from marketplace.http.routes import CONTROLLERS
from marketplace.settings import Settings

BODY_MOST = 1024 * 1024
EXPOSED_HEADERS = [REPLAYED, "Link", "Retry-After", TOTAL_COUNT, TOTAL_ESTIMATED, "Content-Disposition"]


@get("/", opt=opt(Access.PUBLIC), include_in_schema=False)
async def front_page() -> Redirect:
    """To the API's page, while there is no front end that would answer here."""
    return Redirect("/api/docs/")


def make_app(settings: Settings, container: AsyncContainer) -> Litestar:
    """The ASGI application over a container's services. It closes the container when it shuts down."""

    async def open_storage() -> None:
        await container.get(Storage)

    app = Litestar(
        route_handlers=[DishkaRouter("", route_handlers=[*CONTROLLERS, DocumentController, front_page])],
        guards=[guard],
        before_send=[complete_allow],
        exception_handlers=EXCEPTION_HANDLERS,
        openapi_config=None,
        cors_config=_cors(settings),
        request_max_body_size=BODY_MOST,
        response_headers=[ResponseHeader(name=name, value=value) for name, value in SAFE_HEADERS.items()],
        on_startup=[open_storage],
        on_shutdown=[container.close],
        logging_config=None,
        state=State({"docs_assets": settings.frontend_dir / DOCS}),
    )
    setup_dishka(container, app)
    app.asgi_handler = with_frontend(answering_head(app.asgi_handler), settings.frontend_dir)
    return app


def _cors(settings: Settings) -> CORSConfig | None:
    if not settings.cors_origins:
        return None
    return CORSConfig(
        allow_origins=list(settings.cors_origins),
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=["Authorization", "Content-Type", KEY],
        allow_credentials=True,
        expose_headers=EXPOSED_HEADERS,
        max_age=600,
    )
