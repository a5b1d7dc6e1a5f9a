"""Every controller of the API."""

from marketplace.http.admin.bookings import BookingAdminController
from marketplace.http.admin.bulk import BulkController
from marketplace.http.admin.dashboards import DashboardController
from marketplace.http.admin.exports import ExportController
from marketplace.http.admin.impersonation import ImpersonationController
from marketplace.http.admin.lists import AdminListController
from marketplace.http.admin.reports import ReportAdminController
from marketplace.http.admin.sessions import SessionAdminController
from marketplace.http.admin.users import UserAdminController
from marketplace.http.bookings import BookingController
from marketplace.http.calendars import CalendarController
from marketplace.http.reports import ReportController
from marketplace.http.resets import ResetController
from marketplace.http.schedules import ScheduleController
from marketplace.http.sessions import SessionController
from marketplace.http.slots import SlotController
from marketplace.http.summaries import SummaryController
from marketplace.http.system import SystemController
from marketplace.http.tokens import TokenController
from marketplace.http.users import UserController

CONTROLLERS = (
    UserController,
    TokenController,
    ResetController,
    SessionController,
    ReportController,
    ScheduleController,
    SlotController,
    BookingController,
    CalendarController,
    SummaryController,
    AdminListController,
    ExportController,
    UserAdminController,
    ImpersonationController,
    SessionAdminController,
    ReportAdminController,
    BookingAdminController,
    BulkController,
    DashboardController,
    SystemController,
)
