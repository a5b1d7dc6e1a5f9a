"""The application: routes, guard, errors, and nothing that a route could forget."""

from dishka import AsyncContainer
from dishka.integrations.litestar import DishkaRouter, setup_dishka
from litestar import Litestar, get
from litestar.config.cors import CORSConfig
from litestar.datastructures import ResponseHeader, State
from litestar.response import Redirect
from litestar.static_files import create_static_files_router

from marketplace.core.ports.storage import Storage
from marketplace.http.auth import Access, guard, opt
from marketplace.http.document import DocumentController
from marketplace.http.errors import EXCEPTION_HANDLERS, SAFE_HEADERS
from marketplace.http.idempotency import KEY, REPLAYED
from marketplace.http.methods import answering_head, complete_allow
from marketplace.http.routes import CONTROLLERS
from marketplace.settings import Settings

BODY_MOST = 1024 * 1024
EXPOSED_HEADERS = [REPLAYED, "Link", "Retry-After"]


@get("/", opt=opt(Access.PUBLIC), include_in_schema=False)
async def front_page() -> Redirect:
    """To the API's page."""
    return Redirect("/api/docs/")


def make_app(settings: Settings, container: AsyncContainer) -> Litestar:
    """The ASGI application over a container's services. It closes the container when it shuts down."""

    async def open_storage() -> None:
        await container.get(Storage)

    docs_assets = settings.frontend_dir / "docs"
    assets = [
        create_static_files_router("/docs-assets", [docs_assets], include_in_schema=False, opt=opt(Access.PUBLIC))
    ]
    app = Litestar(
        route_handlers=[
            DishkaRouter("", route_handlers=[*CONTROLLERS, DocumentController, front_page]),
            *(assets if docs_assets.is_dir() else []),
        ],
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
        state=State({"docs_assets": docs_assets}),
    )
    setup_dishka(container, app)
    app.asgi_handler = answering_head(app.asgi_handler)
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
