"""Which kinds of mail people get."""

from collections.abc import Mapping

from marketplace.core.domain.messages import OPTIONAL_KINDS, MessageKind
from marketplace.core.domain.principals import Principal
from marketplace.core.errors import NotFound
from marketplace.core.ports.mail_composer import UnsubscribeTokens
from marketplace.core.ports.messages import MessageLists
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import UnitOfWork
from marketplace.core.services.retries import with_retries
from marketplace.core.services.rights import acquire_principal


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


class PreferenceService:
    """Lets people choose among the kinds that are not needed. The address in a mail ends the same choice."""

    def __init__(self, *, unit_of_work: UnitOfWork, lists: MessageLists, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._lists = lists
        self._clock = clock

    async def of(self, principal: Principal) -> Mapping[MessageKind, bool]:
        """Return whether the principal gets each optional kind."""
        recipient = await self._lists.recipient(principal.user_id)
        ended = frozenset[MessageKind]() if recipient is None else recipient.unsubscribed
        return {kind: kind not in ended for kind in OPTIONAL_KINDS}

    async def choose(self, principal: Principal, choices: Mapping[MessageKind, bool]) -> Mapping[MessageKind, bool]:
        """Start or end kinds of mail; those that are not among `choices` stay. Raises `NotSignedIn`."""

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                await acquire_principal(tx, principal)
                for kind, is_on in sorted(choices.items()):
                    if is_on:
                        await tx.messages.resubscribe(principal.user_id, kind)
                    else:
                        await tx.messages.unsubscribe(principal.user_id, kind, self._clock.now())

        await with_retries(operation)
        return await self.of(principal)
