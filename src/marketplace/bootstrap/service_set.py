"""All services as one object, and the jobs that they handle."""

from dataclasses import dataclass

from marketplace.bootstrap.payment_services import PaymentServices
from marketplace.core.ports.jobs import Handlers
from marketplace.core.services.account_deletion import AccountDeletionService
from marketplace.core.services.account_mails import TokenMails
from marketplace.core.services.admin.bookings import BookingAdminService
from marketplace.core.services.admin.bulk import BulkService
from marketplace.core.services.admin.bulk_runner import BulkActors, BulkRunner
from marketplace.core.services.admin.dashboards import DashboardService
from marketplace.core.services.admin.impersonation import ImpersonationService
from marketplace.core.services.admin.lists import AdminListService
from marketplace.core.services.admin.logins import LoginAdminService
from marketplace.core.services.admin.messages import MessageAdminService
from marketplace.core.services.admin.refusals import RefusalService
from marketplace.core.services.admin.reviews import ReviewAdminService
from marketplace.core.services.admin.second_factors import SecondFactorAdminService
from marketplace.core.services.admin.sessions import SessionAdminService
from marketplace.core.services.admin.users import UserAdminService
from marketplace.core.services.admin.ways_in import WaysInAdminService
from marketplace.core.services.api_keys import ApiKeyService
from marketplace.core.services.avatars import AvatarService
from marketplace.core.services.bookings import BookingService
from marketplace.core.services.calendars import CalendarService
from marketplace.core.services.cancellation_quotes import CancellationQuotes
from marketplace.core.services.conversations import ConversationService
from marketplace.core.services.creator_hours import CreatorHoursService
from marketplace.core.services.creators import CreatorService
from marketplace.core.services.email_addresses import EmailAddressService
from marketplace.core.services.events import EventRelay
from marketplace.core.services.favourites import FavouriteService
from marketplace.core.services.idempotency import IdempotencyService
from marketplace.core.services.identities import IdentityService
from marketplace.core.services.inbox import InboxService
from marketplace.core.services.logins import LoginService
from marketplace.core.services.mail_delivery import MailDelivery
from marketplace.core.services.materialized_availability import MaterializedAvailabilityService
from marketplace.core.services.new_messages import NewMessages
from marketplace.core.services.notifications import NotificationService
from marketplace.core.services.passkey_challenges import PasskeyChallenges
from marketplace.core.services.passkey_proofs import PasskeyProofs
from marketplace.core.services.passkey_sign_ins import PasskeySignIns
from marketplace.core.services.passkeys import PasskeyService
from marketplace.core.services.password_resets import ResetService
from marketplace.core.services.personal_data import PersonalDataService
from marketplace.core.services.personal_limits import PersonalCounts
from marketplace.core.services.picture_sweeps import PictureSweeper
from marketplace.core.services.pictures import PictureService
from marketplace.core.services.provider_sign_ins import ProviderSignIns
from marketplace.core.services.rate_limits import RateLimitService
from marketplace.core.services.reauthentication import ReauthenticationService
from marketplace.core.services.reminders import ReminderService
from marketplace.core.services.reports import ReportService
from marketplace.core.services.reviews import ReviewService
from marketplace.core.services.schedules import ScheduleService
from marketplace.core.services.seat_changes import SeatChanges
from marketplace.core.services.second_factor_sign_ins import SecondFactorSignIns
from marketplace.core.services.second_factors import SecondFactorService
from marketplace.core.services.sent_messages import SentMessageService
from marketplace.core.services.session_words import SessionWordsService
from marketplace.core.services.sessions import SessionService
from marketplace.core.services.share_cards import ShareCardService
from marketplace.core.services.sitemaps import SitemapService
from marketplace.core.services.slots import SlotService
from marketplace.core.services.subscriptions import PreferenceService, SubscriptionService
from marketplace.core.services.summaries import SummaryService
from marketplace.core.services.terms import TermsService
from marketplace.core.services.tokens import TokenService
from marketplace.core.services.usernames import UsernameService
from marketplace.core.services.users import UserService
from marketplace.core.services.waitlist import WaitlistService
from marketplace.core.services.waitlist_jobs import WaitlistJobs
from marketplace.core.services.zones import ZoneService


