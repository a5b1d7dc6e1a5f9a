"""The composition root: binds adapters to ports and closes them with the container."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import asdict
from typing import Any, get_type_hints

from dishka import AsyncContainer, Provider, Scope, from_context, make_async_container, provide

from marketplace.adapters.calendars import Rfc5545Calendars
from marketplace.adapters.exports.files import StreamedFiles
from marketplace.adapters.memory.pictures import MemoryObjectStore
from marketplace.adapters.pictures.cards import PillowCards
from marketplace.adapters.pictures.encoder import PillowEncoder
from marketplace.adapters.pictures.folder import FolderObjectStore
from marketplace.adapters.security.breached_passwords import BreachedPasswords
from marketplace.adapters.security.confusables import IcuConfusables
from marketplace.adapters.security.email_syntax import MailStandards
from marketplace.adapters.security.passkeys import WebauthnVerifier
from marketplace.adapters.security.passwords import Argon2Passwords, processes_of_worker
from marketplace.adapters.site_texts.files import read_site_texts
from marketplace.adapters.system import MachineZones, MovedClock, SystemClock, UuidSeven
from marketplace.bootstrap.identity import identity_providers
from marketplace.bootstrap.inputs import Adapters, ServiceOptions
from marketplace.bootstrap.kept_from_changes import KeptFromChanges
from marketplace.bootstrap.mail import Post, mail_of
from marketplace.bootstrap.payments import PaymentProvider, payment_options, provider_of
from marketplace.bootstrap.secrets import SecretPorts, secret_of
from marketplace.bootstrap.service_set import Services
from marketplace.bootstrap.services import build_services
from marketplace.bootstrap.storages import MemoryStorage, PostgresStorage
from marketplace.core.domain.addresses import SiteAddresses
from marketplace.core.domain.clock_offset import ClockOffset
from marketplace.core.domain.money import use_currency
from marketplace.core.domain.principals import LoginLifetimes
from marketplace.core.domain.site_texts import SiteTexts
from marketplace.core.ports.calendars import Calendars
from marketplace.core.ports.exports import ExportFiles
from marketplace.core.ports.identities import FlowSeals, IdentityProviders
from marketplace.core.ports.jobs import Handlers
from marketplace.core.ports.mail_composer import UnsubscribeTokens
from marketplace.core.ports.passkeys import PasskeyVerifier
from marketplace.core.ports.pictures import ObjectStore, PictureEncoder
from marketplace.core.ports.second_factors import Challenges, SecretBox, Totp
from marketplace.core.ports.security import AccessTokens, Confusables, EmailSyntax, Passwords, RefreshTokens
from marketplace.core.ports.share_cards import CardPainter
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.system import Clock, Ids
from marketplace.demo.people import DEMO_ACCOUNTS
from marketplace.http.api.booking_views import BookingViews
from marketplace.http.api.system import DemoAccountOut, DemoAccounts
from marketplace.http.heavy_work import HeavyWork
from marketplace.http.pagination import Cursors
from marketplace.http.security.authorization import Authenticator
from marketplace.http.security.device_cookie import DeviceCookie
from marketplace.http.security.flow_cookie import FlowCookie
from marketplace.http.security.refresh_cookie import RefreshCookie
from marketplace.http.security.sign_in_limits import SignInLimits
from marketplace.settings import Settings, SettingsError
from marketplace.telemetry.logs import LoggedEvents

PICTURES = "pictures"
"""Folder of stored pictures in the data directory."""


class Ports(Provider):
    """Adapters of all ports except storage."""

    scope = Scope.APP
    settings = from_context(Settings)
    ids = provide(UuidSeven, provides=Ids)
    calendars = provide(Rfc5545Calendars, provides=Calendars)
    confusables = provide(IcuConfusables, provides=Confusables)
    syntax = provide(MailStandards, provides=EmailSyntax)
    files = provide(StreamedFiles, provides=ExportFiles)
    encoder = provide(PillowEncoder, provides=PictureEncoder)
    passkeys = provide(WebauthnVerifier, provides=PasskeyVerifier)
    cards = provide(PillowCards, provides=CardPainter)

    @provide
    def offset(self) -> ClockOffset:
        """Provide what is known of the database's clock."""
        return ClockOffset()

    @provide
    def clock(self, settings: Settings, offset: ClockOffset) -> Clock:
        """Provide the time of the database, as far as it is known; that of a demo can be moved."""
        clock = SystemClock(offset)
        return MovedClock(settings.clock_file, clock) if settings.inbox else clock

    @provide
    def passwords(self, settings: Settings) -> Iterator[Passwords]:
        """Provide Argon2 hashing; its processes end with the container."""
        path = settings.breached_passwords
        breached = None if path is None else BreachedPasswords(path)
        passwords = Argon2Passwords(processes_of_worker(settings.workers), breached=breached)
        yield passwords
        passwords.close()

    @provide
    async def identity_providers(self, settings: Settings) -> AsyncIterator[IdentityProviders]:
        """Provide the providers of the settings; their connections close with the container."""
        providers = identity_providers(settings)
        yield providers
        await providers.close()

    @provide
    def objects(self, settings: Settings) -> ObjectStore:
        """Provide the bucket of the settings, else memory as the storage, else a folder of the data directory."""
        if settings.object_store is not None:
            return s3_store(settings.object_store)
        return MemoryObjectStore() if settings.storage == "memory" else FolderObjectStore(settings.data_dir / PICTURES)

    @provide
    async def post(
        self, settings: Settings, storage: Storage, calendars: Calendars, clock: Clock
    ) -> AsyncIterator[Post]:
        """Provide what sends mail, if the settings say how; its connections close with the container."""
        post = mail_of(settings, storage, calendars, clock)
        yield post
        await post.close()

    @provide
    async def payment_provider(self, settings: Settings) -> AsyncIterator[PaymentProvider]:
        """Provide what takes payments; its connections close with the container."""
        provider = provider_of(settings)
        yield provider
        await provider.close()

    @provide
    def adapters(  # noqa: PLR0913, PLR0917 - one argument per port
        self,
        clock: Clock,
        ids: Ids,
        passwords: Passwords,
        confusables: Confusables,
        syntax: EmailSyntax,
        access_tokens: AccessTokens,
        refresh_tokens: RefreshTokens,
        passkeys: PasskeyVerifier,
        challenges: Challenges,
        secret_box: SecretBox,
        totp: Totp,
        calendars: Calendars,
        files: ExportFiles,
        encoder: PictureEncoder,
        objects: ObjectStore,
        cards: CardPainter,
        post: Post,
        unsubscribe_tokens: UnsubscribeTokens,
        payment_provider: PaymentProvider,
        flow_seals: FlowSeals,
        identity_providers: IdentityProviders,
    ) -> Adapters:
        """Collect the adapters for `build_services`."""
        return Adapters(
            clock=clock,
            ids=ids,
            passwords=passwords,
            confusables=confusables,
            syntax=syntax,
            access_tokens=access_tokens,
            refresh_tokens=refresh_tokens,
            passkeys=passkeys,
            challenges=challenges,
            secret_box=secret_box,
            totp=totp,
            calendars=calendars,
            files=files,
            former_zones=MachineZones(),
            encoder=encoder,
            objects=objects,
            cards=cards,
            unsubscribe_tokens=unsubscribe_tokens,
            flow_seals=flow_seals,
            identity_providers=identity_providers,
            mailer=post.mailer,
            composer=post.composer,
            payments=payment_provider.payments,
            subscribers=(LoggedEvents(),),
        )


