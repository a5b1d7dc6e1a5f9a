"""What the database says, in the core's words. Read from names and classes, never from message text."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from marketplace.core.errors import (
    AlreadyBooked,
    Busy,
    Collision,
    CreatorUnavailable,
    EmailTaken,
    MarketplaceError,
    SoldOut,
    UsernameTaken,
)

CONSTRAINTS: dict[str, type[MarketplaceError]] = {
    "uq_users_email_folded": EmailTaken,
    "uq_users_username_folded": UsernameTaken,
    "ck_slots_seats_within_capacity": SoldOut,
    "ex_slots_one_place_at_a_time": CreatorUnavailable,
    "uq_bookings_one_live_per_person_and_slot": AlreadyBooked,
}

COLLISIONS = (
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
    asyncpg.SerializationError,
)
OUT_OF_REACH = (
    asyncpg.CannotConnectNowError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what a connection says that the server gave up while it lay in the pool
    OSError,
    TimeoutError,
)


@contextmanager
def translated() -> Iterator[None]:
    """Raise the core's error in place of the driver's; leave what is nobody's rule (a bug) as it is."""
    try:
        yield
    except asyncpg.IntegrityConstraintViolationError as error:
        known = CONSTRAINTS.get(error.constraint_name or "")
        if known is None:
            raise
        raise known from error
    except COLLISIONS as error:
        raise Collision from error
    except OUT_OF_REACH as error:
        raise Busy from error
