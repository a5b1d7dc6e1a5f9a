"""A marketplace over memory to send requests to, its users, and request bodies."""

import re
from asyncio import Lock
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from dishka import AsyncContainer, Provider, Scope, make_async_container
from httpx import ASGITransport, AsyncClient, Response
from litestar import Litestar

from api_key_records import stored_key
from both_ways import BothWays
from builders import PASSWORD, TOMORROW, stored_session, stored_user
from fakes import MovableClock, NamedCards, NamedEncoder, PlainPasswords
from marketplace.adapters.payments.memory import MemoryPayments
from marketplace.adapters.security.secret_keys import SecretKeys
from marketplace.bootstrap.container import providers
from marketplace.bootstrap.payments import PaymentProvider
from marketplace.core.domain.api_keys import KEY_SCOPES, KeyScope
from marketplace.core.domain.money import use_currency
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.users import User
from marketplace.core.errors import PasswordsBusy
from marketplace.core.ports.identities import IdentityProviders
from marketplace.core.ports.pictures import ObjectStore, PictureEncoder
from marketplace.core.ports.security import Passwords
from marketplace.core.ports.share_cards import CardPainter
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.services.tokens import TokenService
from marketplace.core.services.users import UserService
from marketplace.http.heavy_work import HeavyWork
from marketplace.settings import Settings
from marketplace.telemetry.request_log import RequestObserver

SECRET_KEY = "forty-two-characters-that-nobody-else-has"
KEYS = SecretKeys((SECRET_KEY,))
OPENAPI = Path(__file__).parents[1] / "openapi.json"
NO_FRONTEND = Path("nowhere")
"""A folder without a front end, since this machine may have built one elsewhere."""
SETTINGS = Settings(storage="memory", secret_key=SECRET_KEY, rate_limit=False, frontend_dir=NO_FRONTEND)
PAID_SETTINGS = replace(SETTINGS, payments="simulator", commission=1_000)
"""Settings of a marketplace that takes payments."""

_numbers = count(1)
_idle_apps: defaultdict[tuple[object, ...], list[BothWays]] = defaultdict(list)
"""Applications not in use by a test, by the settings that they or their documents read. Building one takes a quarter
of a second.

All state is in the container, which is new.
"""


@dataclass(slots=True)
class WatchedPasswords(PlainPasswords):
    """Records the verified hashes, `None` for an unknown account; verifies none while too many wait."""

    verified: list[str | None] = field(default_factory=list)
    is_busy: bool = False

    async def verify(self, password: str, password_hash: str | None) -> bool:
        if self.is_busy:
            raise PasswordsBusy
        self.verified.append(password_hash)
        return await PlainPasswords.verify(self, password, password_hash)


@dataclass(slots=True)
class Person:
    """A user with a client, signed in when it has an access token."""

    client: AsyncClient
    access: str = ""
    refresh: str = ""
    account: User | None = None

    @property
    def user(self) -> User:
        assert self.account is not None
        return self.account

    @property
    def id(self) -> UUID:
        return self.user.id

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access}"} if self.access else {}

    async def send(self, method: str, path: str, **options: Any) -> Response:
        headers = self.headers | options.pop("headers", {})
        return await self.client.request(method, path, headers=headers, **options)

    async def get(self, path: str, **query: Any) -> Response:
        return await self.send("GET", path, params=query) if query else await self.send("GET", path)

    async def post(self, path: str, body: Any = None) -> Response:
        return await self.send("POST", path, **({} if body is None else {"json": body}))

    async def put(self, path: str, body: Any) -> Response:
        return await self.send("PUT", path, json=body)

    async def patch(self, path: str, body: Any) -> Response:
        return await self.send("PATCH", path, json=body)

    async def delete(self, path: str) -> Response:
        return await self.send("DELETE", path)


@dataclass(frozen=True, slots=True)
class Api:
    """A running marketplace with its fakes."""

    both: BothWays
    client: AsyncClient
    container: AsyncContainer
    storage: Storage
    clock: MovableClock
    passwords: WatchedPasswords
    payments: MemoryPayments | None = None
    visitor: Person = field(init=False)

    @property
    def app(self) -> Litestar:
        return self.both.app

    def __post_init__(self) -> None:
        object.__setattr__(self, "visitor", Person(self.client))

    async def person(self, **changes: Any) -> Person:
        return await self.login(await stored_user(self.storage, **changes))

    async def creator(self, **changes: Any) -> Person:
        return await self.person(role="creator", **changes)

    async def login(self, user: User) -> Person:
        """Log the user in again, as on another device."""
        tokens = await self.container.get(TokenService)
        pair = (await tokens.log_in(user.email, PASSWORD)).tokens
        return Person(self.client, pair.access, pair.refresh, user)

    async def seen_as(self, staff: Person, person: Person) -> Person:
        """Impersonate the user as this staff member."""
        response = await staff.post(f"/api/admin/users/{person.id}/impersonate/", {"reason": "They asked for help."})
        assert response.status_code == 201, response.text
        return Person(self.client, response.json()["access"], account=person.user)

    async def by_key(self, person: Person, *scopes: KeyScope, **changes: Any) -> Person:
        """Return the user as a program that has a key of theirs with these scopes, by default with all."""
        key = await stored_key(self.storage, person.user, scopes=scopes or KEY_SCOPES, **changes)
        return Person(self.client, key.secret, account=person.account)

    async def session(self, creator: Person | None = None, **changes: Any) -> Session:
        if creator is not None:
            changes["creator_id"] = creator.id
        return await stored_session(self.storage, **changes)

    async def booking(self, person: Person, session: Session, **changes: Any) -> dict[str, Any]:
        response = await person.post("/api/bookings/", a_booking_body(session, **changes))
        assert response.status_code == 201, response.text
        created: dict[str, Any] = response.json()
        return created

    async def deactivate(self, person: Person) -> None:
        users = await self.container.get(UserService)
        await users.set_active(person.id, is_active=False)


