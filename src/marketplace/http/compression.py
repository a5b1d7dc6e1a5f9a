"""Compression of responses, for the framework's middleware and for the lane."""

import re
from io import BytesIO
from typing import Any

from litestar.config.compression import CompressionConfig
from litestar.enums import CompressionEncoding
from litestar.middleware.compression import CompressionMiddleware
from litestar.middleware.compression.gzip_facade import GzipCompression
from litestar.types import Receive, Send

from marketplace.http.static.files import accepted_codings

GZIP = CompressionEncoding.GZIP
MTIME = slice(4, 8)
"""The bytes of the time in a gzip file (RFC 1952, 2.3)."""
# Responses with secrets are not compressed: next to client-chosen input, the compressed length leaks them (BREACH).
# The OpenAPI document and pictures come compressed.
UNCOMPRESSED = [
    "^/api/auth",
    "^/api/calendar",
    "^/api/admin/.*(password-reset|impersonate|export)",
    "^/api/schema",
    "^/pictures",
]
"""Paths of responses that are not compressed."""


def takes_gzip(scope: Any) -> bool:
    """Return whether the client prefers gzip to plain content."""
    values = [value.decode("latin-1") for name, value in scope["headers"] if name == b"accept-encoding"]
    return GZIP in accepted_codings(",".join(values))


class _Negotiated(CompressionMiddleware):
    """The framework's middleware, which compresses wherever `Accept-Encoding` has `gzip`, as in `gzip;q=0`."""

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if takes_gzip(scope):
            send = self.create_compression_send_wrapper(send=send, compression_encoding=GZIP, scope=scope)
        await self.app(scope, receive, send)


COMPRESSION = CompressionConfig(
    backend="gzip", gzip_compress_level=3, minimum_size=1024, exclude=UNCOMPRESSED, middleware_class=_Negotiated
)


def is_compressible(path: str) -> bool:
    """Return whether responses of this path may be compressed."""
    return re.search("|".join(UNCOMPRESSED), path) is None


def is_worth_compressing(body: bytes) -> bool:
    return len(body) >= COMPRESSION.minimum_size


def compress(body: bytes) -> bytes:
    """Compress as the framework's middleware does, but without a time: the same bytes in every process."""
    buffer = BytesIO()
    packer = GzipCompression(buffer, GZIP, COMPRESSION)
    packer.write(body)
    packer.close()
    buffer.getbuffer()[MTIME] = bytes(4)
    return buffer.getvalue()
