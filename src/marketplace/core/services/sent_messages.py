"""Which messages went to a person, for themselves."""

from marketplace.core.domain.message_details import MessageDetails
from marketplace.core.domain.messages import Message
from marketplace.core.domain.pages import Page
from marketplace.core.domain.principals import Principal
from marketplace.core.ports.bookings import BookingLists
from marketplace.core.ports.messages import MessageLists


class SentMessageService:
    """Lists messages with their bookings: two statements a page."""

    def __init__(self, *, lists: MessageLists, bookings: BookingLists) -> None:
        self._lists = lists
        self._bookings = bookings

    async def list_own(self, principal: Principal, limit: int, after: str | None) -> Page[MessageDetails]:
        """Return a page of the principal's messages, newest first."""
        page = await self._lists.of_user(principal.user_id, limit, after)
        return page.with_items(await with_bookings(self._bookings, page.items))


async def with_bookings(
    bookings: BookingLists, messages: tuple[Message, ...], retryable: frozenset[object] = frozenset()
) -> tuple[MessageDetails, ...]:
    """Add their bookings to messages. `retryable` are the IDs of those that can be retried."""
    ids = sorted({each.booking_id for each in messages if each.booking_id is not None})
    found = {each.id: each for each in await bookings.histories(ids)} if ids else {}
    return tuple(
        MessageDetails.of(each, found.get(each.booking_id) if each.booking_id else None, can_retry=each.id in retryable)
        for each in messages
    )
