"""All controllers."""

from marketplace.http.api.account_deletion import AccountDeletionController
from marketplace.http.api.admin.api_keys import ApiKeyAdminController
from marketplace.http.api.admin.bookings import BookingAdminController
from marketplace.http.api.admin.bulk import BulkController
from marketplace.http.api.admin.commissions import CommissionAdminController
from marketplace.http.api.admin.dashboards import DashboardController
from marketplace.http.api.admin.exports import ExportController
from marketplace.http.api.admin.impersonation import ImpersonationController
from marketplace.http.api.admin.lists import AdminListController
from marketplace.http.api.admin.logins import LoginAdminController
from marketplace.http.api.admin.messages import MessageAdminController
from marketplace.http.api.admin.password_resets import ResetAdminController
from marketplace.http.api.admin.payments import PaymentAdminController
from marketplace.http.api.admin.reports import ReportAdminController
from marketplace.http.api.admin.reviews import ReviewAdminController
from marketplace.http.api.admin.second_factors import SecondFactorAdminController
from marketplace.http.api.admin.sessions import SessionAdminController
from marketplace.http.api.admin.users import UserAdminController
from marketplace.http.api.admin.waitlist import WaitlistAdminController
from marketplace.http.api.admin.ways_in import WaysInAdminController
from marketplace.http.api.api_keys import ApiKeyController
from marketplace.http.api.avatars import AvatarController
from marketplace.http.api.booking_seats import SeatsController
from marketplace.http.api.bookings import BookingController
from marketplace.http.api.calendars import CalendarController
from marketplace.http.api.cancellation_quotes import CancellationQuoteController
from marketplace.http.api.common_passwords import CommonPasswordController
from marketplace.http.api.conversations import (
    ConversationAdminController,
    ConversationController,
    SlotMessageController,
    UnreadController,
)
from marketplace.http.api.creator_hours import CreatorHoursController
from marketplace.http.api.creators import CreatorController
from marketplace.http.api.earnings import EarningsController
from marketplace.http.api.email_addresses import EmailAddressController
from marketplace.http.api.favourites import FavouriteController
from marketplace.http.api.identities import IdentityController
from marketplace.http.api.inbox import InboxController
from marketplace.http.api.live import LiveController
from marketplace.http.api.logins import LoginController
from marketplace.http.api.notifications import NotificationController
from marketplace.http.api.passkey_sign_ins import PasskeyProofController, PasskeySignInController
from marketplace.http.api.passkeys import PasskeyController
from marketplace.http.api.password_resets import ResetController
from marketplace.http.api.payments import PaymentController, WebhookController
from marketplace.http.api.personal_data import PersonalDataController
from marketplace.http.api.pictures import PictureController
from marketplace.http.api.preferences import PreferenceController
from marketplace.http.api.provider_sign_ins import ProviderController
from marketplace.http.api.reauthentication import ReauthenticationController
from marketplace.http.api.reports import ReportController
from marketplace.http.api.reviews import ReviewController, SessionReviewController
from marketplace.http.api.schedules import ScheduleController
from marketplace.http.api.second_factors import SecondFactorController
from marketplace.http.api.sessions import SessionController
from marketplace.http.api.site_texts import SiteTextController
from marketplace.http.api.slots import SlotController
from marketplace.http.api.suggestions import SuggestionController
from marketplace.http.api.summaries import SummaryController
from marketplace.http.api.system import SystemController
from marketplace.http.api.time_zones import TimeZoneController
from marketplace.http.api.tokens import TokenController
from marketplace.http.api.unsubscribe import UnsubscribeController
from marketplace.http.api.users import UserController
from marketplace.http.api.waitlist import SlotWaitlistController, WaitlistController

CONTROLLERS = (
    UserController,
    TokenController,
    PasskeySignInController,
    PasskeyProofController,
    PasskeyController,
    ReauthenticationController,
    SecondFactorController,
    AvatarController,
    ResetController,
    EmailAddressController,
    LoginController,
    ApiKeyController,
    ProviderController,
    IdentityController,
    PersonalDataController,
    AccountDeletionController,
    PreferenceController,
    CommonPasswordController,
    SessionController,
    PictureController,
    SuggestionController,
    ReportController,
    SessionReviewController,
    ReviewController,
    ScheduleController,
    SlotController,
    SlotWaitlistController,
    WaitlistController,
    LiveController,
    CreatorHoursController,
    CreatorController,
    FavouriteController,
    BookingController,
    SeatsController,
    CancellationQuoteController,
    ConversationController,
    UnreadController,
    SlotMessageController,
    NotificationController,
    CalendarController,
    SummaryController,
    AdminListController,
    ExportController,
    UserAdminController,
    ResetAdminController,
    ApiKeyAdminController,
    ImpersonationController,
    LoginAdminController,
    WaysInAdminController,
    WaitlistAdminController,
    SecondFactorAdminController,
    SessionAdminController,
    ReportAdminController,
    ReviewAdminController,
    BookingAdminController,
    ConversationAdminController,
    MessageAdminController,
    BulkController,
    DashboardController,
    SystemController,
    TimeZoneController,
    SiteTextController,
    UnsubscribeController,
    InboxController,
    PaymentController,
    WebhookController,
    EarningsController,
    PaymentAdminController,
    CommissionAdminController,
)
