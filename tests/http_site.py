"""A small built front end with all kinds of files that the real build writes, and a client for it."""

from collections.abc import Mapping
from pathlib import Path

from httpx import Response

from http_api import Api

PAGE = (
    '<!doctype html><html><head><title>Sessions</title>\n<meta\n  name="description"\n  content="All of them" />'
    f'<link rel="icon" href="/favicon.svg"></head><body>{" " * 200}</body></html>'
)
SCRIPT = "console.log('a session');" * 20
HASHED = "/assets/index-BxY_-7aQ.js"
FILES: Mapping[str, str | bytes] = {
    "index.html": PAGE,
    "index.html.br": b"page in brotli",
    "index.html.gz": b"page in gzip, which is longer",
    "favicon.svg": "<svg/>",
    "favicon.svg.br": b"longer than the file itself",
    "humans.txt": "We built this.",
    "manifest.webmanifest": "{}",
    "assets/index-BxY_-7aQ.js": SCRIPT,
    "assets/index-BxY_-7aQ.js.br": b"script in brotli",
    "assets/index-BxY_-7aQ.js.gz": b"script in gzip",
    "assets/index-C0ffee12.css": "body {}",
    "assets/inter-D1a2b3c4.woff2": b"font",
    "assets/logo.svg": "<svg/>",
    "docs/swagger-ui-bundle.js": "// the bundle",
    "docs/.built": "",
    ".vite/manifest.json": "{}",
    "alone.br": b"no form of another file",
}
PLAIN = {"Accept-Encoding": "identity"}


def built(folder: Path, files: Mapping[str, str | bytes] = FILES) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


async def ask(site: Api, path: str, method: str = "GET", **headers: str) -> Response:
    sent = PLAIN | {name.replace("_", "-"): value for name, value in headers.items()}
    # as a whole address, since two slashes would begin a host name
    return await site.client.request(method, f"http://test{path}", headers=sent)
