"""Serves the built front end next to the API, with `index.html` for all paths of the single-page application."""

import re
from pathlib import Path

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from marketplace.http.static.files import ENCODINGS, Headers, StaticFile
from marketplace.telemetry.request_log import FILE, request_record_of

PAGE = "/index.html"
DOCS = "docs"
"""Folder of the API page's files, served under `/docs-assets/`."""
DOCS_ASSETS = "/docs-assets"
NOT_FRONTEND = ("/api/", "/health/", "/assets/", "/pictures/", f"{DOCS_ASSETS}/")
"""Prefixes under which a missing file is a 404 instead of a page of the application."""

HASHED = re.compile(r"/assets/.+-[\w-]{8}(\.\w+)+")
"""File names with a content hash, whose content never changes."""
IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATE = "no-cache"

SAFE_HEADERS: Headers = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    # UI components insert style elements to position menus and to lock scrolling behind dialogs.
    "style-src": "'self' 'unsafe-inline'",
    # Users link to images on any host; a page shows a file before it is uploaded.
    "img-src": "'self' https: http: data: blob:",
    "connect-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
PAGE_HEADERS: Headers = {
    "content-security-policy": "; ".join(f"{directive} {sources}" for directive, sources in POLICY.items()),
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


FILLED_PAGE_HEADERS: Headers = {
    name.title(): value for name, value in {"cache-control": REVALIDATE, **SAFE_HEADERS, **PAGE_HEADERS}.items()
}
"""Of a page whose head is written for the request. In title case they replace the framework's."""
FILLED = re.compile(r"/sessions/[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}/?|/creators/[^/]+/?")
"""Pages whose head `app` writes."""


def has_pages(folder: Path) -> bool:
    """Return whether the web application is built in this folder."""
    return (folder / PAGE.lstrip("/")).is_file()


def with_frontend(app: ASGIApp, folder: Path) -> ASGIApp:
    """Wrap `app` to serve the front end built in `folder`; return `app` unchanged if the folder is empty or missing.

    Files are read once, here, and looked up by exact path, so path traversal is impossible.
    """
    files = _read(folder)
    if not files:
        return app

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        is_servable = scope["type"] == ScopeType.HTTP and scope.get("method") in {"GET", "HEAD"}
        file = _find(files, scope["path"]) if is_servable else None
        if file is None:
            await app(scope, receive, send)
        else:
            record = request_record_of(scope)
            if record is not None:
                record.route = FILE
            await file.answer(scope, send)

    return serve


def _find(files: dict[str, StaticFile], path: str) -> StaticFile | None:
    file = files.get(path)
    if file is not None:
        return file
    normalized = f"/{path.strip('/')}"
    if FILLED.fullmatch(path) or f"{normalized}/".startswith(NOT_FRONTEND) or "." in normalized.rpartition("/")[2]:
        return None
    return files.get(PAGE)


def _read(folder: Path) -> dict[str, StaticFile]:
    files = {}
    for path in folder.rglob("*"):
        relative = path.relative_to(folder)
        is_hidden = any(part.startswith(".") for part in relative.parts)
        if path.is_file() and not is_hidden and not _is_compressed_copy(path):
            url_path = _url_path(relative)
            files[url_path] = StaticFile(path, _headers(url_path))
    return files


def _is_compressed_copy(path: Path) -> bool:
    return path.suffix in ENCODINGS.values() and path.with_suffix("").is_file()


def _url_path(relative: Path) -> str:
    first, *rest = relative.parts
    return "/".join([DOCS_ASSETS, *rest]) if first == DOCS and rest else f"/{relative.as_posix()}"


def _headers(url_path: str) -> Headers:
    caching = {"cache-control": IMMUTABLE if HASHED.fullmatch(url_path) else REVALIDATE}
    return {**caching, **SAFE_HEADERS, **(PAGE_HEADERS if url_path.endswith(".html") else {})}
