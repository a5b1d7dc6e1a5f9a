"""What `build_services` needs besides storage."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from marketplace.adapters.identity.providers import NO_PROVIDERS
from marketplace.core.domain.addresses import SiteAddresses
from marketplace.core.domain.passkeys import RelyingParty
from marketplace.core.domain.payment_options import PaymentOptions
from marketplace.core.domain.personal_limits import DEFAULT_LIMITS, PersonalLimits
from marketplace.core.domain.principals import LoginLifetimes
from marketplace.core.domain.second_factors import REAUTHENTICATE_AFTER, StaffSecondFactor
from marketplace.core.domain.users import VerifiedEffect
from marketplace.core.ports.calendars import Calendars
from marketplace.core.ports.exports import ExportFiles
from marketplace.core.ports.identities import FlowSeals, IdentityProviders
from marketplace.core.ports.mail_composer import MailComposer, UnsubscribeTokens
from marketplace.core.ports.mailer import Mailer
from marketplace.core.ports.passkeys import PasskeyVerifier
from marketplace.core.ports.payment_providers import Payments
from marketplace.core.ports.pictures import ObjectStore, PictureEncoder
from marketplace.core.ports.second_factors import Challenges, SecretBox, Totp
from marketplace.core.ports.security import AccessTokens, Confusables, EmailSyntax, Passwords, RefreshTokens
from marketplace.core.ports.share_cards import CardPainter
from marketplace.core.ports.subscribers import Subscriber
from marketplace.core.ports.system import Clock, FormerZones, Ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapters:
    """Adapters that services need, except storage."""

    clock: Clock
    ids: Ids
    passwords: Passwords
    confusables: Confusables
    syntax: EmailSyntax
    access_tokens: AccessTokens
    refresh_tokens: RefreshTokens
    passkeys: PasskeyVerifier
    challenges: Challenges
    secret_box: SecretBox
    totp: Totp
    calendars: Calendars
    files: ExportFiles
    former_zones: FormerZones
    encoder: PictureEncoder
    objects: ObjectStore
    cards: CardPainter
    unsubscribe_tokens: UnsubscribeTokens
    flow_seals: FlowSeals
    identity_providers: IdentityProviders = NO_PROVIDERS
    mailer: Mailer | None = None
    """`None`: messages are held."""
    composer: MailComposer | None = None
    payments: Payments | None = None
    """`None`: no payments are taken."""
    subscribers: tuple[Subscriber, ...] = ()
    """Receive every event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceOptions:
    """Settings that services depend on."""

    categories: Collection[str]
    login_lifetimes: LoginLifetimes
    addresses: SiteAddresses
    rate_limit: bool = True
    limits: PersonalLimits = DEFAULT_LIMITS
    requires_verified: Collection[VerifiedEffect] = ()
    """What needs a verified e-mail address."""
    has_inbox: bool = False
    relying_party: RelyingParty | None = None
    """`None`: passkeys do not work at the address of the installation."""
    staff_second_factor: StaffSecondFactor = "optional"
    reauthenticate_after: timedelta = REAUTHENTICATE_AFTER
    """How long a proof of identity counts for what a borrowed device must not do."""
    payments: PaymentOptions | None = None
    """`None`: prices are information, and learners pay creators directly."""
