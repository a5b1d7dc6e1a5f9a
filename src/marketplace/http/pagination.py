"""Cursors: where the next page of a list begins, in a form that cannot be altered or taken to another list."""

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

SIGNATURE = 12
"""Bytes of the HMAC that are kept."""
LINK = {"Link": 'The next page, as `<…>; rel="next"` (RFC 8288); absent on the last page.'}


class PageQuery(msgspec.Struct, kw_only=True):
    """What every list can be asked."""

    limit: Limit = 20
    cursor: Cursor | None = None


class Cursors:
    """Seals and opens cursors. The seal covers the list and its filters, so a cursor works nowhere else."""

    def __init__(self, secret_key: str) -> None:
        self._key = hashlib.sha256(b"cursors" + secret_key.encode()).digest()

    def validate(self, request: Request[Any, Any, Any], provided: Mapping[str, Any]) -> FieldErrors:
        """What is wrong with the cursor among the given parameters."""
        if "cursor" not in provided or self.open(request, provided["cursor"]) is not None:
            return {}
        return {"cursor": ["This cursor doesn't belong to this list with these filters."]}

    def open(self, request: Request[Any, Any, Any], cursor: str | None) -> str | None:
        """The adapter's position in a cursor; `None` when there is none, it was altered, or is another list's."""
        if cursor is None:
            return None
        try:
            signed = base64.b64decode(cursor.encode() + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            position = signed[SIGNATURE:].decode()
        except (binascii.Error, ValueError, UnicodeError):
            position, signed = "", b""
        return position if hmac.compare_digest(signed[:SIGNATURE], self._sign(request, position)) else None

    def answer(self, request: Request[Any, Any, Any], page: Page[Any], kind: type[Out]) -> Response[list[Out]]:
        """The page as JSON, with the `Link` to the next one."""
        headers = {}
        if page.next is not None:
            signed = self._sign(request, page.next) + page.next.encode()
            cursor = base64.urlsafe_b64encode(signed).rstrip(b"=").decode()
            query = [*self._filters(request, but=("cursor",)), ("cursor", cursor)]
            # relative, since a host can only be had from the request, where anybody may write what they like
            headers["Link"] = f'<{request.scope["path"]}?{urlencode(query)}>; rel="next"'
        return Response(msgspec.convert(page.items, list[kind], from_attributes=True), headers=headers)  # type: ignore[valid-type]

    def _sign(self, request: Request[Any, Any, Any], position: str) -> bytes:
        path = request.scope["path"].rstrip("/")
        filters = sorted(self._filters(request, but=("cursor", "limit")))
        asks_own = any((name, value.lower()) == ("my_sessions", "true") for name, value in filters)
        is_public = request.scope["route_handler"].opt["route"].access is Access.ANYONE and not asks_own
        whose = "" if is_public else str(principal_of(request).user_id)
        covered = msgspec.json.encode([path, filters, whose, position])
        return hmac.digest(self._key, covered, "sha256")[:SIGNATURE]

    def _filters(self, request: Request[Any, Any, Any], *, but: tuple[str, ...]) -> list[tuple[str, str]]:
        requested = request.scope["route_handler"].opt["route"].query
        names = {field.encode_name for field in msgspec.structs.fields(requested)} - set(but)
        return [(name, value) for name, value in request.query_params.multi_items() if name in names and value]
