"""The composition root: which adapter fills which port, and the life of what must be closed."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import asdict
from typing import Any, get_type_hints

from dishka import AsyncContainer, Provider, Scope, from_context, make_async_container, provide

from marketplace.adapters.calendars import Rfc5545Calendars
from marketplace.adapters.exports.files import StreamedFiles
from marketplace.adapters.memory.storage import memory_storage
from marketplace.adapters.postgres.connection.pool import Database, PoolLimits, connect
from marketplace.adapters.postgres.connection.replica import Replica
from marketplace.adapters.postgres.connection.wait_for_database import wait_for_database
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.adapters.security.access_tokens import JwtAccessTokens
from marketplace.adapters.security.passwords import Argon2Passwords
from marketplace.adapters.system import SystemClock, UuidSeven
from marketplace.bootstrap.services import Adapters, ServiceOptions, Services, build_services
from marketplace.core.ports.calendars import Calendars
from marketplace.core.ports.exports import ExportFiles
from marketplace.core.ports.jobs import Handlers
from marketplace.core.ports.security import AccessTokens, Passwords
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.system import Clock, Ids
from marketplace.demo.people import DEMO_ACCOUNTS
from marketplace.http.api.system import DemoAccountOut, DemoAccounts
from marketplace.http.pagination import Cursors
from marketplace.http.security.refresh_cookie import RefreshCookie
from marketplace.settings import Settings, SettingsError
from marketplace.telemetry.logs import LoggedEvents


class Ports(Provider):
    """The ports that do not store."""

    scope = Scope.APP
    settings = from_context(Settings)
    clock = provide(SystemClock, provides=Clock)
    ids = provide(UuidSeven, provides=Ids)
    calendars = provide(Rfc5545Calendars, provides=Calendars)
    files = provide(StreamedFiles, provides=ExportFiles)

    @provide
    def passwords(self) -> Iterator[Passwords]:
        """Argon2, whose threads end with the container."""
        passwords = Argon2Passwords()
        yield passwords
        passwords.close()

    @provide
    def access_tokens(self, settings: Settings, ids: Ids) -> AccessTokens:
        """Tokens signed with this installation's secret."""
        return JwtAccessTokens(secret_key=secret_of(settings), time_to_live=settings.access_token_ttl, ids=ids)

    @provide
    def adapters(
        self,
        clock: Clock,
        ids: Ids,
        passwords: Passwords,
        access_tokens: AccessTokens,
        calendars: Calendars,
        files: ExportFiles,
    ) -> Adapters:
        """All of them, as `build_services` takes them."""
        return Adapters(
            clock=clock,
            ids=ids,
            passwords=passwords,
            access_tokens=access_tokens,
            calendars=calendars,
            files=files,
            subscribers=(LoggedEvents(),),
        )


class BuiltServices(Provider):
    """Every service of `build_services`, by its type."""

    scope = Scope.APP

    @provide
    def options(self, settings: Settings) -> ServiceOptions:
        """The services' part of the settings."""
        return ServiceOptions(
            categories=settings.categories, refresh_ttl=settings.refresh_token_ttl, rate_limit=settings.rate_limit
        )

    @provide
    def services(self, storage: Storage, adapters: Adapters, options: ServiceOptions) -> Services:
        """All of them."""
        return build_services(storage, adapters, options)

    @provide
    def handlers(self, services: Services) -> Handlers:
        """Job handlers by stored job kind."""
        return services.handlers()


def _each_service() -> Provider:
    """Provide each field of `Services` under its own type, for controllers."""
    provider = Provider(scope=Scope.APP)
    for name, kind in get_type_hints(Services).items():
        provider.provide(_field(name), provides=kind)
    return provider


def _field(name: str) -> Callable[[Services], Any]:
    def field(services: Services) -> Any:
        return getattr(services, name)

    return field


class Wire(Provider):
    """What the controllers need besides services."""

    @provide(scope=Scope.APP)
    def cursors(self, settings: Settings) -> Cursors:
        """Cursors sealed with this installation's secret."""
        return Cursors(secret_of(settings))

    @provide(scope=Scope.APP)
    def demo_accounts(self, settings: Settings) -> DemoAccounts:
        """What a visitor of a demo is told."""
        args = DEMO_ACCOUNTS if settings.demo else ()
        return DemoAccounts(tuple(DemoAccountOut(**asdict(account)) for account in args))

    @provide(scope=Scope.APP)
    def refresh_cookie(self, settings: Settings) -> RefreshCookie:
        """The cookie of logins in browsers."""
        return RefreshCookie(settings)


class PostgresStorage(Provider):
    """Storage in PostgreSQL."""

    @provide(scope=Scope.APP)
    async def database(self, settings: Settings) -> AsyncIterator[Database]:
        """One pool for the process, opened in the loop that uses it."""
        if settings.database_url is None:
            raise SettingsError("There's no database. Start the embedded one first, or set MARKETPLACE_DATABASE_URL.")
        # a worker that is started anew while the server is away would be taken for one that cannot start
        await wait_for_database(settings.database_url, settings.database_wait)
        database = await connect(settings.database_url, pool_limits(settings))
        yield database
        await database.close()

    @provide(scope=Scope.APP)
    async def storage(self, settings: Settings, database: Database) -> AsyncIterator[Storage]:
        """Statements over the pool; those of the public lists over a standby's, where there is one."""
        standby_url = settings.read_database_url
        if standby_url is None:
            yield postgres_storage(database)
            return
        replica = Replica(lambda: connect(standby_url, pool_limits(settings)), database)
        yield postgres_storage(database, replica)
        await replica.close()


class MemoryStorage(Provider):
    """Storage that forgets."""

    @provide(scope=Scope.APP)
    def storage(self) -> Storage:
        """Dicts."""
        return memory_storage()


def secret_of(settings: Settings) -> str:
    """The key that tokens and cursors are signed with."""
    if settings.secret_key is None:
        raise SettingsError("MARKETPLACE_SECRET_KEY is not set, but must be set unless the database is embedded.")
    return settings.secret_key


def pool_limits(settings: Settings) -> PoolLimits:
    """The pool's part of the settings."""
    return PoolLimits(
        min_size=settings.pool_min_size,
        max_size=settings.pool_max_size,
        acquire_timeout=settings.pool_acquire_timeout,
        command_timeout=settings.command_timeout,
        statement_timeout=settings.statement_timeout,
        lock_timeout=settings.lock_timeout,
        idle_in_transaction_timeout=settings.idle_in_transaction_timeout,
    )


def make_container(settings: Settings, *overrides: Provider) -> AsyncContainer:
    """Everything wired. `overrides` replace adapters: how a test swaps one."""
    storage = MemoryStorage() if settings.storage == "memory" else PostgresStorage()
    return make_async_container(
        Ports(), storage, BuiltServices(), _each_service(), Wire(), *overrides, context={Settings: settings}
    )
