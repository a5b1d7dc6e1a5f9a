"""Bookings, as the staff reads them. What it does about them is `BookingService`'s, by the rules of their life."""

from uuid import UUID

from marketplace.core.domain.audit import AuditDetails
from marketplace.core.domain.bookings import BookingHistory
from marketplace.core.errors import NotFound
from marketplace.core.ports.audit import AuditLogReader
from marketplace.core.ports.bookings import BookingLists
from marketplace.core.services.admin.users import MAX_LOG


class BookingAdminService:
    """Bookings of others."""

    def __init__(self, *, lists: BookingLists, audit_log: AuditLogReader) -> None:
        self._lists = lists
        self._audit_log = audit_log

    async def get(self, booking_id: UUID) -> BookingHistory:
        """A booking with every step of its life. Raises `NotFound`."""
        found = await self._lists.find(booking_id)
        if found is None:
            raise NotFound
        return found

    async def log(self, booking_id: UUID) -> tuple[AuditDetails, ...]:
        """What the staff last did about a booking, newest first."""
        return await self._audit_log.newest(MAX_LOG, ("booking", booking_id))
