"""Signed cursors for pagination. A cursor is valid only for the list and filters that it was issued for."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response

from marketplace.core.domain.pages import Page
from marketplace.core.errors import FieldErrors
from marketplace.http.security.authorization import Access, principal_of
from marketplace.http.validation.fields import Cursor, Limit

Out = TypeVar("Out", bound=msgspec.Struct)

SIGNATURE_LENGTH = 12
"""Bytes of the truncated HMAC."""
LINK = {"Link": 'The next page, as `<…>; rel="next"` (RFC 8288); absent on the last page.'}


class PageQuery(msgspec.Struct, kw_only=True):
    """Query parameters of every list with cursors."""

    limit: Limit = 20
    cursor: Cursor | None = None


class Cursors:
    """Signs and verifies cursors (HMAC-SHA256 over path, filters, position and, for private lists, the user)."""

    def __init__(self, secret_key: str) -> None:
        self._key = hashlib.sha256(b"cursors" + secret_key.encode()).digest()

    def validate(self, request: Request[Any, Any, Any], provided: Mapping[str, Any]) -> FieldErrors:
        """Return an error if `provided` has a cursor that is not valid for this list."""
        if "cursor" not in provided or self.open(request, provided["cursor"]) is not None:
            return {}
        return {"cursor": ["This cursor doesn't belong to this list with these filters."]}

    def open(self, request: Request[Any, Any, Any], cursor: str | None) -> str | None:
        """Return the adapter's position in a cursor; `None` if the cursor is absent or its signature is invalid."""
        if cursor is None:
            return None
        try:
            signed = base64.b64decode(cursor.encode() + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            position = signed[SIGNATURE_LENGTH:].decode()
        except (binascii.Error, ValueError, UnicodeError):
            position, signed = "", b""
        return position if hmac.compare_digest(signed[:SIGNATURE_LENGTH], self._sign(request, position)) else None

    def answer(self, request: Request[Any, Any, Any], page: Page[Any], kind: type[Out]) -> Response[list[Out]]:
        """Build the JSON response of a page, with a `Link` to the next page (RFC 8288)."""
        headers = {}
        if page.next is not None:
            signed = self._sign(request, page.next) + page.next.encode()
            cursor = base64.urlsafe_b64encode(signed).rstrip(b"=").decode()
            query = [*self._filters(request, exclude=("cursor",)), ("cursor", cursor)]
            # Relative: the only source of a host is the request, and the client controls it.
            headers["Link"] = f'<{request.scope["path"]}?{urlencode(query)}>; rel="next"'
        return Response(msgspec.convert(page.items, list[kind], from_attributes=True), headers=headers)  # type: ignore[valid-type]

    def _sign(self, request: Request[Any, Any, Any], position: str) -> bytes:
        path = request.scope["path"].rstrip("/")
        filters = sorted(self._filters(request, exclude=("cursor", "limit")))
        is_own_list = any((name, value.lower()) == ("my_sessions", "true") for name, value in filters)
        is_public = request.scope["route_handler"].opt["route"].access is Access.ANYONE and not is_own_list
        user_id = "" if is_public else str(principal_of(request).user_id)
        message = msgspec.json.encode([path, filters, user_id, position])
        return hmac.digest(self._key, message, "sha256")[:SIGNATURE_LENGTH]

    def _filters(self, request: Request[Any, Any, Any], *, exclude: tuple[str, ...]) -> list[tuple[str, str]]:
        query_type = request.scope["route_handler"].opt["route"].query
        names = {field.encode_name for field in msgspec.structs.fields(query_type)} - set(exclude)
        return [(name, value) for name, value in request.query_params.multi_items() if name in names and value]
