"""Static files held in memory, with content negotiation of the encodings that the build produced."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from litestar.types import HTTPResponseBodyEvent, HTTPResponseStartEvent, Scope, Send

ENCODINGS = {"br": ".br", "gzip": ".gz"}
"""Content codings (RFC 9110, 8.4.1) and their file suffixes, in order of preference."""
MEDIA_TYPES = {
    ".avif": "image/avif",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}
"""Fixed, since the table of `mimetypes` differs between machines."""
UNKNOWN = "application/octet-stream"

Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Representation:
    """A file in one content coding, with its prebuilt responses."""

    etag: str
    whole: HTTPResponseStartEvent
    unchanged: HTTPResponseStartEvent
    body: HTTPResponseBodyEvent

    @classmethod
    def of(cls, body: bytes, headers: Headers) -> "Representation":
        """Build the responses. The entity tag is strong, so each coding has its own."""
        etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
        all_headers = {"etag": etag, **headers}
        not_modified = {name: value for name, value in all_headers.items() if name in {"etag", "cache-control", "vary"}}
        return cls(
            etag=etag,
            whole=_start(200, {**all_headers, "content-length": str(len(body))}),
            unchanged=_start(304, not_modified),
            body={"type": "http.response.body", "body": body, "more_body": False},
        )


def _start(status: int, headers: Headers) -> HTTPResponseStartEvent:
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http.response.start", "status": status, "headers": encoded}


NO_BODY: HTTPResponseBodyEvent = {"type": "http.response.body", "body": b"", "more_body": False}


class StaticFile:
    """One file that answers `GET` and `HEAD`, including conditional requests."""

    def __init__(self, path: Path, headers: Headers) -> None:
        body = path.read_bytes()
        compressed = {coding: path.with_name(path.name + suffix) for coding, suffix in ENCODINGS.items()}
        encoded = {coding: file.read_bytes() for coding, file in compressed.items() if file.is_file()}
        all_headers = {"content-type": MEDIA_TYPES.get(path.suffix.lower(), UNKNOWN), **headers}
        if encoded:
            all_headers["vary"] = "accept-encoding"
        self._plain = Representation.of(body, all_headers)
        self._compressed = {
            coding: Representation.of(smaller, {**all_headers, "content-encoding": coding})
            for coding, smaller in encoded.items()
            if len(smaller) < len(body)
        }

    async def answer(self, scope: Scope, send: Send) -> None:
        """Send the representation that the client prefers, or 304 if `If-None-Match` has its tag."""
        encodings, tags = _negotiation_headers(scope)
        codings = accepted_codings(encodings)
        chosen = next((self._compressed[coding] for coding in codings if coding in self._compressed), self._plain)
        if tags is not None and matches_etag(chosen.etag, tags):
            await send(chosen.unchanged)
            await send(NO_BODY)
        else:
            await send(chosen.whole)
            await send(NO_BODY if scope.get("method") == "HEAD" else chosen.body)


def _negotiation_headers(scope: Scope) -> tuple[str, str | None]:
    """Return `Accept-Encoding` and `If-None-Match`, the latter `None` if absent."""
    encodings: list[str] = []
    tags: list[str] = []
    for name, value in scope["headers"]:
        if name == b"accept-encoding":
            encodings.append(value.decode("latin-1"))
        elif name == b"if-none-match":
            tags.append(value.decode("latin-1"))
    return ",".join(encodings), ",".join(tags) if tags else None


@lru_cache(maxsize=256)
def accepted_codings(header: str) -> tuple[str, ...]:
    """Return the codings of `ENCODINGS` ranked no lower than identity, best first (RFC 9110, 12.5.3)."""
    weights: dict[str, float] = {}
    for part in header.split(","):
        coding, *parameters = (word.strip().lower() for word in part.split(";"))
        weights[{"x-gzip": "gzip"}.get(coding, coding)] = _weight(parameters)
    identity = weights.get("identity", 0)
    offered = {coding: weights.get(coding, weights.get("*", 0)) for coding in ENCODINGS}
    accepted = [coding for coding, weight in offered.items() if weight > 0 and weight >= identity]
    return tuple(sorted(accepted, key=lambda coding: -offered[coding]))


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0
    return 1


def matches_etag(etag: str, header: str) -> bool:
    """Return whether `If-None-Match` has this tag, by weak comparison (RFC 9110, 13.1.2)."""
    return any(tag.strip().removeprefix("W/") in {"*", etag} for tag in header.split(","))