@dataclass(frozen=True, slots=True, kw_only=True)
class Services(PaymentServices):
    """All services. Those ending in `_admin` are for staff."""

    users: UserService
    usernames: UsernameService
    tokens: TokenService
    logins: LoginService
    second_factors: SecondFactorService
    second_factor_sign_ins: SecondFactorSignIns
    second_factor_admin: SecondFactorAdminService
    reauthentication: ReauthenticationService
    api_keys: ApiKeyService
    identities: IdentityService
    provider_sign_ins: ProviderSignIns
    passkeys: PasskeyService
    passkey_sign_ins: PasskeySignIns
    passkey_proofs: PasskeyProofs
    passkey_challenges: PasskeyChallenges
    resets: ResetService
    email_addresses: EmailAddressService
    account_mails: TokenMails
    personal_data: PersonalDataService
    account_deletion: AccountDeletionService
    avatars: AvatarService
    sessions: SessionService
    pictures: PictureService
    picture_sweeper: PictureSweeper
    share_cards: ShareCardService
    schedules: ScheduleService
    slots: SlotService
    creator_hours: CreatorHoursService
    creators: CreatorService
    favourites: FavouriteService
    waitlist: WaitlistService
    waitlist_jobs: WaitlistJobs
    materialized_availability: MaterializedAvailabilityService
    bookings: BookingService
    seat_changes: SeatChanges
    cancellation_quotes: CancellationQuotes
    conversations: ConversationService
    notifications: NotificationService
    calendars: CalendarService
    events: EventRelay
    new_messages: NewMessages
    mail: MailDelivery
    reminders: ReminderService
    subscriptions: SubscriptionService
    preferences: PreferenceService
    sent_messages: SentMessageService
    inbox: InboxService
    summaries: SummaryService
    sitemaps: SitemapService
    reports: ReportService
    reviews: ReviewService
    rate_limits: RateLimitService
    personal_counts: PersonalCounts
    idempotency: IdempotencyService
    login_admin: LoginAdminService
    ways_in_admin: WaysInAdminService
    user_admin: UserAdminService
    session_admin: SessionAdminService
    review_admin: ReviewAdminService
    booking_admin: BookingAdminService
    message_admin: MessageAdminService
    impersonations: ImpersonationService
    refusals: RefusalService
    dashboards: DashboardService
    admin_lists: AdminListService
    bulk: BulkService
    bulk_actors: BulkActors
    bulk_runner: BulkRunner
    zones: ZoneService
    terms: TermsService
    session_words: SessionWordsService

    def handlers(self) -> Handlers:
        """Return the job handlers by stored job kind."""
        return {
            "add_reminders": self.reminders.add_missing,
            "attend_booking": self.bookings.settle_due,
            "claim_usernames": self.usernames.claim_all,
            "encode_avif": self.pictures.encode_avif,
            "find_forgetful": self.email_addresses.find_forgetful,
            "index_names": self.session_words.index_names,
            "index_sessions": self.session_words.index_outdated,
            "leave_waitlists": self.waitlist_jobs.leave_all,
            "purge_events": self.events.purge,
            "sweep_notifications": self.notifications.purge,
            "purge_messages": self.mail.purge,
            "reconcile_pictures": self.picture_sweeper.reconcile,
            "record_local_starts": self.zones.record_missing,
            "record_terms": self.terms.record_missing,
            "renew_open_times": self.materialized_availability.renew,
            "run_bulk": self.bulk_runner.run,
            "settle_waitlist": self.waitlist_jobs.settle_due,
            "sweep_api_keys": self.api_keys.purge,
            "sweep_bulk_runs": self.bulk_runner.purge,
            "sweep_email_requests": self.email_addresses.purge,
            "sweep_idempotency_keys": self.idempotency.purge,
            "sweep_logins": self.logins.purge,
            "sweep_passkey_challenges": self.passkey_challenges.purge,
            "sweep_pictures": self.picture_sweeper.purge,
            "sweep_rate_limits": self.rate_limits.purge,
            "sweep_waitlist": self.waitlist_jobs.purge,
            **self.payment_handlers(),
        }
