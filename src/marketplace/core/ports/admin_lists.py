"""Lists of the back office."""

from collections.abc import AsyncGenerator, Collection
from dataclasses import dataclass
from typing import Protocol, TypeVar
from uuid import UUID

from marketplace.core.domain.admin_lists import (
    AccountRow,
    BookingRow,
    ListedAuditFilters,
    ListedBookingFilters,
    ListedSessionFilters,
    ListedUserFilters,
    SessionRow,
)
from marketplace.core.domain.audit import AuditDetails
from marketplace.core.domain.pages import NumberedPage

F_contra = TypeVar("F_contra", contravariant=True)
R = TypeVar("R")


class AdminList(Protocol[F_contra, R]):
    """One list, read outside a transaction.

    Ordered by `filters.ordering`, ties by ID in the same direction. Searches compare words only: accents and case are
    ignored, and words match by prefix.
    """

    async def page(self, filters: F_contra, offset: int, limit: int) -> NumberedPage[R]:
        """Return a page of matches and their total.

        The total is exact up to `MAX_COUNTED`; larger ones may be estimates above it. The cost grows with the offset,
        up to the middle of the list. Raises `Busy`.
        """
        ...

    async def matching(
        self, filters: F_contra, maximum: int, among: Collection[UUID] | None = None
    ) -> tuple[UUID, ...]:
        """Return the IDs of all matches, in order; if there are more than `maximum`, any `maximum` of them.

        With `among`, only these rows are tested. Raises `Busy`.
        """
        ...

    def batches(self, filters: F_contra) -> AsyncGenerator[tuple[R, ...], None]:
        """Yield all matches of one snapshot in batches, however long the reader takes.

        Holds a dedicated connection until it is exhausted or closed, so always close it. Raises `Busy`.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminLists:
    """The four admin lists."""

    users: AdminList[ListedUserFilters, AccountRow]
    sessions: AdminList[ListedSessionFilters, SessionRow]
    bookings: AdminList[ListedBookingFilters, BookingRow]
    audit: AdminList[ListedAuditFilters, AuditDetails]
