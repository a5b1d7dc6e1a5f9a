"""What the marketplace keeps about a person, for themselves."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Literal, TypeVar
from uuid import UUID

from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.pages import Page
from marketplace.core.domain.payment_views import OwnPayment
from marketplace.core.domain.principals import MAX_LOGINS, Principal
from marketplace.core.errors import ImpersonatedReadOnly
from marketplace.core.ports.api_keys import ApiKeyDirectory
from marketplace.core.ports.bookings import BookingLists
from marketplace.core.ports.conversations import Conversations
from marketplace.core.ports.favourites import FavouriteLists
from marketplace.core.ports.identities import IdentityDirectory
from marketplace.core.ports.messages import MessageLists
from marketplace.core.ports.passkeys import PasskeyDirectory
from marketplace.core.ports.payments import PaymentLists
from marketplace.core.ports.reports import ReportQueue
from marketplace.core.ports.reviews import ReviewLists
from marketplace.core.ports.second_factors import SecondFactorDirectory
from marketplace.core.ports.sessions import Catalog
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.tokens import LoginDirectory
from marketplace.core.ports.unit_of_work import UnitOfWork
from marketplace.core.ports.users import UserDirectory
from marketplace.core.ports.waitlist import Waitlists
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.retries import with_retries

Part = Literal[
    "profile",
    "sessions",
    "bookings",
    "payments",
    "messages",
    "mails",
    "favourites",
    "waitlist",
    "reports",
    "reviews",
    "answers",
    "review_reports",
    "logins",
    "identities",
    "api_keys",
    "passkeys",
    "second_factors",
]
PAGE = 100
"""Rows read at once, so that a copy of any size is never in memory as a whole."""
T = TypeVar("T")


class PersonalDataService:
    """Gives people a copy of their data: their account, and what they made and did with it."""

    def __init__(  # noqa: PLR0913 - one argument per port
        self,
        *,
        unit_of_work: UnitOfWork,
        users: UserDirectory,
        catalog: Catalog,
        bookings: BookingLists,
        payments: PaymentLists,
        conversations: Conversations,
        mails: MessageLists,
        favourites: FavouriteLists,
        waitlists: Waitlists,
        reports: ReportQueue,
        reviews: ReviewLists,
        logins: LoginDirectory,
        api_keys: ApiKeyDirectory,
        identities: IdentityDirectory,
        passkeys: PasskeyDirectory,
        second_factors: SecondFactorDirectory,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._users = users
        self._catalog = catalog
        self._bookings = bookings
        self._payments = payments
        self._conversations = conversations
        self._mails = mails
        self._favourites = favourites
        self._waitlists = waitlists
        self._reports = reports
        self._reviews = reviews
        self._logins = logins
        self._api_keys = api_keys
        self._identities = identities
        self._passkeys = passkeys
        self._second_factors = second_factors
        self._audit = AuditWriter(unit_of_work, clock, ids)
        self._clock = clock

    async def export(self, principal: Principal) -> AsyncGenerator[tuple[Part, object], None]:
        """Return the parts of the copy, in the order of `Part`: the account, then each item. It is read as it is used.

        The audit log records it. Raises `ImpersonatedReadOnly`: a copy would outlast the impersonation; `NotSignedIn`.
        """
        if principal.impersonator_id is not None:
            raise ImpersonatedReadOnly

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                (await tx.users.acquire_shared(principal.user_id)).current(principal)
                await self._audit.write(tx, principal, "data_exported", ("user", principal.user_id))

        await with_retries(operation)
        return self._parts(principal)

    async def _parts(self, principal: Principal) -> AsyncGenerator[tuple[Part, object], None]:
        person, now = principal.user_id, self._clock.now()
        yield "profile", await self._users.get(person)
        async for session in _items(lambda after: self._catalog.of_creator(person, PAGE, after, now)):
            yield "sessions", session
        async for booking in _items(lambda after: self._booked(person, after)):
            yield "bookings", booking
        async for payment in _items(lambda after: self._paid(person, after)):
            yield "payments", payment
        async for message in _items(lambda after: self._conversations.of_author(person, PAGE, after)):
            yield "messages", message
        async for mail in _items(lambda after: self._mails.of_user(person, PAGE, after)):
            yield "mails", mail
        async for kept in self._of_interest(person):
            yield kept
        async for report in _items(lambda after: self._reports.of_reporter(person, PAGE, after)):
            yield "reports", report
        async for reviewed in self._of_reviews(person):
            yield reviewed
        async for way in self._of_access(person, now):
            yield way

    async def _of_interest(self, person: UUID) -> AsyncIterator[tuple[Part, object]]:
        for kept in await self._favourites.ids(person):
            yield "favourites", kept
        async for entry in _items(lambda after: self._waitlists.of_user(person, PAGE, after)):
            yield "waitlist", entry

    async def _of_reviews(self, person: UUID) -> AsyncIterator[tuple[Part, object]]:
        async for review in _items(lambda after: self._reviews.of_author(person, PAGE, after)):
            yield "reviews", review
        async for answered in _items(lambda after: self._reviews.answered_by(person, PAGE, after)):
            yield "answers", answered
        async for about in _items(lambda after: self._reviews.reports_of(person, PAGE, after)):
            yield "review_reports", about

    async def _of_access(self, person: UUID, now: datetime) -> AsyncIterator[tuple[Part, object]]:
        for login in await self._logins.active(person, now, MAX_LOGINS):
            yield "logins", login
        for identity in await self._identities.of_user(person):
            yield "identities", identity
        for key in await self._api_keys.of_user(person):
            yield "api_keys", key
        for passkey in await self._passkeys.of_user(person):
            yield "passkeys", passkey
        factor = await self._second_factors.state(person)
        if factor.since is not None:
            yield "second_factors", factor

    async def _booked(self, person: UUID, after: str | None) -> Page[BookingHistory]:
        page = await self._bookings.of_user(person, PAGE, after)
        histories = await self._bookings.histories([each.id for each in page.items])
        by_id = {each.id: each for each in histories}
        return page.with_items(tuple(by_id[each.id] for each in page.items if each.id in by_id))

    async def _paid(self, person: UUID, after: str | None) -> Page[OwnPayment]:
        """Return the payments of a page of bookings."""
        page = await self._bookings.of_user(person, PAGE, after)
        payments = await self._payments.of_bookings([each.id for each in page.items])
        operations = await self._payments.operations([each.id for each in payments]) if payments else ()
        return Page(tuple(OwnPayment.of(each, operations) for each in payments), page.next)


async def _items(read: Callable[[str | None], Awaitable[Page[T]]]) -> AsyncIterator[T]:
    after: str | None = None
    while True:
        page = await read(after)
        for item in page.items:
            yield item
        if page.next is None:
            return
        after = page.next
