"""Audit log entries as JSON."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from marketplace.core.domain.audit import AuditAction, TargetKind
from marketplace.http.api.users import PublicUserOut


class AuditEntryOut(msgspec.Struct):
    """An action that was done or refused.

    `actor_id` is `null` if no one was signed in. `as_id` is the user whom the actor impersonated, if any. `before` and
    `after` have the changed fields.
    """

    id: UUID
    at: datetime
    actor_id: UUID | None
    actor_details: PublicUserOut | None
    as_id: UUID | None
    as_details: PublicUserOut | None
    address: str | None
    agent: str | None
    action: AuditAction
    target_kind: TargetKind | None
    target_id: UUID | None
    before: dict[str, Any]
    after: dict[str, Any]
    reason: str
