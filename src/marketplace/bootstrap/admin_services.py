"""The services of the back office, wired: the part of the composition root that `container` leaves to it."""

from dishka import Provider, Scope, provide

from marketplace.core.ports.exports import ExportFiles
from marketplace.core.ports.security import AccessTokens, Passwords
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.services.admin.bookings import BookingAdminService
from marketplace.core.services.admin.bulk import BulkService
from marketplace.core.services.admin.bulk_runner import BulkActors, BulkRunner
from marketplace.core.services.admin.dashboards import DashboardService
from marketplace.core.services.admin.impersonation import ImpersonationService
from marketplace.core.services.admin.lists import AdminListService
from marketplace.core.services.admin.refusals import RefusalService
from marketplace.core.services.admin.sessions import SessionAdminService
from marketplace.core.services.admin.users import UserAdminService
from marketplace.core.services.bookings import BookingService
from marketplace.core.services.password_resets import ResetService
from marketplace.core.services.rate_limits import RateLimitService
from marketplace.core.services.reports import ReportService
from marketplace.core.services.sessions import SessionService
from marketplace.core.services.tokens import PrincipalCache, TokenService
from marketplace.core.services.users import UserService


class AdminServices(Provider):
    """What the staff's controllers call."""

    scope = Scope.APP

    @provide
    def users(
        self,
        storage: Storage,
        users: UserService,
        memory: PrincipalCache,
        clock: Clock,
        ids: Ids,
    ) -> UserAdminService:
        """Accounts."""
        return UserAdminService(
            unit_of_work=storage.unit_of_work,
            directory=storage.users,
            availabilities=storage.availabilities,
            audit_log=storage.audit,
            users=users,
            memory=memory,
            clock=clock,
            ids=ids,
        )

    @provide
    def impersonations(
        self,
        storage: Storage,
        tokens: TokenService,
        memory: PrincipalCache,
        access_tokens: AccessTokens,
        clock: Clock,
        ids: Ids,
    ) -> ImpersonationService:
        """Logins of the staff as others."""
        return ImpersonationService(
            unit_of_work=storage.unit_of_work,
            tokens=tokens,
            memory=memory,
            access_tokens=access_tokens,
            clock=clock,
            ids=ids,
        )

    @provide
    def refusals(self, storage: Storage, limits: RateLimitService, clock: Clock, ids: Ids) -> RefusalService:
        """What the audit log has of refusals."""
        return RefusalService(
            unit_of_work=storage.unit_of_work, users=storage.users, limits=limits, clock=clock, ids=ids
        )

    @provide
    def sessions(self, storage: Storage, clock: Clock, ids: Ids) -> SessionAdminService:
        """Sessions."""
        return SessionAdminService(
            unit_of_work=storage.unit_of_work,
            catalog=storage.catalog,
            queue=storage.reports,
            audit_log=storage.audit,
            clock=clock,
            ids=ids,
        )

    @provide
    def bookings(self, storage: Storage) -> BookingAdminService:
        """Bookings."""
        return BookingAdminService(lists=storage.booking_lists, audit_log=storage.audit)

    @provide
    def dashboards(self, storage: Storage, clock: Clock, ids: Ids) -> DashboardService:
        """What the staff sees first."""
        return DashboardService(
            unit_of_work=storage.unit_of_work,
            dashboards=storage.dashboards,
            failing_jobs=storage.failing_jobs,
            users=storage.users,
            clock=clock,
            ids=ids,
        )

    @provide
    def bulk(self, storage: Storage, clock: Clock, ids: Ids) -> BulkService:
        """Bulk actions, as they are asked for."""
        return BulkService(
            unit_of_work=storage.unit_of_work,
            lists=storage.bulk_lists,
            targets=storage.bulk_targets,
            matches=storage.lists,
            clock=clock,
            ids=ids,
        )

    @provide
    def bulk_actors(
        self,
        users: UserService,
        accounts: UserAdminService,
        sessions: SessionService,
        moderation: SessionAdminService,
        bookings: BookingService,
    ) -> BulkActors:
        """What bulk actions do to each row."""
        return BulkActors(users=users, accounts=accounts, sessions=sessions, moderation=moderation, bookings=bookings)

    @provide
    def bulk_runner(
        self, storage: Storage, actors: BulkActors, memory: PrincipalCache, clock: Clock, ids: Ids
    ) -> BulkRunner:
        """Bulk actions, as they are carried out."""
        return BulkRunner(
            unit_of_work=storage.unit_of_work,
            lists=storage.bulk_lists,
            targets=storage.bulk_targets,
            users=storage.users,
            actors=actors,
            memory=memory,
            clock=clock,
            ids=ids,
        )

    @provide
    def lists(self, storage: Storage, files: ExportFiles, clock: Clock, ids: Ids) -> AdminListService:
        """Lists and their files."""
        return AdminListService(
            unit_of_work=storage.unit_of_work, lists=storage.lists, files=files, clock=clock, ids=ids
        )

    @provide
    def reports(self, storage: Storage, clock: Clock, ids: Ids) -> ReportService:
        """Reports."""
        return ReportService(unit_of_work=storage.unit_of_work, queue=storage.reports, clock=clock, ids=ids)

    @provide
    def resets(
        self,
        storage: Storage,
        memory: PrincipalCache,
        passwords: Passwords,
        clock: Clock,
        ids: Ids,
    ) -> ResetService:
        """Links to set a new password."""
        return ResetService(
            unit_of_work=storage.unit_of_work,
            resets=storage.resets,
            memory=memory,
            passwords=passwords,
            clock=clock,
            ids=ids,
        )
