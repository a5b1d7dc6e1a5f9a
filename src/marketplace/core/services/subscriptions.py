"""Ending mail of one kind."""

from marketplace.core.domain.messages import MessageKind
from marketplace.core.errors import NotFound
from marketplace.core.ports.mail_composer import UnsubscribeTokens
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import UnitOfWork


class SubscriptionService:
    """Unsubscribes by the signed address in a mail, without a login."""

    def __init__(self, *, unit_of_work: UnitOfWork, tokens: UnsubscribeTokens, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._tokens = tokens
        self._clock = clock

    def kind_of(self, token: str) -> MessageKind:
        """Return the kind that a token ends. Changes nothing. Raises `NotFound`."""
        found = self._tokens.read(token)
        if found is None:
            raise NotFound
        return found[1]

    async def unsubscribe(self, token: str) -> MessageKind:
        """End mail of the token's kind to its person; again, it changes nothing. Raises `NotFound`."""
        found = self._tokens.read(token)
        if found is None:
            raise NotFound
        user_id, kind = found
        async with self._unit_of_work() as tx:
            if await tx.messages.recipient(user_id) is None:
                raise NotFound
            await tx.messages.unsubscribe(user_id, kind, self._clock.now())
        return kind
