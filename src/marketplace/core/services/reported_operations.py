"""What came of an operation, as a look-up of its payment shows it."""

from uuid import UUID

from marketplace.core.domain.payments import OperationKind, PaymentOperation, PaymentStatus, ProviderReport
from marketplace.core.ports.payment_providers import Done, Opened, Pending, Refused, Unknown

Result = Opened | Done | Pending | Refused | Unknown

EXPIRED = "expired"
NOT_OPENED = "not_opened_yet"


def as_reported(claimed: PaymentOperation, report: ProviderReport | None, *, is_over: bool) -> Result | None:
    """Return the outcome, or `None` if the provider has to be asked. `is_over`: the payment can no longer be opened."""
    match claimed.kind:
        case OperationKind.OPEN:
            return _opening(report, is_over=is_over)
        case OperationKind.CAPTURE:
            return _capture(report)
        case OperationKind.VOID:
            return _void(report, is_over=is_over)
        case OperationKind.REFUND:
            return _refund(report, claimed.id)


def _opening(report: ProviderReport | None, *, is_over: bool) -> Result | None:
    if report is not None and report.status is not PaymentStatus.OPEN:
        return Done(report.provider_id)
    if is_over:
        return Refused(EXPIRED)
    # asked for again it would have to be the same, and the learner's language may have changed
    return None if report is None or report.url is None else Opened(report.provider_id, report.url)


def _capture(report: ProviderReport | None) -> Result | None:
    status = None if report is None else report.status
    if status is PaymentStatus.VOIDED:
        return Refused(status.value)
    return Done() if status is PaymentStatus.PAID else None


def _void(report: ProviderReport | None, *, is_over: bool) -> Result | None:
    if report is None:
        # the call that opens it may be under way
        return Done() if is_over else Unknown(NOT_OPENED)
    if report.status is PaymentStatus.PAID:
        return Refused(report.status.value)
    return Done() if report.status is PaymentStatus.VOIDED else None


def _refund(report: ProviderReport | None, operation_id: UUID) -> Result | None:
    own = next((each for each in report.refunds if each.operation_id == operation_id), None) if report else None
    if own is None:
        return None
    return Done(own.ref) if own.is_done else Pending(own.ref)
