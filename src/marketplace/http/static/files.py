"""Files held in memory: the forms in which the build left each, and which of them a client is sent."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from litestar.types import HTTPResponseBodyEvent, HTTPResponseStartEvent, Scope, Send

ENCODINGS = {"br": ".br", "gzip": ".gz"}
"""Content codings (RFC 9110, 8.4.1) and what the build appends to the name of a file in each; the best first."""
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
"""Not the machine's own table, which differs from machine to machine."""
UNKNOWN = "application/octet-stream"

Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Form:
    """A file in one coding: its answers, made once."""

    etag: str
    whole: HTTPResponseStartEvent
    unchanged: HTTPResponseStartEvent
    body: HTTPResponseBodyEvent

    @classmethod
    def of(cls, body: bytes, headers: Headers) -> "Form":
        """These bytes, sent with these headers. The tag is strong, and so another one for every coding."""
        etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
        kept = {"etag": etag, **headers}
        lasting = {name: value for name, value in kept.items() if name in {"etag", "cache-control", "vary"}}
        return cls(
            etag=etag,
            whole=_start(200, {**kept, "content-length": str(len(body))}),
            unchanged=_start(304, lasting),
            body={"type": "http.response.body", "body": body, "more_body": False},
        )


def _start(status: int, headers: Headers) -> HTTPResponseStartEvent:
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http.response.start", "status": status, "headers": encoded}


NO_BODY: HTTPResponseBodyEvent = {"type": "http.response.body", "body": b"", "more_body": False}


class StaticFile:
    """One file, answering `GET` and `HEAD`."""

    def __init__(self, path: Path, headers: Headers) -> None:
        body = path.read_bytes()
        compressed = {coding: path.with_name(path.name + suffix) for coding, suffix in ENCODINGS.items()}
        there = {coding: each.read_bytes() for coding, each in compressed.items() if each.is_file()}
        said = {"content-type": MEDIA_TYPES.get(path.suffix.lower(), UNKNOWN), **headers}
        if there:
            said["vary"] = "accept-encoding"
        self._plain = Form.of(body, said)
        self._compressed = {
            coding: Form.of(smaller, {**said, "content-encoding": coding})
            for coding, smaller in there.items()
            if len(smaller) < len(body)
        }

    async def answer(self, scope: Scope, send: Send) -> None:
        """Send it in the best form that the client takes, or say that what the client has is still the same."""
        encodings, tags = _requested(scope)
        form = next((self._compressed[one] for one in accepted(encodings) if one in self._compressed), self._plain)
        if tags is not None and is_among(form.etag, tags):
            await send(form.unchanged)
            await send(NO_BODY)
        else:
            await send(form.whole)
            await send(NO_BODY if scope.get("method") == "HEAD" else form.body)


def _requested(scope: Scope) -> tuple[str, str | None]:
    encodings: list[str] = []
    tags: list[str] = []
    for name, value in scope["headers"]:
        if name == b"accept-encoding":
            encodings.append(value.decode("latin-1"))
        elif name == b"if-none-match":
            tags.append(value.decode("latin-1"))
    return ",".join(encodings), ",".join(tags) if tags else None


@lru_cache(maxsize=256)
def accepted(header: str) -> tuple[str, ...]:
    """Those of `ENCODINGS` that this `Accept-Encoding` prefers to none (RFC 9110, 12.5.3), the most welcome first."""
    weights: dict[str, float] = {}
    for part in header.split(","):
        coding, *parameters = (word.strip().lower() for word in part.split(";"))
        weights[{"x-gzip": "gzip"}.get(coding, coding)] = _weight(parameters)
    plain = weights.get("identity", 0)
    welcome = {coding: weights.get(coding, weights.get("*", 0)) for coding in ENCODINGS}
    taken = [coding for coding, weight in welcome.items() if weight > 0 and weight >= plain]
    return tuple(sorted(taken, key=lambda coding: -welcome[coding]))


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0
    return 1


def is_among(etag: str, header: str) -> bool:
    """Whether `If-None-Match` names this tag, compared weakly (RFC 9110, 13.1.2)."""
    return any(tag.strip().removeprefix("W/") in {"*", etag} for tag in header.split(","))
