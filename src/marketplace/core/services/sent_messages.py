"""Which messages went to a person, for themselves."""

from collections.abc import Sequence

from marketplace.core.domain.message_details import MessageDetails
from marketplace.core.domain.messages import Message
from marketplace.core.domain.pages import Page
from marketplace.core.domain.principals import Principal
from marketplace.core.ports.bookings import BookingLists
from marketplace.core.ports.messages import MessageLists
from marketplace.core.ports.system import Clock


class SentMessageService:
    """Lists messages with their bookings: three statements a page."""

    def __init__(self, *, lists: MessageLists, bookings: BookingLists, clock: Clock) -> None:
        self._lists = lists
        self._bookings = bookings
        self._clock = clock

    async def list_own(self, principal: Principal, limit: int, after: str | None) -> Page[MessageDetails]:
        """Return a page of the principal's messages, newest first."""
        page = await self._lists.of_user(principal.user_id, limit, after)
        recipient, now = await self._lists.recipient(principal.user_id), self._clock.now()
        found = await with_bookings(self._bookings, page.items)
        return page.with_items(tuple(each.to(recipient, now) for each in found))


async def with_bookings(bookings: BookingLists, messages: Sequence[Message]) -> tuple[MessageDetails, ...]:
    """Add their bookings to messages."""
    ids = sorted({each.booking_id for each in messages if each.booking_id is not None})
    found = {each.id: each for each in await bookings.histories(ids)} if ids else {}
    return tuple(MessageDetails.of(each, found.get(each.booking_id) if each.booking_id else None) for each in messages)
