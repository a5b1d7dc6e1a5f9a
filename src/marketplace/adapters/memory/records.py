"""Rows and keys of tables that hold more than an object of the domain."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.core.domain.api_keys import ApiKey
from marketplace.core.domain.bulk import BulkRefusal, BulkRun
from marketplace.core.domain.events import EventId, RecordedEvent
from marketplace.core.domain.idempotency import IdempotencyKey
from marketplace.core.domain.messages import MessageKind
from marketplace.core.domain.principals import Login
from marketplace.core.ports.jobs import Job

SlotKey = tuple[UUID, datetime]
SeatKey = tuple[UUID, UUID, datetime]
"""Person, session, start."""
IdempotencyKeyId = tuple[UUID, str, str]
"""Person, route, key."""
MessageKey = tuple[UUID, str, str, int]
"""Person, kind, subject, version."""
BalanceKey = tuple[UUID, str, str]
"""Owner, purpose, currency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRow:
    """A login and when it was revoked."""

    login: Login
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyRow:
    """An API key and the hash of its secret. Its last use is a row of its own, so that none is lost by a revocation."""

    key: ApiKey
    key_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """Whose a username key is, and when it was released."""

    user_id: UUID
    released_at: datetime | None = None
    username: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodeRow:
    """A recovery code and when it was used."""

    user_id: UUID
    code_hash: bytes
    created_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRow:
    """A refresh token and when it was used."""

    family_id: UUID
    expires_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyKeyRow:
    """An idempotency key, the resource created with it, and when."""

    key: IdempotencyKey
    resource_id: UUID
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """A job as enqueued and as rescheduled, its consecutive failures, its last error and its lease.

    Ids increase with each job. `locked_until` is a time of `time.monotonic`.
    """

    id: int
    enqueued: Job
    job: Job
    attempts: int = 0
    fault: str | None = None
    failed_at: datetime | None = None
    locked_by: UUID | None = None
    locked_until: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """An event; `deliver_at` is `None` once it is delivered. `step` is the index among the booking's steps."""

    id: EventId
    subject_id: UUID
    event: RecordedEvent | None
    step: int | None
    deliver_at: datetime | None
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressRow:
    """An e-mail address of a person that a mail server refused."""

    digest: bytes
    refused_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsubscribedRow:
    """A kind of message that a person gets no mail of."""

    user_id: UUID
    kind: MessageKind
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkRow:
    """A bulk run with its targets and refusals."""

    run: BulkRun
    targets: tuple[UUID, ...]
    refusals: tuple[BulkRefusal, ...] = ()
