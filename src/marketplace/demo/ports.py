"""Services used by the demo, provided by the composition root."""

from collections.abc import Callable
from typing import Protocol

from marketplace.core.ports.security import Passwords
from marketplace.core.ports.system import Clock
from marketplace.core.services.admin.sessions import SessionAdminService
from marketplace.core.services.avatars import AvatarService
from marketplace.core.services.bookings import BookingService
from marketplace.core.services.pictures import PictureService
from marketplace.core.services.reports import ReportService
from marketplace.core.services.reviews import ReviewService
from marketplace.core.services.schedules import ScheduleService
from marketplace.core.services.sessions import SessionService
from marketplace.core.services.users import UserService


class DemoServices(Protocol):
    """The part of `Services` that the demo uses."""

    @property
    def users(self) -> UserService: ...
    @property
    def sessions(self) -> SessionService: ...
    @property
    def pictures(self) -> PictureService: ...
    @property
    def avatars(self) -> AvatarService: ...
    @property
    def schedules(self) -> ScheduleService: ...
    @property
    def bookings(self) -> BookingService: ...
    @property
    def session_admin(self) -> SessionAdminService: ...
    @property
    def reports(self) -> ReportService: ...
    @property
    def reviews(self) -> ReviewService: ...


ServicesAt = Callable[[Clock, Passwords], DemoServices]
"""Builds the services with a clock and a password hasher."""
