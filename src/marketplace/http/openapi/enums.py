"""Names of enums in the OpenAPI document. A set of words is one enum, wherever it occurs."""

from collections.abc import Collection, Iterable
from typing import Any, get_args

from marketplace.core.domain.admin_lists import AuditOrdering, BookingListOrdering, SessionListOrdering, UserOrdering
from marketplace.core.domain.api_keys import KeyScope
from marketplace.core.domain.audit import AuditAction, TargetKind
from marketplace.core.domain.bookable_starts import Closing
from marketplace.core.domain.booking_details import BookingOrdering
from marketplace.core.domain.booking_steps import AllowedAction, BookingStatus, StepAction
from marketplace.core.domain.bulk import BulkAction, BulkKind, BulkOutcome, BulkState
from marketplace.core.domain.catalog import Ordering
from marketplace.core.domain.disputes import DisputeState
from marketplace.core.domain.exports import ExportFormat
from marketplace.core.domain.ledger import TransactionKind
from marketplace.core.domain.message_details import Progress
from marketplace.core.domain.message_reasons import MessageReason
from marketplace.core.domain.messages import MessageKind, MessageState, Unsent
from marketplace.core.domain.notifications import NotificationKind
from marketplace.core.domain.payment_reasons import Cause, ParkedReason
from marketplace.core.domain.payment_views import ShownStatus
from marketplace.core.domain.payments import OperationKind, OperationState, PaymentStatus
from marketplace.core.domain.places import SessionFormat
from marketplace.core.domain.principals import Role
from marketplace.core.domain.reports import ReportReason, Resolution
from marketplace.core.domain.reviews import ModerationState
from marketplace.core.domain.sessions import PaymentMethod, SessionStatus
from marketplace.core.domain.site_texts import TextName
from marketplace.core.domain.users import VerifiedEffect
from marketplace.core.domain.waitlist import WaitlistStatus
from marketplace.http.api.system import DemoRole

ENUMS: dict[str, Any] = {
    "AllowedAction": AllowedAction,
    "ApiKeyScope": KeyScope,
    "AuditAction": AuditAction,
    "AuditOrdering": AuditOrdering,
    "BookingListOrdering": BookingListOrdering,
    "BookingOrdering": BookingOrdering,
    "BookingPaymentStatus": ShownStatus,
    "BookingStatus": BookingStatus,
    "BulkAction": BulkAction,
    "BulkKind": BulkKind,
    "BulkOutcome": BulkOutcome,
    "BulkState": BulkState,
    "DemoRole": DemoRole,
    "ExportFormat": ExportFormat,
    "LedgerTransactionKind": TransactionKind,
    "MessageKind": MessageKind,
    "MessageProgress": Progress,
    "MessageReason": MessageReason,
    "MessageState": MessageState,
    "UnsentMessages": Unsent,
    "NotificationKind": NotificationKind,
    "ParkedReason": ParkedReason,
    "DisputeState": DisputeState,
    "PaymentCause": Cause,
    "PaymentOperationKind": OperationKind,
    "PaymentOperationState": OperationState,
    "PaymentStatus": PaymentStatus,
    "PaymentMethod": PaymentMethod,
    "ReportReason": ReportReason,
    "Resolution": Resolution,
    "ReviewModerationState": ModerationState,
    "Role": Role,
    "SessionFormat": SessionFormat,
    "SessionListOrdering": SessionListOrdering,
    "SessionOrdering": Ordering,
    "SessionStatus": SessionStatus,
    "SlotClosing": Closing,
    "StepAction": StepAction,
    "TargetKind": TargetKind,
    "TextName": TextName,
    "UserOrdering": UserOrdering,
    "VerifiedEffect": VerifiedEffect,
    "WaitlistStatus": WaitlistStatus,
}


class EnumNames:
    """Looks up the name of an enum by its words."""

    def __init__(self, categories: Collection[str]) -> None:
        words = {name: get_args(each) or tuple(each) for name, each in ENUMS.items()} | {"Category": tuple(categories)}
        self._named = {frozenset(each): (name, each) for name, each in words.items()}

    def of(self, words: Iterable[str]) -> tuple[str, dict[str, Any]]:
        """Return the name and the schema of an enum. Raises `LookupError` if it has no name."""
        found = self._named.get(frozenset(words))
        if found is None:
            raise LookupError(f"Name this enum in {__name__}.ENUMS: {', '.join(words)}")
        name, ordered = found
        schema = {"type": "string", "enum": list(ordered)}
        if any(word.startswith("-") for word in ordered):
            # generators leave out the sign, and then number the two equal names
            schema["x-enum-varnames"] = [_constant(word) for word in ordered]
        return name, schema


def _constant(word: str) -> str:
    return f"{word[1:]}_descending".upper() if word.startswith("-") else word.upper()
