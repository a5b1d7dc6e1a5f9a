"""Answers to anonymous readers: kept, with an entity tag, and 304 for what the client has."""

from collections.abc import Awaitable, Callable, Hashable

from marketplace.http.answers import Answer, Ask, headers_of
from marketplace.http.compression import is_worth_compressing, takes_gzip
from marketplace.http.kept import KeptAnswers, PublicAnswer
from marketplace.http.static.files import matches_etag

ETAG = {"ETag": "For `If-None-Match`: 304 while nothing has changed."}
"""The same text for every route, so the document has it once."""
MAX_ADDRESS = 1024
"""Bytes of path and query; a longer address is not a key of kept answers. A path may spell an ID in many ways."""


async def public_answer(
    ask: Ask, kept: KeptAnswers, read: Callable[[], Awaitable[PublicAnswer]], *, common: Hashable = None
) -> Answer:
    """Answer a GET of anyone by `read`, or by what is kept; with a token by a read that began after the request came.

    An anonymous answer must depend on nothing but path and query. One with a token depends on `common` as well, and is
    shared with those who ask the same at the same time; without it, on the reader. Raises what `read` raises.
    """
    is_signed_in = bool(headers_of(ask, b"authorization"))
    if is_signed_in and common is None:
        return (await read()).answer
    path, query = ask.scope["path"], ask.scope["query_string"]
    # one object: a tuple of many parameters would take far more memory than they have bytes
    key = path, b"&".join(sorted(query.split(b"&")))
    if len(path) + len(query) > MAX_ADDRESS:
        found = await read()
    else:
        shared = kept.shared.get((*key, common), read) if is_signed_in else None
        found = await (shared or kept.get(key, read, is_common=common is not None))
    return found.answer if is_signed_in else _conditional(ask, found)


def _conditional(ask: Ask, found: PublicAnswer) -> Answer:
    """Answer 304 if the client has the representation (RFC 9110, 13.1.2 and 15.4.5)."""
    sent = found.representation(takes_gzip=is_worth_compressing(found.body) and takes_gzip(ask.scope))
    headers = {**found.answer.headers, "ETag": sent.etag}
    if sent.is_gzipped:
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    known = headers_of(ask, b"if-none-match")
    if known and matches_etag(sent.etag, ",".join(known)):
        headers.pop("Content-Encoding", None)
        return Answer(b"", 304, headers, found.answer.media_type)
    return Answer(sent.body, found.answer.status, headers, found.answer.media_type)