@cache
def _providers(settings: Settings, replaced: frozenset[type]) -> AsyncContainer:
    """Return what the containers of tests that replace these adapters share: compiled once, it provides nothing yet."""
    swapped = Provider(scope=Scope.APP)
    for port in replaced:
        swapped.from_context(port)
    return make_async_container(*providers(settings), swapped, start_scope=Scope.RUNTIME)


def _container(settings: Settings, replaced: dict[type, Any]) -> AsyncContainer:
    """Do as `make_container`, which takes as long as ten requests."""
    use_currency(settings.currency)
    shared = _providers(replace(SETTINGS, storage=settings.storage), frozenset(replaced))
    return shared({Settings: settings, **replaced}, lock_factory=Lock, scope=Scope.APP)


@asynccontextmanager
async def open_api(  # noqa: PLR0913, PLR0917 - one argument per adapter
    settings: Settings = SETTINGS,
    storage: Storage | None = None,
    observers: Sequence[RequestObserver] = (),
    ids: Ids | None = None,
    encoder: PictureEncoder | None = None,
    objects: ObjectStore | None = None,
    cards: CardPainter | None = None,
    identity_providers: IdentityProviders | None = None,
    heavy: HeavyWork | None = None,
) -> AsyncIterator[Api]:
    """Open a marketplace with a test clock and fast hashing; `storage` and `ids` replace the adapters.

    One that takes payments has a provider in this process.
    """
    clock, passwords = MovableClock(), WatchedPasswords()
    provider = MemoryPayments(clock.now) if settings.payments != "off" else None
    replaced: dict[type, Any] = {
        Clock: clock,
        Passwords: passwords,
        PictureEncoder: encoder or NamedEncoder(),
        CardPainter: cards or NamedCards(),
        PaymentProvider: PaymentProvider(provider),
    }
    others = {HeavyWork: heavy, IdentityProviders: identity_providers, ObjectStore: objects, Storage: storage, Ids: ids}
    replaced |= {port: adapter for port, adapter in others.items() if adapter is not None}
    container = _container(settings, replaced)
    idle = _idle_apps[settings.frontend_dir, settings.cors_origins, settings.currency, settings.categories]
    both = idle.pop() if idle else BothWays(settings, container)
    both.use(container, observers)
    try:
        async with AsyncClient(transport=ASGITransport(both), base_url="http://test") as client:
            yield Api(both, client, container, await container.get(Storage), clock, passwords, provider)
    finally:
        await container.close()
        idle.append(both)


def a_registration(**changes: Any) -> dict[str, Any]:
    number = next(_numbers)
    defaults = {"email": f"new{number}@example.org", "username": f"new{number}", "password": PASSWORD}
    return defaults | changes


def a_session_body(**changes: Any) -> dict[str, Any]:
    defaults = {"title": "Morning yoga", "description": "Breathe.", "duration": 60, "price": "49.99"}
    return defaults | changes


def a_booking_body(session: Session, **changes: Any) -> dict[str, Any]:
    return {"session": str(session.id), "booking_date": as_json(TOMORROW)} | changes


def as_json(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def problem(response: Response, status: int, code: str) -> dict[str, Any]:
    """Return the body of an error response, having checked its format."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    more = {409: {"starts", "price", "place"}, 500: {"request_id"}, 401: {"challenge", "methods"}, 403: {"methods"}}
    optional = {"errors"} | more.get(status, set())
    assert set(body) - optional == {"type", "title", "status", "detail", "code"}
    assert (body["status"], body["code"]) == (status, code)
    listed = None if status == 500 else codes_listed_for(response.request.method, response.request.url.path)
    assert listed is None or code in listed, "openapi.json does not list this code for the operation"
    assert all(isinstance(body[name], str) and body[name] for name in ("type", "title", "detail"))
    return body


@cache
def operations_by_path() -> Sequence[tuple[re.Pattern[str], dict[str, Any]]]:
    """Return the operations of openapi.json with patterns of their paths, those without parameters first."""
    paths = msgspec.json.decode(OPENAPI.read_bytes())["paths"]
    return [
        (re.compile(re.sub(r"{\w+}", "[^/]+", path)), paths[path])
        for path in sorted(paths, key=lambda each: "{" in each)
    ]


def codes_listed_for(method: str, path: str) -> Sequence[str] | None:
    """Return the error codes of an operation; `None` for what openapi.json does not have."""
    found = next((item for pattern, item in operations_by_path() if pattern.fullmatch(path.rstrip("/"))), {})
    operation = found.get(method.lower())
    return None if operation is None else operation["x-error-codes"]


def bad_fields(response: Response) -> set[str]:
    """Return the fields that a 400 names, each with an error message."""
    errors = problem(response, 400, "invalid").get("errors", {})
    assert all(sentences and all(sentences) for sentences in errors.values())
    return set(errors)


def ids(response: Response) -> list[str]:
    assert response.status_code == 200, response.text
    return [row["id"] for row in response.json()]


def next_page(response: Response) -> str | None:
    """Return the address in the `Link` header, `None` on the last page."""
    link = response.links.get("next")
    return None if link is None else link["url"]


async def all_pages(person: Person, path: str, **query: Any) -> list[list[str]]:
    """Return the ids of every page of a list, following its links to the end."""
    response = await person.get(path, **query)
    pages = [ids(response)]
    while (address := next_page(response)) is not None:
        response = await person.get(address)
        pages.append(ids(response))
    return pages
