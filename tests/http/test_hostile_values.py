"""Any value of any field, and any raw request, is answered soon and without a failure of ours."""

import asyncio
import re
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from example_search import searched
from hostile_input import altered, as_json, near, outcome, soon, texts, values
from http_api import PAID_SETTINGS, Api, bad_fields, open_api
from http_routes import GOOD_BODIES, OPTIONAL_BODIES, OTHER_IDS, SOME_ID, Owner, an_owner, routes_of, some_parts
from marketplace.core.domain.money import AMOUNT_DIGITS, CURRENCIES_BY_DIGITS, Currency, Money
from marketplace.http.validation.fields import rule_for
from marketplace.http.validation.parsing import read_values, wire_names

Headers = Sequence[tuple[bytes, bytes]]

pytestmark = pytest.mark.thorough

EXAMPLES = GOOD_BODIES | OPTIONAL_BODIES
HEADERS = (
    *(
        b"authorization",
        b"cookie",
        b"content-type",
        b"idempotency-key",
        b"if-none-match",
        b"accept-encoding",
        b"accept",
    ),
    *(b"accept-language", b"origin", b"host", b"forwarded", b"x-forwarded-for", b"x-forwarded-proto", b"x-request-id"),
    *(b"traceparent", b"range", b"if-modified-since", b"last-event-id", b"user-agent", b"expect", b"content-length"),
    *(b"transfer-encoding", b"content-encoding", b"x-http-method-override", b"sec-fetch-site", b"referer"),
)
VALUES = (
    *("Bearer", "Bearer ", "Basic YTpi", "Bearer mkt_" + "A" * 49, 'W/"a", *', "gzip;q=nan, br;q=inf", "gzip;q=1e999"),
    *("marketplace_refresh=a; =; ;;", '__Secure-marketplace_refresh="\\";a', "text/html;charset=x", "bytes=0-,-1"),
    *(
        "application/json; charset=utf-16",
        "for=[::1]:x;by=_a",
        "http://[",
        "null",
        "00-" + "f" * 32 + "-" + "f" * 16 + "-01",
    ),
)
NEEDS_FILES = {"GET /api/docs"}
"""Routes that answer 503 where the front end is not built."""
FORM_TYPES = (
    *(
        "multipart/form-data; boundary=b",
        'multipart/form-data; boundary="b"',
        "multipart/form-data; boundary=b; a=" + "x" * 9_000,
    ),
    *("multipart/form-data; boundary*=undefined''b", "multipart/form-data; boundary*=b; boundary*0=b"),
    *("multipart/form-data; boundary*" + "9" * 5_000 + "=b", "multipart/form-data; boundary*=\0''b"),
    *(
        "multipart/form-data" + ';"' * 4_000,
        "multipart/form-data; boundary=\xe9",
        "multipart/form-data;boundary=b;boundary=c",
    ),
)
FORM_PIECES = (
    *(b"--b\r\n", b"--b--\r\n", b"\r\n", b"\r\n\r\n", b"\n", b"--b", b"--", b"x" * 9_000, b"\xff", b"\0", b" folded"),
    *(b'Content-Disposition: form-data; name="file"; filename="a.jpg"', b'Content-Disposition: form-data; name="alt"'),
    *(b"Content-Disposition: form-data; name*=a; name*0=b", b"Content-Disposition: form-data; name*=undefined''file"),
    *(
        b"Content-Disposition: form-data; name*" + b"9" * 5_000 + b"=b",
        b"Content-Disposition: attachment",
        b"Content-Length: 1",
    ),
    *(b"Content-Type: text/plain; charset=undefined", b"Content-Transfer-Encoding: base64", b"a picture"),
)


class World:
    """A marketplace with an owner and its event loop, shared by all examples."""

    def __init__(self, api: Api, owner: Owner, runner: asyncio.Runner) -> None:
        self.api, self.owner, self.runner = api, owner, runner
        self.routes = routes_of(api.app)
        declared = [route for route in self.routes.values() if route is not None]
        kinds = {kind for route in declared for kind in (route.body, route.query, route.upload) if kind is not None}
        self.fields = [(kind, each) for kind in sorted(kinds, key=repr) for each in msgspec.structs.fields(kind)]

    def send(self, method: str, path: bytes, query: bytes, headers: Headers, body: bytes | None) -> int:
        """Send the request as a server hands it over, and return its status, soon. Without a body the client leaves."""
        return self.runner.run(self._send(method, path, query, headers, body))

    async def _send(self, method: str, path: bytes, query: bytes, headers: Headers, body: bytes | None) -> int:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path.decode(errors="replace"),
            "raw_path": path,
            "root_path": "",
            "query_string": query,
            "headers": [(b"host", b"test"), *headers],
            "server": ("test", 80),
            "client": ("127.0.0.1", 1234),
            "extensions": {},
        }
        coming: list[dict[str, Any]] = [{"type": "http.disconnect"}]
        if body is not None:
            coming.append({"type": "http.request", "body": body, "more_body": False})
        statuses: list[int] = []

        async def receive() -> Any:
            return coming.pop() if coming else await asyncio.Event().wait()

        async def send(message: Any) -> None:
            if "status" in message:
                statuses.append(message["status"])

        with soon():
            await self.api.both(scope, receive, send)
        [status] = statuses
        if status < HTTPStatus.MULTIPLE_CHOICES and method != "GET":
            await self._keep_an_owner()
        return status

    async def _keep_an_owner(self) -> None:
        """Replace the owner if a request was valid after all and took rights away from this one."""
        profile = await self.owner.person.get("/api/auth/profile/")
        if not profile.is_success or not profile.json()["is_superuser"]:
            self.owner = await an_owner(self.api)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        api = runner.run(stack.enter_async_context(open_api(PAID_SETTINGS)))
        runner.run(api.session())
        runner.run(api.session())
        yield World(api, runner.run(an_owner(api)), runner)
        runner.run(stack.aclose())


