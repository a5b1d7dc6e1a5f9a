"""Who can see a session."""

from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import SessionDetails
from marketplace.core.errors import NotFound
from marketplace.core.ports.bookings import BookingLists, Bookings


async def require_visible(
    session: SessionDetails, principal: Principal | None, bookings: BookingLists | Bookings
) -> None:
    """Raise `NotFound` if the principal cannot see the session. Reads bookings only if it is not for sale."""
    if session.visible_to(principal):
        return
    is_holder = principal is not None and await bookings.is_holder(principal.user_id, session.id)
    if not session.visible_to(principal, is_holder=is_holder):
        raise NotFound
