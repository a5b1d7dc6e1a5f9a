"""Answers to anonymous readers: kept, with an entity tag, and 304 for what the client has."""

from collections.abc import Awaitable, Callable

from marketplace.http.answers import Answer, Ask, headers_of
from marketplace.http.compression import is_worth_compressing, takes_gzip
from marketplace.http.kept import KeptAnswers, PublicAnswer
from marketplace.http.static.files import matches_etag

ETAG = {"ETag": "For `If-None-Match`: 304 while nothing has changed."}
"""The same text for every route, so the document has it once."""
MAX_ADDRESS = 1024
"""Bytes of path and query; a longer address is not a key of kept answers. A path may spell an ID in many ways."""


async def public_answer(ask: Ask, kept: KeptAnswers, read: Callable[[], Awaitable[PublicAnswer]]) -> Answer:
    """Answer a GET of anyone by `read`, or by what is kept; with a token always by `read`, so one's own change is seen.

    An anonymous answer must depend on nothing but path and query. Raises what `read` raises.
    """
    if headers_of(ask, b"authorization"):
        return (await read()).answer
    path, query = ask.scope["path"], ask.scope["query_string"]
    if len(path) + len(query) > MAX_ADDRESS:
        return _conditional(ask, await read())
    # one object: a tuple of many parameters would take far more memory than they have bytes
    parameters = b"&".join(sorted(query.split(b"&")))
    return _conditional(ask, await kept.get((path, parameters), read))


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
