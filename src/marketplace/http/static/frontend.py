"""The web application: its built files beside the API, and its page at every address that is nobody else's."""

import re
from pathlib import Path

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from marketplace.http.static.files import ENCODINGS, Headers, StaticFile
from marketplace.telemetry.request_log import FILE, request_record_of

PAGE = "/index.html"
DOCS = "docs"
"""The folder of the API page's files, which are served at `/docs-assets/`."""
DOCS_ASSETS = "/docs-assets"
NOT_FRONTEND = ("/api/", "/health/", "/assets/", f"{DOCS_ASSETS}/")
"""Where what is missing is an error and not an address of the application."""

HASHED = re.compile(r"/assets/.+-[\w-]{8}(\.\w+)+")
"""Names that the build gives to what they contain: under one name there will never be anything else."""
FOREVER = "public, max-age=31536000, immutable"
REVALIDATE = "no-cache"

SAFE_HEADERS: Headers = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    # the components place their menus, and lock scrolling behind dialogs, by style elements of their own
    "style-src": "'self' 'unsafe-inline'",
    # people give the addresses of their images, anywhere
    "img-src": "'self' https: http: data:",
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


def with_frontend(app: ASGIApp, folder: Path) -> ASGIApp:
    """The application, with the front end that is built in this folder; as it was when there is none.

    Files are read here and never again, and found by their whole address, so no address leads out of the folder.
    """
    files = _read(folder)
    if not files:
        return app

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        is_asked = scope["type"] == ScopeType.HTTP and scope.get("method") in {"GET", "HEAD"}
        file = _found(files, scope["path"]) if is_asked else None
        if file is None:
            await app(scope, receive, send)
        else:
            record = request_record_of(scope)
            if record is not None:
                record.route = FILE
            await file.answer(scope, send)

    return serve


def _found(files: dict[str, StaticFile], path: str) -> StaticFile | None:
    file = files.get(path)
    if file is not None:
        return file
    plain = f"/{path.strip('/')}"
    if f"{plain}/".startswith(NOT_FRONTEND) or "." in plain.rpartition("/")[2]:
        return None
    return files.get(PAGE)


def _read(folder: Path) -> dict[str, StaticFile]:
    files = {}
    for path in folder.rglob("*"):
        inside = path.relative_to(folder)
        is_hidden = any(part.startswith(".") for part in inside.parts)
        if path.is_file() and not is_hidden and not _is_form_of_another(path):
            address = _address(inside)
            files[address] = StaticFile(path, _headers(address))
    return files


def _is_form_of_another(path: Path) -> bool:
    return path.suffix in ENCODINGS.values() and path.with_suffix("").is_file()


def _address(inside: Path) -> str:
    first, *rest = inside.parts
    return "/".join([DOCS_ASSETS, *rest]) if first == DOCS and rest else f"/{inside.as_posix()}"


def _headers(address: str) -> Headers:
    keep = {"cache-control": FOREVER if HASHED.fullmatch(address) else REVALIDATE}
    return {**keep, **SAFE_HEADERS, **(PAGE_HEADERS if address.endswith(".html") else {})}
