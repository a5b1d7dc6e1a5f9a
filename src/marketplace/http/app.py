"""The application: routes, guard, errors, and nothing that a route could forget."""

from collections.abc import Sequence

from dishka import AsyncContainer
from dishka.integrations.litestar import DishkaRouter, setup_dishka
from litestar import Litestar, get
from litestar.config.compression import CompressionConfig
from litestar.config.cors import CORSConfig
from litestar.datastructures import ResponseHeader, State
from litestar.response import Redirect

from marketplace.core.ports.storage import Storage
from marketplace.http.admin.pages import TOTAL_COUNT, TOTAL_ESTIMATED
from marketplace.http.auth import Access, guard, opt
from marketplace.http.document import DocumentController
from marketplace.http.errors import EXCEPTION_HANDLERS, SAFE_HEADERS
from marketplace.http.exchanges import Watcher, routed, watched
from marketplace.http.frontend import DOCS, with_frontend
from marketplace.http.idempotency import KEY, REPLAYED
from marketplace.http.methods import answering_head, complete_allow
from marketplace.http.routes import CONTROLLERS
from marketplace.http.sharing import let_share
from marketplace.http.unread import reading_to_the_end
from marketplace.settings import Settings

BODY_MOST = 1024 * 1024
COMPRESSION = CompressionConfig(
    backend="gzip",
    gzip_compress_level=3,
    minimum_size=1024,
    # a secret beside words of the client's choice is told by the length that they are packed to (BREACH)
    exclude=["^/api/auth", "^/api/calendar", "^/api/admin/.*(password-reset|impersonate|export)"],
)
EXPOSED_HEADERS = [
    REPLAYED,
    "Link",
    "Retry-After",
    "X-Request-Id",
    TOTAL_COUNT,
    TOTAL_ESTIMATED,
    "Content-Disposition",
]


@get("/", opt=opt(Access.PUBLIC), include_in_schema=False)
async def front_page() -> Redirect:
    """To the API's page, while there is no front end that would answer here."""
    return Redirect("/api/docs/")


def make_app(settings: Settings, container: AsyncContainer, watchers: Sequence[Watcher] = ()) -> Litestar:
    """The ASGI application over a container's services. It closes the container when it shuts down."""

    async def open_storage() -> None:
        await container.get(Storage)

    app = Litestar(
        route_handlers=[DishkaRouter("", route_handlers=[*CONTROLLERS, DocumentController, front_page])],
        guards=[guard],
        before_send=[complete_allow, let_share],
        exception_handlers=EXCEPTION_HANDLERS,
        openapi_config=None,
        cors_config=_cors(settings),
        compression_config=COMPRESSION,
        request_max_body_size=BODY_MOST,
        response_headers=[ResponseHeader(name=name, value=value) for name, value in SAFE_HEADERS.items()],
        on_startup=[open_storage],
        on_shutdown=[container.close],
        logging_config=None,
        state=State({"docs_assets": settings.frontend_dir / DOCS}),
    )
    setup_dishka(container, app)
    api = answering_head(routed(app.asgi_handler))
    app.asgi_handler = reading_to_the_end(watched(with_frontend(api, settings.frontend_dir), watchers))
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
