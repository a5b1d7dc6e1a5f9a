"""Translation of database errors to the core's, by constraint name and class, never by message text."""

from collections.abc import Iterator
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
    SoldOut,
    StaleRead,
    TooManyBookings,
    TransactionConflict,
    UsernameTaken,
)
from marketplace.core.errors.identities import IdentityTaken
from marketplace.core.errors.passkeys import PasskeyRefused
from marketplace.core.errors.payments import RefundExceedsPayment
from marketplace.core.errors.reviews import AlreadyReviewed, ReviewAlreadyReported
from marketplace.core.errors.waitlist import AlreadyWaiting

CONSTRAINTS: dict[str, type[MarketplaceError]] = {
    "uq_users_email_folded": EmailTaken,
    "uq_users_username_folded": UsernameTaken,
    "uq_identities_issuer_subject": IdentityTaken,
    "fk_token_families_begun_by_token_families": NotSignedIn,
    "ck_slots_seats_within_capacity": SoldOut,
    "ck_slots_seats_on_offer": SoldOut,
    "uq_waitlist_entries_one_open": AlreadyWaiting,
    "ex_slots_one_place_at_a_time": CreatorUnavailable,
    "uq_passkeys_credential_id": PasskeyRefused,
    "uq_reports_one_per_person_and_session": AlreadyReported,
    "uq_reviews_one_per_booking": AlreadyReviewed,
    "uq_review_reports_one_per_person": ReviewAlreadyReported,
    "uq_bookings_one_live_per_person_and_slot": AlreadyBooked,
    "max_live_bookings": TooManyBookings,
    "payments_as_read": StaleRead,
    "pk_payment_events": StaleRead,
    "ck_payments_refund_claimed": RefundExceedsPayment,
    "ck_payments_refunded": RefundExceedsPayment,
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
LOST = (
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.PostgresConnectionError,
    OSError,
    TimeoutError,
)
"""Those of `UNREACHABLE` after which a statement that commits by itself may have been committed."""
DRIVER_ERRORS = (asyncpg.InterfaceError, asyncpg.InternalClientError)
"""Errors of the driver itself: the connection is gone, or was used wrongly."""


def translated(error: BaseException, *, is_lost: bool = True) -> MarketplaceError | None:
    """Return the core's error for the driver's; `None` for an unknown one (a bug).

    `is_lost` says whether the connection is gone; the driver's own errors could also mean a bug.
    """
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        known = CONSTRAINTS.get(error.constraint_name or "")
        return known() if known else None
    if isinstance(error, TRANSACTION_CONFLICTS):
        return TransactionConflict()
    if isinstance(error, UNREACHABLE) or (is_lost and isinstance(error, DRIVER_ERRORS)):
        return Busy()
    return None


@contextmanager
def translating_errors() -> Iterator[None]:
    """Raise the core's error in place of the driver's; let unknown errors pass."""
    try:
        yield
    except Exception as error:
        known = translated(error)
        if known is None:
            raise
        raise known from error
