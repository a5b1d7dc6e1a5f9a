"""Translation of database errors to the core's, by constraint name and class, never by message text."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import asyncpg

from marketplace.core.errors import (
    AlreadyBooked,
    AlreadyReported,
    Busy,
    CreatorUnavailable,
    EmailTaken,
    MarketplaceError,
    NotSignedIn,
    OutcomeUnknown,
    SoldOut,
    TransactionConflict,
    UsernameTaken,
)

CONSTRAINTS: dict[str, type[MarketplaceError]] = {
    "uq_users_email_folded": EmailTaken,
    "uq_users_username_folded": UsernameTaken,
    "fk_token_families_begun_by_token_families": NotSignedIn,
    "ck_slots_seats_within_capacity": SoldOut,
    "ex_slots_one_place_at_a_time": CreatorUnavailable,
    "uq_reports_one_per_person_and_session": AlreadyReported,
    "uq_bookings_one_live_per_person_and_slot": AlreadyBooked,
}

TRANSACTION_CONFLICTS = (
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
    asyncpg.SerializationError,
    # a migration changed the tables under a prepared statement; the driver has dropped it by now
    asyncpg.InvalidCachedStatementError,
    asyncpg.OutdatedSchemaCacheError,
)
UNREACHABLE = (
    asyncpg.CannotConnectNowError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresConnectionError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidAuthorizationSpecificationError,
    OSError,
    TimeoutError,
)
DRIVER_ERRORS = (asyncpg.InterfaceError, asyncpg.InternalClientError)
"""Errors of the driver itself: the connection is gone, or was used wrongly."""


def _always() -> bool:
    return True


@contextmanager
def translating_errors(is_lost: Callable[[], bool] = _always) -> Iterator[None]:
    """Raise the core's error in place of the driver's; let unknown errors (bugs) pass.

    `is_lost` tells whether the connection is gone; the driver's own errors could also mean a bug.
    """
    try:
        yield
    except asyncpg.IntegrityConstraintViolationError as error:
        known = CONSTRAINTS.get(error.constraint_name or "")
        if known is None:
            raise
        raise known from error
    except TRANSACTION_CONFLICTS as error:
        raise TransactionConflict from error
    except UNREACHABLE as error:
        raise Busy from error
    except DRIVER_ERRORS as error:
        if not is_lost():
            raise
        raise Busy from error


@contextmanager
def translating_commit_errors() -> Iterator[None]:
    """Wrap a COMMIT: a lost connection leaves its outcome open, so this raises `OutcomeUnknown`, not `Busy`."""
    try:
        yield
    except (*UNREACHABLE, *DRIVER_ERRORS) as error:
        raise OutcomeUnknown from error