def bytes_of(text: str) -> bytes:
    return text.encode("latin-1", "replace")


lines = st.one_of(st.sampled_from(VALUES), texts).map(bytes_of)
"""Values of headers."""
forms = st.lists(st.sampled_from(FORM_PIECES), max_size=12).map(b"".join)
queries = st.one_of(st.binary(max_size=60), st.sampled_from([b"&" * 5_000, b"a=" * 500, b"a[]=1;b", b"%" * 99]))


@st.composite
def paths(draw: st.DrawFn, world: World, route: str) -> bytes:
    """Return a path of the route, in which one part may be anything."""
    owned = OTHER_IDS | some_parts(world.api.app) | world.owner.ids
    known = OTHER_IDS | {"session_id": SOME_ID} | some_parts(world.api.app)
    template = route.partition(" ")[2]
    names = re.findall(r"{(\w+)}", template)
    odd = draw(st.sampled_from([None, *names])) if names else None
    parts = {name: draw(st.one_of(texts, altered(str(known[name])))) if name == odd else owned[name] for name in names}
    return template.format(**parts).encode() + draw(st.sampled_from([b"", b"/", b"//", b"/\0", b"/\xff", b"/.."]))


@st.composite
def requests(draw: st.DrawFn, world: World, route: str) -> tuple[str, bytes, bytes, Headers, bytes | None]:
    """Return method, path, query, headers and body of a request to the route."""
    declared = world.routes[route]
    names = [] if declared is None or declared.query is None else sorted(wire_names(declared.query))
    query = draw(queries)
    if names:
        pairs = draw(st.lists(st.tuples(st.sampled_from(names), texts), max_size=3))
        query = draw(st.sampled_from([urlencode(pairs).encode(), query]))
    body, media_type = b"", b"application/json"
    if declared is not None and declared.upload is not None:
        body, media_type = draw(forms), bytes_of(draw(st.sampled_from(FORM_TYPES)))
    elif route in EXAMPLES:
        body = draw(st.one_of(near(EXAMPLES[route]).map(as_json), st.just(as_json(EXAMPLES[route])), st.binary()))
    headers = [(b"authorization", f"Bearer {world.owner.person.access}".encode()), (b"content-type", media_type)]
    kept = [header for header in headers if draw(st.integers(0, 9))]
    odd = draw(st.lists(st.tuples(st.sampled_from(HEADERS), lines), max_size=2))
    sent = body if draw(st.integers(0, 9)) else None
    return route.partition(" ")[0], draw(paths(world, route)), query, [*kept, *odd], sent


@pytest.fixture(scope="module")
def cursor(world: World) -> str:
    first = world.runner.run(world.api.visitor.get("/api/sessions/", limit=1))
    return parse_qs(urlsplit(first.links["next"]["url"]).query)["cursor"][0]


@given(st.data())
@searched(100)
def test_altered_cursor_is_refused_or_the_same(world: World, cursor: str, data: st.DataObject) -> None:
    altered_one = data.draw(altered(cursor))

    found = world.runner.run(world.api.visitor.get("/api/sessions/", limit=1, cursor=altered_one))

    assert found.status_code in {200, 400}
    assert found.status_code == 200 or bad_fields(found) == {"cursor"}


@given(st.data())
@searched(500)
def test_raw_request_is_answered_soon_and_without_a_failure_of_ours(world: World, data: st.DataObject) -> None:
    route = data.draw(st.sampled_from(sorted(world.routes.keys() - NEEDS_FILES)))
    request = data.draw(requests(world, route))

    status = world.send(*request)

    assert status < HTTPStatus.INTERNAL_SERVER_ERROR, (route, request)


@given(st.data())
@searched(800)
def test_any_value_of_any_field_is_read_or_refused_with_a_sentence(world: World, data: st.DataObject) -> None:
    kind, field = data.draw(st.sampled_from(world.fields))
    rule = rule_for(field.type)
    value = data.draw(st.one_of(values, near(rule.shown_example)))

    found = outcome(lambda: rule.read(value), ValueError)

    assert not isinstance(found, ValueError) or (type(found) is ValueError and str(found))
    parsed = outcome(lambda: read_values(kind, {field.encode_name: value}, partial=True))
    assert (field.encode_name in parsed.errors) is isinstance(found, ValueError)


@given(st.sampled_from(sorted(CURRENCIES_BY_DIGITS)), values)
@searched(200)
def test_any_value_is_an_amount_with_the_places_of_its_currency_or_refused(digits: int, value: Any) -> None:
    currency = Currency.of(CURRENCIES_BY_DIGITS[digits].split()[0])

    found = outcome(lambda: Money(AMOUNT_DIGITS).read(value), ValueError)

    assert isinstance(found, ValueError) or (0 <= found < 10**AMOUNT_DIGITS and found.as_tuple().exponent == -2)
    if isinstance(value, int) and abs(value) < 10**AMOUNT_DIGITS:
        assert currency.minor(currency.of_minor(value)) == value
