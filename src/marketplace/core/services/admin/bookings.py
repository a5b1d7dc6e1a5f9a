"""Bookings, as the staff reads them. What it does about them is `BookingService`'s, by the rules of their life."""

from uuid import UUID

from marketplace.core.entities.audit import AuditDetails
from marketplace.core.entities.bookings import BookingHistory
from marketplace.core.errors import NotFound
from marketplace.core.ports.audit import AuditTrail
from marketplace.core.ports.bookings import BookingLists
from marketplace.core.services.admin.users import LOG_MOST


class BookingAdminService:
    """Bookings of others."""

    def __init__(self, *, lists: BookingLists, trail: AuditTrail) -> None:
        self._lists = lists
        self._trail = trail

    async def get(self, booking_id: UUID) -> BookingHistory:
        """A booking with every step of its life. Raises `NotFound`."""
        found = await self._lists.find(booking_id)
        if found is None:
            raise NotFound
        return found

    async def log(self, booking_id: UUID) -> tuple[AuditDetails, ...]:
        """What the staff last did about a booking, newest first."""
        return await self._trail.newest(LOG_MOST, ("booking", booking_id))
