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

MAX_ACCEPTED = 1000
"""Characters of an `Accept-Encoding`. A longer one is not read: plain content is always acceptable."""

Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Representation:
    """A body in one content coding, with its prebuilt responses."""

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


class Content:
    """A body with its compressed copies, which answers `GET` and `HEAD`, including conditional requests."""

    def __init__(self, body: bytes, encoded: Mapping[str, bytes], headers: Headers) -> None:
        all_headers = {**headers, "vary": "accept-encoding"} if encoded else headers
        self._plain = Representation.of(body, all_headers)
        self._compressed = {
            coding: Representation.of(smaller, {**all_headers, "content-encoding": coding})
            for coding, smaller in encoded.items()
            if len(smaller) < len(body)
        }

    def choose(self, scope: Scope) -> tuple[Representation, bool]:
        """Return the representation that the client prefers, and whether `If-None-Match` has its tag."""
        encodings, tags = _negotiation_headers(scope)
        codings = accepted_codings(encodings)
        chosen = next((self._compressed[coding] for coding in codings if coding in self._compressed), self._plain)
        return chosen, tags is not None and matches_etag(chosen.etag, tags)

    async def answer(self, scope: Scope, send: Send) -> None:
        """Send the representation that the client prefers, or 304 if it has it."""
        chosen, is_unchanged = self.choose(scope)
        await send(chosen.unchanged if is_unchanged else chosen.whole)
        await send(NO_BODY if is_unchanged or scope.get("method") == "HEAD" else chosen.body)


class StaticFile(Content):
    """A file and the compressed copies next to it."""

    def __init__(self, path: Path, headers: Headers) -> None:
        compressed = {coding: path.with_name(path.name + suffix) for coding, suffix in ENCODINGS.items()}
        encoded = {coding: file.read_bytes() for coding, file in compressed.items() if file.is_file()}
        content_type = {"content-type": MEDIA_TYPES.get(path.suffix.lower(), UNKNOWN)}
        super().__init__(path.read_bytes(), encoded, content_type | dict(headers))


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


def accepted_codings(header: str) -> tuple[str, ...]:
    """Return the codings of `ENCODINGS` ranked no lower than identity, best first (RFC 9110, 12.5.3)."""
    return _accepted(header) if len(header) <= MAX_ACCEPTED else ()


@lru_cache(maxsize=256)
def _accepted(header: str) -> tuple[str, ...]:
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
