"""The lists of the back office."""

from collections.abc import AsyncGenerator
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

    It is ordered by `filters.ordering`, and where that is equal by id in the same direction. Of what a search is
    compared with, nothing but words counts: accents and case do not matter, and a word is found by its beginning.
    """

    async def page(self, filters: F_contra, offset: int, limit: int) -> NumberedPage[R]:
        """What comes after the first `offset` rows that match, and how many match.

        The total is exact up to `MAX_COUNTED`; of more it may be an estimate, which is more than that too. What an
        offset costs grows with it, as far as the middle of the list. Raises `Busy`.
        """
        ...

    async def matching(self, filters: F_contra, maximum: int) -> tuple[UUID, ...]:
        """The ids of all rows that match, in order; where more than `most` do, of any so many. Raises `Busy`."""
        ...

    def batches(self, filters: F_contra) -> AsyncGenerator[tuple[R, ...], None]:
        """All rows that match as they were at one moment, however many and however long the reader takes for them.

        Holds a connection of its own until it is exhausted or closed: close it. Raises `Busy`.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminLists:
    """All four."""

    users: AdminList[ListedUserFilters, AccountRow]
    sessions: AdminList[ListedSessionFilters, SessionRow]
    bookings: AdminList[ListedBookingFilters, BookingRow]
    audit: AdminList[ListedAuditFilters, AuditDetails]
