"""Audit log entries: actor, action, target, origin, changed fields and reason."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, Self
from uuid import UUID

from marketplace.core.domain.pictures import Picture
from marketplace.core.domain.principals import Origin, Principal
from marketplace.core.domain.refund_policies import RefundTier
from marketplace.core.domain.sessions import PRIVATE_FIELDS
from marketplace.core.domain.users import PublicUser

AuditAction = Literal[
    "registered",
    "signed_in",
    "sign_in_refused",
    "refresh_refused",
    "password_changed",
    "password_change_refused",
    "role_changed",
    "deactivated",
    "activated",
    "user_changed",
    "rights_changed",
    "password_reset_issued",
    "password_reset",
    "password_reset_requested",
    "email_verified",
    "email_change_requested",
    "email_change_refused",
    "email_changed",
    "login_ended",
    "logins_ended",
    "reauthenticated",
    "reauthentication_refused",
    "second_factor_enabled",
    "second_factor_disabled",
    "second_factor_removed",
    "recovery_codes_renewed",
    "recovery_code_used",
    "api_key_created",
    "api_key_revoked",
    "identity_connected",
    "identity_disconnected",
    "passkey_added",
    "passkey_removed",
    "data_exported",
    "account_deleted",
    "account_deletion_refused",
    "session_changed",
    "session_archived",
    "session_hidden",
    "session_restored",
    "session_featured",
    "session_unfeatured",
    "report_dismissed",
    "report_upheld",
    "review_hidden",
    "review_restored",
    "review_reports_dismissed",
    "booking_cancelled",
    "booking_confirmed",
    "booking_declined",
    "booking_completed",
    "booking_rescheduled",
    "payment_refunded",
    "payment_resolved",
    "commission_changed",
    "conversation_read",
    "impersonation_started",
    "impersonation_ended",
    "impersonated_change_refused",
    "access_refused",
    "bulk_begun",
    "bulk_cancelled",
    "job_retried",
    "message_retried",
    "address_cleared",
    "exported",
]
TargetKind = Literal["user", "session", "booking", "report", "review", "bulk_run", "payment"]
Target = tuple[TargetKind, UUID]
"""Kind and ID of the object an action applies to."""
AuditValues = Mapping[str, Any]
"""Field values by name, limited to JSON types: strings, integers, booleans, lists of strings, and `None`."""
Change = tuple[AuditValues, AuditValues]
"""Changed fields before and after."""

NO_CHANGE: Change = ({}, {})
WITHHELD = "(withheld)"
"""Instead of a value that readers of the audit log may not see."""
TEXT_LENGTH = 200
"""Maximum stored length of a text value, in characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """An action that was performed or refused. IDs are stored as plain values: entries outlive their targets.

    `actor_id` is `None` without a signed-in user. `as_id` is the impersonated user, if any. `before` and `after` hold
    the changed fields.
    """

    id: UUID
    at: datetime
    actor_id: UUID | None
    as_id: UUID | None
    address: str | None
    agent: str | None
    action: AuditAction
    target_kind: TargetKind | None
    target_id: UUID | None
    before: AuditValues
    after: AuditValues
    reason: str

    @classmethod
    def of(  # noqa: PLR0913 - one argument per fact
        cls,
        actor: Principal | Origin,
        action: AuditAction,
        target: Target | None,
        *,
        entry_id: UUID,
        at: datetime,
        change: Change = NO_CHANGE,
        reason: str = "",
    ) -> Self:
        """Create the entry of an action by a principal, or by an unauthenticated client known only by its origin."""
        kind, target_id = target or (None, None)
        principal, origin = (None, actor) if isinstance(actor, Origin) else (actor, actor.origin)
        return cls(
            id=entry_id,
            at=at,
            actor_id=principal.actor_id if principal else None,
            as_id=principal.as_id if principal else None,
            address=origin.address,
            agent=origin.agent,
            action=action,
            target_kind=kind,
            target_id=target_id,
            before=change[0],
            after=change[1],
            reason=reason,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditDetails(AuditEntry):
    """An entry with the current public details of the people it names."""

    actor_details: PublicUser | None
    as_details: PublicUser | None


def email_addresses(entry: AuditEntry) -> tuple[str, ...]:
    """Return the e-mail addresses among the changed or attempted values."""
    found = (changes.get("email") for changes in (entry.before, entry.after))
    return tuple(each for each in found if isinstance(each, str))


def loggable_address(email: str) -> dict[str, str]:
    """Return the loggable part of a sign-in address.

    Text without an `@` is dropped: it may be a password typed into the wrong field.
    """
    return {"email": email[:TEXT_LENGTH]} if "@" in email else {}


def differences(before: object, after: object, names: Iterable[str]) -> Change:
    """Return the named fields that differ between two objects."""
    changed = [name for name in names if getattr(before, name) != getattr(after, name)]
    return values_of(before, changed), values_of(after, changed)


def values_of(resource: object, names: Iterable[str]) -> AuditValues:
    """Return the named fields of an object as audit values. Private ones are only said to be set."""
    values = {name: getattr(resource, name) for name in names}
    return {
        name: WITHHELD if name in PRIVATE_FIELDS and value is not None else _audit_value(value)
        for name, value in values.items()
    }


def _audit_value(value: object) -> object:
    if isinstance(value, str):
        return value if len(value) <= TEXT_LENGTH else f"{value[: TEXT_LENGTH - 1]}…"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_audit_value(each) for each in value]
    return str(value) if isinstance(value, UUID | Decimal | Picture | RefundTier) else value
