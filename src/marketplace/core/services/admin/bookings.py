"""Reading bookings as staff. Staff actions on them are in `BookingService`."""

from uuid import UUID

from marketplace.core.domain.audit import AuditDetails
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.errors import NotFound
from marketplace.core.ports.audit import AuditLogReader
from marketplace.core.ports.bookings import BookingLists
from marketplace.core.services.admin.users import MAX_LOG


class BookingAdminService:
    """Reads any booking."""

    def __init__(self, *, lists: BookingLists, audit_log: AuditLogReader) -> None:
        self._lists = lists
        self._audit_log = audit_log

    async def get(self, booking_id: UUID) -> BookingHistory:
        """Return a booking with its history. Raises `NotFound`."""
        found = await self._lists.find(booking_id)
        if found is None:
            raise NotFound
        return found

    async def log(self, booking_id: UUID) -> tuple[AuditDetails, ...]:
        """Return the latest audit log entries of a booking, newest first."""
        return await self._audit_log.newest(MAX_LOG, ("booking", booking_id))
