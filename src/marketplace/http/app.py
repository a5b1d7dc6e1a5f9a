"""Application factory: routes plus everything that applies to all of them (guard, error handlers, middleware)."""

from collections.abc import Sequence

from dishka import AsyncContainer
from dishka.integrations.litestar import DishkaRouter, setup_dishka
from litestar import Litestar, get
from litestar.config.compression import CompressionConfig
from litestar.config.cors import CORSConfig
from litestar.datastructures import ResponseHeader, State
from litestar.response import Redirect

from marketplace.core.ports.storage import Storage
from marketplace.http.api.admin.pages import TOTAL_COUNT, TOTAL_ESTIMATED
from marketplace.http.api.routes import CONTROLLERS
from marketplace.http.idempotency import KEY, REPLAYED
from marketplace.http.middleware.cache_control import allow_shared_caching
from marketplace.http.middleware.drain_body import with_drained_body
from marketplace.http.middleware.head_and_options import complete_allow, with_head
from marketplace.http.openapi.page import DocumentController
from marketplace.http.problems import EXCEPTION_HANDLERS, SAFE_HEADERS
from marketplace.http.security.authorization import Access, guard, opt
from marketplace.http.static.frontend import DOCS, with_frontend
from marketplace.settings import Settings
from marketplace.telemetry.request_log import RequestObserver, with_request_records, with_route_recorded

MAX_BODY = 1024 * 1024
"""Bytes."""
COMPRESSION = CompressionConfig(
    backend="gzip",
    gzip_compress_level=3,
    minimum_size=1024,
    # Responses with secrets are not compressed: next to client-chosen input, the compressed length leaks them (BREACH).
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
    """Redirect to the API page. Reached only if the front end is not built."""
    return Redirect("/api/docs/")


def make_app(settings: Settings, container: AsyncContainer, observers: Sequence[RequestObserver] = ()) -> Litestar:
    """Build the ASGI application. It closes the container when it shuts down."""

    async def open_storage() -> None:
        await container.get(Storage)

    app = Litestar(
        route_handlers=[DishkaRouter("", route_handlers=[*CONTROLLERS, DocumentController, front_page])],
        guards=[guard],
        before_send=[complete_allow, allow_shared_caching],
        exception_handlers=EXCEPTION_HANDLERS,
        openapi_config=None,
        cors_config=_cors(settings),
        compression_config=COMPRESSION,
        request_max_body_size=MAX_BODY,
        response_headers=[ResponseHeader(name=name, value=value) for name, value in SAFE_HEADERS.items()],
        on_startup=[open_storage],
        on_shutdown=[container.close],
        logging_config=None,
        state=State({"docs_assets": settings.frontend_dir / DOCS}),
    )
    setup_dishka(container, app)
    api = with_head(with_route_recorded(app.asgi_handler))
    app.asgi_handler = with_drained_body(with_request_records(with_frontend(api, settings.frontend_dir), observers))
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
