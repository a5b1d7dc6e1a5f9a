"""Application factory: routes plus everything that applies to all of them (guard, error handlers, middleware)."""

from collections.abc import Sequence

from dishka import AsyncContainer
from dishka.integrations.litestar import setup_dishka
from litestar import Litestar, get
from litestar.config.cors import CORSConfig
from litestar.datastructures import ResponseHeader, State
from litestar.response import Redirect

from marketplace.core.domain.site_texts import SiteTexts
from marketplace.core.ports.storage import Storage
from marketplace.http.answers import ArrivalTimes
from marketplace.http.api.admin.pages import TOTAL_COUNT, TOTAL_ESTIMATED
from marketplace.http.api.pictures import PictureFileController
from marketplace.http.api.routes import CONTROLLERS
from marketplace.http.compression import COMPRESSION
from marketplace.http.heavy_process import with_heavy_process
from marketplace.http.heavy_work import BODIES_AT_ONCE, MAX_REST, MAX_WAIT, HeavyQueue
from marketplace.http.idempotency import KEY, REPLAYED
from marketplace.http.injection import InjectedRouter
from marketplace.http.kept import KeptAnswers
from marketplace.http.lane import Lane
from marketplace.http.live.asgi import with_live_streams
from marketplace.http.live.live_seats import LiveSeats
from marketplace.http.middleware.cache_control import with_cache_control
from marketplace.http.middleware.drain_body import with_drained_body
from marketplace.http.middleware.head_and_options import with_head_and_options
from marketplace.http.middleware.one_host import with_one_host
from marketplace.http.middleware.own_changes import with_own_changes_seen
from marketplace.http.middleware.rate_limit_headers import RATE_LIMIT_HEADERS, quota_headers
from marketplace.http.middleware.token_requests import SERVER_TIME, with_token_requests
from marketplace.http.openapi.page import DocumentController
from marketplace.http.pages.creator_pages import CreatorPageController
from marketplace.http.pages.heads import PageTemplate
from marketplace.http.pages.session_pages import PageController
from marketplace.http.pages.share_cards import ShareCardController
from marketplace.http.pages.sitemaps import SitemapController
from marketplace.http.pagination import SEARCH_BOUNDED, SEARCH_CORRECTED, SEARCH_RELAXED, UNREAD_COUNT
from marketplace.http.problems import SAFE_HEADERS, handle_exception
from marketplace.http.security.authorization import Access, guard, opt
from marketplace.http.static.frontend import DOCS, with_frontend
from marketplace.http.validation.uploads import UploadRoom
from marketplace.settings import Settings
from marketplace.telemetry.request_log import RequestObserver, with_request_records, with_route_recorded

MAX_BODY = 1024 * 1024
"""Bytes."""
EXPOSED_HEADERS = [
    REPLAYED,
    "Link",
    "Retry-After",
    "X-Request-Id",
    SERVER_TIME,
    TOTAL_COUNT,
    TOTAL_ESTIMATED,
    UNREAD_COUNT,
    SEARCH_BOUNDED,
    SEARCH_RELAXED,
    SEARCH_CORRECTED,
    "Content-Disposition",
    *RATE_LIMIT_HEADERS,
]


@get("/", opt=opt(Access.PUBLIC), include_in_schema=False)
async def front_page() -> Redirect:
    """Redirect to the API page. Reached only if the front end is not built."""
    return Redirect("/api/docs/")


UNDOCUMENTED = (
    DocumentController,
    PageController,
    CreatorPageController,
    PictureFileController,
    ShareCardController,
    SitemapController,
    front_page,
)


def make_app(
    settings: Settings, container: AsyncContainer, observers: Sequence[RequestObserver] = (), *, has_lane: bool = True
) -> Litestar:
    """Build the ASGI application. It closes the container when it shuts down.

    Without the lane every request takes the framework's way, for tests that compare both.
    """

    async def open_storage() -> None:
        await container.get(Storage)
        await container.get(KeptAnswers)
        await container.get(SiteTexts)
        live = await container.get(LiveSeats)
        if "leaving" in app.state:
            live.is_leaving = app.state["leaving"].exists

    app = Litestar(
        route_handlers=[InjectedRouter("", route_handlers=[*CONTROLLERS, *UNDOCUMENTED])],
        guards=[guard],
        exception_handlers={Exception: handle_exception},
        openapi_config=None,
        cors_config=_cors(settings),
        compression_config=COMPRESSION,
        request_max_body_size=MAX_BODY,
        response_headers=[ResponseHeader(name=name, value=value) for name, value in SAFE_HEADERS.items()],
        on_startup=[open_storage],
        on_shutdown=[container.close],
        logging_config=None,
        state=State(
            {
                "docs_assets": settings.frontend_dir / DOCS,
                "page": PageTemplate.read(settings.frontend_dir),
                "arrival_times": ArrivalTimes(),
                "large_bodies": HeavyQueue(BODIES_AT_ONCE, MAX_WAIT, max_rest=MAX_REST),
                "upload_room": UploadRoom(),
            }
        ),
    )
    setup_dishka(container, app)
    api = with_head_and_options(with_cache_control(with_route_recorded(app.asgi_handler)))
    site = with_one_host(with_frontend(api, settings.frontend_dir))
    seen = with_own_changes_seen(Lane(site, app) if has_lane else site, app.state)
    streamed = with_live_streams(with_token_requests(seen, app.state), app.state, app.cors_config)
    recorded = with_drained_body(with_request_records(streamed, observers, quota_headers))
    app.asgi_handler = with_heavy_process(recorded, app.state)
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
