"""Every controller of the API."""

from marketplace.http.admin.users import UserAdminController
from marketplace.http.bookings import BookingController
from marketplace.http.calendars import CalendarController
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
    ScheduleController,
    SlotController,
    BookingController,
    CalendarController,
    SummaryController,
    UserAdminController,
    SystemController,
)
