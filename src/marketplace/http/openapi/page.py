"""Serves the OpenAPI document and a Swagger UI page, without requests to other hosts."""

import asyncio
import gzip
from collections.abc import Collection
from pathlib import Path
from typing import Any

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, MediaType, Request, Response, get

from marketplace.http.openapi.document import document
from marketplace.http.security.authorization import Access, opt
from marketplace.http.static.files import Content
from marketplace.settings import Settings

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Sessions marketplace: API</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="/docs-assets/swagger-ui.css">
</head>
<body>
  <main id="api"></main>
  <script src="/docs-assets/swagger-ui-bundle.js"></script>
  <script src="/docs-assets/docs.js"></script>
</body>
</html>
"""
NOT_BUILT = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Sessions marketplace: API</title></head>
<body>
  <h1>The API page is not built</h1>
  <p>Run <code>make install</code>, which copies Swagger UI from npm, and start again.
  The document itself is at <a href="/api/schema/openapi.json">/api/schema/openapi.json</a>.</p>
</body>
</html>
"""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


MEDIA_TYPE = "application/vnd.oai.openapi+json"


def _document(categories: Collection[str]) -> Content:
    body = msgspec.json.encode(document(categories))
    # the same bytes from every process, so that all of them have the same entity tag
    return Content(body, {"gzip": gzip.compress(body, mtime=0)}, {"cache-control": "no-cache"})


class DocumentController(Controller):
    """Routes of the OpenAPI document and its page."""

    include_in_schema = False

    @get("/api/schema/openapi.json", opt=opt(Access.PUBLIC))
    async def schema(self, request: Request[Any, Any, Any], settings: FromDishka[Settings]) -> Response[bytes]:
        """Return the document, or 304 if the client has it."""
        state = request.app.state
        if not hasattr(state, "document") or (state.document.done() and state.document.exception()):
            # once, for all requests, and in a thread, since it takes half a second
            state.document = asyncio.create_task(asyncio.to_thread(_document, settings.categories))
        chosen, is_unchanged = (await asyncio.shield(state.document)).choose(request.scope)
        start = chosen.unchanged if is_unchanged else chosen.whole
        return Response(
            b"" if is_unchanged else chosen.body["body"],
            status_code=start["status"],
            media_type=MEDIA_TYPE,
            # written as in `SAFE_HEADERS`, which they replace
            headers={name.decode().title(): value.decode() for name, value in start["headers"]},
        )

    @get("/api/docs", opt=opt(Access.PUBLIC), media_type=MediaType.HTML)
    async def page(self, request: Request[Any, Any, Any]) -> Response[str]:
        """Return the Swagger UI page, or 503 if its files are not built."""
        assets: Path = request.app.state.docs_assets
        built = (assets / "swagger-ui-bundle.js").is_file()
        return Response(
            PAGE if built else NOT_BUILT,
            status_code=200 if built else 503,
            media_type=MediaType.HTML,
            headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"},
        )
