"""The composition root: which adapter fills which port, and the life of what must be closed."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict

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
from marketplace.bootstrap.admin_services import AdminServices
from marketplace.core.ports.calendars import Calendars
from marketplace.core.ports.exports import ExportFiles
from marketplace.core.ports.jobs import Handlers
from marketplace.core.ports.security import AccessTokens, Passwords
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.services.admin.bulk_runner import BulkRunner
from marketplace.core.services.bookings import BookingService
from marketplace.core.services.calendars import CalendarService
from marketplace.core.services.idempotency import IdempotencyService
from marketplace.core.services.materialized_availability import MaterializedAvailabilityService
from marketplace.core.services.rate_limits import RateLimitService
from marketplace.core.services.schedules import ScheduleService
from marketplace.core.services.sessions import SessionService
from marketplace.core.services.slots import SlotService
from marketplace.core.services.summaries import SummaryService
from marketplace.core.services.tokens import PrincipalCache, TokenService
from marketplace.core.services.users import UserService
from marketplace.demo.people import DEMO_ACCOUNTS
from marketplace.http.api.system import DemoAccountOut, DemoAccounts
from marketplace.http.pagination import Cursors
from marketplace.http.security.refresh_cookie import RefreshCookie
from marketplace.settings import Settings, SettingsError


class Adapters(Provider):
    """The ports that do not store."""

    scope = Scope.APP
    settings = from_context(Settings)
    clock = provide(SystemClock, provides=Clock)
    ids = provide(UuidSeven, provides=Ids)
    calendars = provide(Rfc5545Calendars, provides=Calendars)
    files = provide(StreamedFiles, provides=ExportFiles)

    @provide
    def passwords(self) -> Iterator[Passwords]:
        """Argon2, with threads to end."""
        passwords = Argon2Passwords()
        yield passwords
        passwords.close()

    @provide
    def access_tokens(self, settings: Settings, ids: Ids) -> AccessTokens:
        """Tokens signed with this installation's secret."""
        return JwtAccessTokens(secret_key=secret_of(settings), time_to_live=settings.access_token_ttl, ids=ids)


class Work(Provider):
    """What is done in the background."""

    @provide(scope=Scope.APP)
    def handlers(
        self,
        bookings: BookingService,
        materialized: MaterializedAvailabilityService,
        idempotency: IdempotencyService,
        rate_limits: RateLimitService,
        bulk: BulkRunner,
    ) -> Handlers:
        """By the kind of the job."""
        return {
            "attend_booking": bookings.settle_due,
            "renew_open_times": materialized.renew,
            "run_bulk": bulk.run,
            "sweep_bulk_runs": bulk.purge,
            "sweep_idempotency_keys": idempotency.purge,
            "sweep_rate_limits": rate_limits.purge,
        }


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
            raise SettingsError("No database: start the embedded one first, or set MARKETPLACE_DATABASE_URL.")
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


class Services(Provider):
    """What the controllers call."""

    scope = Scope.APP
    memory = provide(PrincipalCache)

    @provide
    def users(
        self, storage: Storage, memory: PrincipalCache, passwords: Passwords, clock: Clock, ids: Ids
    ) -> UserService:
        """Accounts."""
        return UserService(
            unit_of_work=storage.unit_of_work,
            users=storage.users,
            memory=memory,
            passwords=passwords,
            clock=clock,
            ids=ids,
        )

    @provide
    def tokens(  # noqa: PLR0913, PLR0917 - one argument per port
        self,
        storage: Storage,
        memory: PrincipalCache,
        passwords: Passwords,
        access_tokens: AccessTokens,
        clock: Clock,
        ids: Ids,
        settings: Settings,
    ) -> TokenService:
        """Logins."""
        return TokenService(
            unit_of_work=storage.unit_of_work,
            users=storage.users,
            principals=storage.principals,
            memory=memory,
            passwords=passwords,
            access_tokens=access_tokens,
            clock=clock,
            ids=ids,
            refresh_ttl=settings.refresh_token_ttl,
        )

    @provide
    def sessions(self, storage: Storage, clock: Clock, ids: Ids, settings: Settings) -> SessionService:
        """Sessions."""
        return SessionService(
            unit_of_work=storage.unit_of_work,
            catalog=storage.catalog,
            users=storage.users,
            clock=clock,
            ids=ids,
            categories=settings.categories,
        )

    @provide
    def schedules(self, storage: Storage, clock: Clock) -> ScheduleService:
        """Schedules."""
        return ScheduleService(unit_of_work=storage.unit_of_work, availabilities=storage.availabilities, clock=clock)

    @provide
    def slots(self, storage: Storage, clock: Clock, ids: Ids) -> SlotService:
        """Slots."""
        return SlotService(
            unit_of_work=storage.unit_of_work,
            availabilities=storage.availabilities,
            lists=storage.booking_lists,
            clock=clock,
            ids=ids,
        )

    @provide
    def materialized(self, storage: Storage, clock: Clock) -> MaterializedAvailabilityService:
        """Open times."""
        return MaterializedAvailabilityService(unit_of_work=storage.unit_of_work, clock=clock)

    @provide
    def bookings(self, storage: Storage, clock: Clock, ids: Ids) -> BookingService:
        """Bookings."""
        return BookingService(unit_of_work=storage.unit_of_work, lists=storage.booking_lists, clock=clock, ids=ids)

    @provide
    def calendars(self, storage: Storage, calendars: Calendars, clock: Clock) -> CalendarService:
        """Calendars."""
        return CalendarService(
            unit_of_work=storage.unit_of_work,
            bookings=storage.booking_lists,
            feeds=storage.feeds,
            calendars=calendars,
            clock=clock,
        )

    @provide
    def rate_limits(self, storage: Storage, clock: Clock, settings: Settings) -> RateLimitService:
        """Rate limits."""
        return RateLimitService(
            unit_of_work=storage.unit_of_work, limits=storage.rate_limits, clock=clock, is_on=settings.rate_limit
        )

    @provide
    def summaries(self, storage: Storage, clock: Clock) -> SummaryService:
        """Summaries."""
        return SummaryService(summaries=storage.summaries, users=storage.users, clock=clock)

    @provide
    def idempotency(self, storage: Storage, clock: Clock) -> IdempotencyService:
        """Idempotency keys."""
        return IdempotencyService(unit_of_work=storage.unit_of_work, clock=clock)


def secret_of(settings: Settings) -> str:
    """The key that tokens and cursors are signed with."""
    if settings.secret_key is None:
        raise SettingsError("MARKETPLACE_SECRET_KEY is absent, but must be set unless the database is embedded.")
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
        Adapters(), storage, Services(), AdminServices(), Work(), Wire(), *overrides, context={Settings: settings}
    )
