"""PostgreSQL as storage."""

from marketplace.adapters.postgres.admin_lists import admin_lists_when_asked
from marketplace.adapters.postgres.audit import PostgresAuditTrail
from marketplace.adapters.postgres.bookings import PostgresBookingLists
from marketplace.adapters.postgres.bulk import PostgresBulkLists
from marketplace.adapters.postgres.bulk_targets import PostgresBulkTargets
from marketplace.adapters.postgres.calendars import PostgresFeedDirectory
from marketplace.adapters.postgres.dashboards import PostgresDashboards
from marketplace.adapters.postgres.jobs.failing import PostgresFailingJobs
from marketplace.adapters.postgres.jobs.queue import PostgresJobQueue
from marketplace.adapters.postgres.pool import Database
from marketplace.adapters.postgres.rate_limits import PostgresRateLimits
from marketplace.adapters.postgres.readiness import PostgresReadiness
from marketplace.adapters.postgres.replica import Reading
from marketplace.adapters.postgres.reports import PostgresReportQueue
from marketplace.adapters.postgres.resets import PostgresResetDirectory
from marketplace.adapters.postgres.sessions import PostgresCatalog
from marketplace.adapters.postgres.slots import PostgresTimetables
from marketplace.adapters.postgres.summaries import PostgresCreatorSummaries
from marketplace.adapters.postgres.tokens import PostgresCallers
from marketplace.adapters.postgres.unit_of_work import PostgresUnitOfWork
from marketplace.adapters.postgres.users import PostgresUserDirectory
from marketplace.core.ports.storage import Storage


def postgres_storage(database: Database, lists: Reading | None = None) -> Storage:
    """Every storage port over one pool; the public lists over `lists`, which may be a little behind."""
    return Storage(
        users=PostgresUserDirectory(database),
        callers=PostgresCallers(database),
        catalog=PostgresCatalog(database, lists or database),
        timetables=PostgresTimetables(database),
        booking_lists=PostgresBookingLists(database),
        feeds=PostgresFeedDirectory(database),
        summaries=PostgresCreatorSummaries(database),
        rate_limits=PostgresRateLimits(database),
        audit=PostgresAuditTrail(database),
        resets=PostgresResetDirectory(database),
        reports=PostgresReportQueue(database),
        dashboards=PostgresDashboards(database),
        failing_jobs=PostgresFailingJobs(database),
        job_queue=PostgresJobQueue(database),
        bulk_lists=PostgresBulkLists(database),
        bulk_targets=PostgresBulkTargets(database),
        lists=admin_lists_when_asked(database),
        unit_of_work=PostgresUnitOfWork(database),
        readiness=PostgresReadiness(database),
    )
