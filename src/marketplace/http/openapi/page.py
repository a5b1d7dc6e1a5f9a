"""Serves the OpenAPI document and a Swagger UI page, without requests to other hosts."""

from pathlib import Path
from typing import Any

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, MediaType, Request, Response, get

from marketplace.http.openapi.document import document
from marketplace.http.security.authorization import Access, opt
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


class DocumentController(Controller):
    """Routes of the OpenAPI document and its page."""

    include_in_schema = False

    @get("/api/schema/openapi.json", opt=opt(Access.PUBLIC))
    async def schema(self, request: Request[Any, Any, Any], settings: FromDishka[Settings]) -> Response[bytes]:
        """Return the document, built on the first request."""
        if not hasattr(request.app.state, "document"):
            request.app.state.document = msgspec.json.encode(document(settings.categories))
        return Response(
            request.app.state.document,
            media_type="application/vnd.oai.openapi+json",
            headers={"Cache-Control": "no-cache"},
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
