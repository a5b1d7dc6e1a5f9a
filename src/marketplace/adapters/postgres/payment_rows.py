"""Columns of payments, operations and parked payments, statements that read them, and conversions of rows."""

from typing import Any

from marketplace.adapters.postgres.rows import constructor
from marketplace.core.domain.disputes import DisputeState, PaymentDispute
from marketplace.core.domain.fields import field_names
from marketplace.core.domain.payment_reasons import Cause, ParkedReason
from marketplace.core.domain.payments import OperationKind, OperationState, Payment, PaymentOperation, PaymentStatus
from marketplace.core.ports.payments import ParkedPayment

PAYMENT, OPERATION, PARKED = field_names(Payment), field_names(PaymentOperation), field_names(ParkedPayment)
PAYMENT_COLUMNS, OPERATION_COLUMNS, PARKED_COLUMNS = (", ".join(names) for names in (PAYMENT, OPERATION, PARKED))
OF_BOOKING = f"SELECT {PAYMENT_COLUMNS} FROM payments WHERE booking_id = $1 ORDER BY id"  # noqa: S608 - column names
OF_BOOKINGS = f"""
    SELECT {PAYMENT_COLUMNS} FROM payments WHERE booking_id = ANY($1::uuid[]) ORDER BY id
"""  # noqa: S608 - column names
OPERATIONS = f"""
    SELECT {OPERATION_COLUMNS} FROM payment_operations WHERE payment_id = ANY($1::uuid[]) ORDER BY created_at, id
"""  # noqa: S608 - column names
DISPUTE = field_names(PaymentDispute)
DISPUTE_COLUMNS = ", ".join(DISPUTE)
DISPUTES = f"""
    SELECT {DISPUTE_COLUMNS} FROM payment_disputes WHERE payment_id = ANY($1::uuid[])
    ORDER BY opened_at, payment_id, ref
"""  # noqa: S608 - column names
COMMISSION_OF = "SELECT basis_points FROM creator_commissions WHERE creator_id = $1"


def placeholders(names: tuple[str, ...]) -> str:
    """Return `$1, …`, one for each name."""
    return ", ".join(f"${place}" for place in range(1, len(names) + 1))


def _reason_from(stored: str | None) -> ParkedReason | None:
    return None if stored is None else ParkedReason(stored)


_payment = constructor(Payment, {"status": PaymentStatus, "parked": _reason_from})
_operation = constructor(PaymentOperation, {"kind": OperationKind, "state": OperationState, "cause": Cause})
_dispute = constructor(PaymentDispute, {"state": DisputeState})
_parked = constructor(ParkedPayment, {"reason": ParkedReason})


def stored_payment(row: Any) -> Payment:
    """Convert a row of `PAYMENT_COLUMNS`."""
    return _payment(*row)


def stored_operation(row: Any) -> PaymentOperation:
    """Convert a row of `OPERATION_COLUMNS`."""
    return _operation(*row)


def stored_dispute(row: Any) -> PaymentDispute:
    """Convert a row of `DISPUTE_COLUMNS`."""
    return _dispute(*row)


def stored_parked(row: Any) -> ParkedPayment:
    """Convert a row of `PARKED_COLUMNS`."""
    return _parked(*row)