class BuiltServices(Provider):
    """The services that `build_services` returns, and their job handlers."""

    scope = Scope.APP

    @provide
    def addresses(self, settings: Settings) -> SiteAddresses:
        return SiteAddresses(settings.site_url)

    @provide
    def options(self, settings: Settings, addresses: SiteAddresses) -> ServiceOptions:
        """Select the settings that services depend on."""
        return ServiceOptions(
            categories=settings.categories,
            login_lifetimes=LoginLifetimes(unused=settings.refresh_token_ttl, longest=settings.login_ttl),
            addresses=addresses,
            rate_limit=settings.rate_limit,
            limits=settings.limits,
            requires_verified=settings.verify_email,
            has_inbox=settings.inbox,
            relying_party=settings.relying_party,
            staff_second_factor=settings.staff_second_factor,
            reauthenticate_after=settings.reauthenticate_after,
            payments=payment_options(settings),
        )

    @provide
    def services(self, storage: Storage, adapters: Adapters, options: ServiceOptions) -> Services:
        return build_services(storage, adapters, options)

    @provide
    def handlers(self, services: Services) -> Handlers:
        return services.handlers()


def _each_service() -> Provider:
    """Provide each field of `Services` under its own type, so that controllers can inject it."""
    provider = Provider(scope=Scope.APP)
    for name, kind in get_type_hints(Services).items():
        provider.provide(_getter(name), provides=kind)
    return provider


def _getter(name: str) -> Callable[[Services], Any]:
    def get(services: Services) -> Any:
        return getattr(services, name)

    return get


class HttpDependencies(Provider):
    """Dependencies of controllers other than services."""

    @provide(scope=Scope.APP)
    def cursors(self, settings: Settings) -> Cursors:
        """Provide cursors signed with the installation's secret."""
        return Cursors(secret_of(settings).all)

    authenticator = provide(Authenticator, scope=Scope.APP)
    booking_views = provide(BookingViews, scope=Scope.APP)

    @provide(scope=Scope.APP)
    def demo_accounts(self, settings: Settings) -> DemoAccounts:
        """Provide the published demo accounts; empty unless the demo is on."""
        accounts = DEMO_ACCOUNTS if settings.demo else ()
        return DemoAccounts(tuple(DemoAccountOut(**asdict(account)) for account in accounts))

    @provide(scope=Scope.APP)
    def site_texts(self, settings: Settings) -> SiteTexts:
        """Provide the operator's texts, read once."""
        return read_site_texts(settings.texts_dir)

    heavy_work = provide(HeavyWork.with_limits, scope=Scope.APP)
    refresh_cookie = provide(RefreshCookie, scope=Scope.APP)
    flow_cookie = provide(FlowCookie, scope=Scope.APP)
    device_cookie = provide(DeviceCookie, scope=Scope.APP)
    sign_in_limits = provide(SignInLimits, scope=Scope.APP)


def s3_store(address: str) -> ObjectStore:
    """Open a bucket. Raises `SettingsError` if the extra is not installed."""
    try:
        # Imported here: the extra is optional.
        from marketplace.adapters.pictures.s3 import S3ObjectStore  # noqa: PLC0415
    except ImportError as error:
        raise SettingsError(
            "MARKETPLACE_OBJECT_STORE is set, but the extra is not installed: marketplace[s3]."
        ) from error
    return S3ObjectStore(address)


def providers(settings: Settings) -> tuple[Provider, ...]:
    """Return what provides everything but `Settings`."""
    return (
        Ports(),
        SecretPorts(),
        MemoryStorage() if settings.storage == "memory" else PostgresStorage(),
        BuiltServices(),
        _each_service(),
        HttpDependencies(),
        KeptFromChanges(),
    )


def make_container(settings: Settings, *overrides: Provider) -> AsyncContainer:
    """Build the container, and use its currency in this process. `overrides` replace providers, for tests."""
    use_currency(settings.currency)
    return make_async_container(*providers(settings), *overrides, context={Settings: settings})
