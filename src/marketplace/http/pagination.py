"""Signed cursors for pagination. A cursor is valid only for the list and filters that it was issued for."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from marketplace.core.domain.pages import Page
from marketplace.core.errors import FieldErrors
from marketplace.http.answers import Answer, HasScope, json_answer, query_of
from marketplace.http.security.authorization import Access, principal_of
from marketplace.http.validation.fields import Cursor, Limit
from marketplace.http.validation.parsing import wire_names

SIGNATURE_LENGTH = 16
"""Bytes of the truncated HMAC: 128 bits (OWASP ASVS 5.0, 11.2.3)."""
LINK = {"Link": 'The next page, as `<…>; rel="next"` (RFC 8288); absent on the last page.'}
UNREAD_COUNT = "X-Unread-Count"
UNREAD = {UNREAD_COUNT: "The number of unread ones, at most 100."}
SEARCH_BOUNDED = "X-Search-Bounded"
BOUNDED = LINK | {
    SEARCH_BOUNDED: "`true` if the search ended early to bound its cost: the page may have fewer sessions"
    " than `limit`, or none, although `Link` leads to more. Otherwise absent."
}
SEARCH_RELAXED, SEARCH_CORRECTED = "X-Search-Relaxed", "X-Search-Corrected"
SEARCHED = {
    SEARCH_RELAXED: "`true` if few sessions have all words, and these have most. Otherwise absent.",
    SEARCH_CORRECTED: "The search that was answered, percent-encoded, if a word found nothing and was guessed.",
}


class PageQuery(msgspec.Struct, kw_only=True):
    """Query parameters of every list with cursors."""

    limit: Limit = 20
    cursor: Cursor | None = None


class Cursors:
    """Signs and verifies cursors (HMAC-SHA256 over path, filters, position and, for private lists, the user)."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Sign with the first of the installation's keys, and verify with all."""
        self._keys = [hashlib.sha256(b"cursors" + key.encode()).digest() for key in keys]

    def validate(self, request: HasScope, parameters: Mapping[str, Any]) -> FieldErrors:
        """Return an error if `parameters` have a cursor that is not valid for this list."""
        if "cursor" not in parameters or self.open(request, parameters["cursor"]) is not None:
            return {}
        return {"cursor": ["This cursor doesn't belong to this list with these filters."]}

    def open(self, request: HasScope, cursor: str | None) -> str | None:
        """Return the adapter's position in a cursor; `None` if the cursor is absent or its signature is invalid."""
        if cursor is None:
            return None
        try:
            signed = base64.b64decode(cursor.encode() + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            position = signed[SIGNATURE_LENGTH:].decode()
        except (binascii.Error, ValueError, UnicodeError):
            position, signed = "", b""
        message, signature = _signed_part(request, position), signed[:SIGNATURE_LENGTH]
        return position if any(hmac.compare_digest(signature, _sign(key, message)) for key in self._keys) else None

    def answer(self, request: HasScope, page: Page[Any]) -> Answer:
        """Answer with a page, with a `Link` to the next page (RFC 8288)."""
        headers = {SEARCH_BOUNDED: "true"} if page.is_bounded else {}
        if page.is_relaxed:
            headers[SEARCH_RELAXED] = "true"
        if page.corrected is not None:
            headers[SEARCH_CORRECTED] = quote(page.corrected, safe="")
        if page.next is not None:
            signed = _sign(self._keys[0], _signed_part(request, page.next)) + page.next.encode()
            cursor = base64.urlsafe_b64encode(signed).rstrip(b"=").decode()
            headers |= next_link(request, cursor=cursor)
        return json_answer(page.items, headers=headers)


def _signed_part(request: HasScope, position: str) -> bytes:
    path = request.scope["path"].rstrip("/")
    filters = sorted(_filters(request, exclude=("cursor", "limit", "time_zone")))
    is_own_list = any((name, value.lower()) == ("my_sessions", "true") for name, value in filters)
    access = request.scope["route_handler"].opt["route"].access
    is_public = access in {Access.ANYONE, Access.PUBLIC} and not is_own_list
    user_id = "" if is_public else str(principal_of(request).user_id)
    return msgspec.json.encode([path, filters, user_id, position])


def _sign(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")[:SIGNATURE_LENGTH]


def next_link(request: HasScope, **parameters: str) -> dict[str, str]:
    """Return the header for the rest of a list: its address with these parameters."""
    query = [*_filters(request, exclude=tuple(parameters)), *parameters.items()]
    # Relative: the only source of a host is the request, and the client controls it, and how an ID is spelled.
    return {"Link": f'<{quote(request.scope["path"])}?{urlencode(query)}>; rel="next"'}


def _filters(request: HasScope, *, exclude: tuple[str, ...]) -> list[tuple[str, str]]:
    names = wire_names(request.scope["route_handler"].opt["route"].query)
    return [(name, value) for name, value in query_of(request) if value and name in names and name not in exclude]
