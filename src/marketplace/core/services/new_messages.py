"""Deciding messages."""

from datetime import datetime
from uuid import UUID

from marketplace.core.domain.message_reasons import MessageReason
from marketplace.core.domain.messages import RULES, Message, MessageKind, MessageState, Topic
from marketplace.core.domain.security_changes import SecurityChange
from marketplace.core.ports.system import Ids


class NewMessages:
    """Makes messages to add to the transaction that causes them, with `tx.messages.add`.

    Without a mail server (`is_on`), they are held. `host` ends each Message-ID.
    """

    def __init__(self, *, ids: Ids, host: str, is_on: bool) -> None:
        self._ids = ids
        self._host = host
        self._is_on = is_on

    def unsent_verification(self, user_id: UUID, now: datetime) -> Message:
        """Return what takes the place of the mail of a registration, so that it is not sent."""
        decided = self.decide(MessageKind.VERIFY_EMAIL, user_id, Topic(subject=str(user_id)), now)
        return decided.dropped(MessageReason.NETWORK_LIMIT)

    def security_change(self, user_id: UUID, change: SecurityChange, now: datetime) -> Message:
        """Return the message of a change of how a person signs in."""
        return self.decide(MessageKind.SECURITY_CHANGED, user_id, Topic(subject=f"{change}:{self._ids.new()}"), now)

    def decide(
        self, kind: MessageKind, user_id: UUID, topic: Topic, now: datetime, due_at: datetime | None = None
    ) -> Message:
        """Return a message to a person, due at an instant, by default now."""
        rule, due_at, number = RULES[kind], due_at or now, self._ids.new()
        expires_at = due_at + rule.worth
        if rule.ends_at_start and topic.starts_at is not None:
            expires_at = min(expires_at, topic.starts_at)
        return Message(
            id=number,
            user_id=user_id,
            kind=kind,
            subject=topic.subject,
            version=topic.version,
            booking_id=topic.booking_id,
            session_id=topic.session_id,
            due_at=due_at,
            expires_at=expires_at,
            state=MessageState.PENDING if self._is_on else MessageState.HELD,
            next_attempt_at=due_at if self._is_on else None,
            message_id=f"<{number}@{self._host}>",
            created_at=now,
        )
