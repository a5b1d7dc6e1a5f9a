"""What faults happen to: each operation with what it changes, and what another person writes meanwhile."""

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID, uuid4

from builders import a_login, a_message, a_principal, principal_of, stored_user
from contracts.waiting import waiting
from marketplace.adapters.payments.events import SIGNATURE_HEADER
from marketplace.adapters.payments.signatures import sign
from marketplace.core.domain.messages import MessageKind
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.tokens import refresh_token_hash
from postgres.fault_market import DAY, OF_LOGIN, OF_MESSAGE, Case, Market, Operation, Seen
from postgres.fault_program import Given
from provider_worlds import SECRET


async def book_first(market: Market) -> Case:
    session, [learner, other] = await market.plain_session(max_participants=2), await market.people(2)
    return await _booking(market, session, learner, lambda: market.take(session, 2, other))


async def book_last(market: Market) -> Case:
    session, [learner, other] = await market.plain_session(max_participants=2), await market.people(2)
    await market.take(session)
    return await _booking(market, session, learner, lambda: market.take(session, 1, other))


async def _booking(market: Market, session: Session, learner: UUID, competes: Callable[[], Awaitable[object]]) -> Case:
    body = {"session": str(session.id), "booking_date": market.start.isoformat()}
    return Case(
        given=await market.asks(learner, "/api/bookings/", body),
        see=market.of_session(session, learner),
        competes=competes,
    )


async def seats(market: Market) -> Case:
    session, [other] = await market.plain_session(max_participants=3), await market.people(1)
    booking, learner = await market.take(session)
    return Case(
        given=await market.asks(learner, f"/api/bookings/{booking}/", {"seats": 3}, "PATCH"),
        see=market.of_session(session, learner),
        competes=lambda: market.take(session, 2, other),
    )


async def cancel(market: Market) -> Case:
    session = await market.plain_session()
    booking, learner = await market.take(session)
    creator = a_principal(session.creator_id)
    return Case(
        given=await market.asks(learner, f"/api/bookings/{booking}/cancel/", {"reason": "Ill."}),
        see=market.of_session(session, learner),
        competes=lambda: market.services.bookings.act(creator, booking, "cancel", "Rain."),
    )


async def cancel_with_a_line(market: Market) -> Case:
    session = await market.plain_session(max_participants=1)
    booking, learner = await market.take(session)
    person, entry = await waiting(market.storage, market.services, session, at=market.start)
    return Case(
        given=await market.asks(learner, f"/api/bookings/{booking}/cancel/", {"reason": "Ill."}),
        see=market.of_session(session, learner),
        competes=lambda: market.services.waitlist.leave(person, entry.id),
    )


async def reschedule(market: Market) -> Case:
    session = await market.plain_session()
    booking, learner = await market.take(session)
    body = {"booking_date": (market.start + 2 * DAY).isoformat()}
    return Case(
        given=await market.asks(learner, f"/api/bookings/{booking}/reschedule/", body),
        see=market.of_session(session, learner),
        competes=lambda: market.services.bookings.act(a_principal(learner), booking, "cancel"),
    )


async def confirm(market: Market) -> Case:
    session = await market.plain_session(requires_confirmation=True)
    booking, learner = await market.take(session)
    return Case(
        given=await market.asks(session.creator_id, f"/api/bookings/{booking}/confirm/"),
        see=market.of_session(session, learner),
        competes=lambda: market.services.bookings.act(a_principal(learner), booking, "cancel"),
    )


async def expire(market: Market) -> Case:
    session = await market.plain_session(requires_confirmation=True)
    market.clock.advance(-3 * DAY)
    booking, learner = await market.take(session)
    market.clock.advance(3 * DAY)
    while await market.services.events.deliver():
        pass
    return Case(
        given=market.works("jobs"),
        see=market.of_session(session, learner),
        competes=lambda: market.services.bookings.act(a_principal(learner), booking, "cancel"),
    )


async def refresh(market: Market) -> Case:
    user = await stored_user(market.storage)
    login, token = a_login(user, created_at=market.now(), expires_at=market.now() + DAY), str(uuid4())
    async with market.storage.unit_of_work() as tx:
        await tx.tokens.add_login(login, refresh_token_hash(token))
    body = {"refresh": token, "attempt": str(uuid4())}
    return Case(
        given=lambda: Given(at=market.now(), path="/api/auth/refresh/", body=body),
        see=lambda: market.ask(OF_LOGIN, login.id),
        competes=lambda: market.services.tokens.log_out(token),
    )


async def pay(market: Market) -> Case:
    booking, learner = await market.book(await market.session())
    return Case(
        given=await market.asks(learner, f"/api/bookings/{booking}/pay/"),
        see=market.of_payments(booking),
        competes=lambda: market.services.bookings.act(a_principal(learner), booking, "cancel"),
    )


async def notice(market: Market) -> Case:
    booking, learner = await market.book(await market.session())
    await market.use_card(booking, learner)
    [payment] = await market.storage.payments.of_booking(booking)
    event = str(uuid4())
    body = f'{{"id":"{event}","type":"payment.paid","payment":"{payment.provider_id}","reference":"{payment.id}"}}'

    def given() -> Given:
        headers = {SIGNATURE_HEADER: sign(body.encode(), SECRET, market.now())}
        return Given(at=market.now(), path="/api/payments/webhooks/simulator/", content=body, headers=headers)

    return Case(
        given=given,
        see=market.of_payments(booking),
        competes=lambda: market.services.payments.pay(a_principal(learner), booking),
    )


async def refund(market: Market) -> Case:
    booking, learner = await market.book(await market.session())
    await market.pay(booking, learner)
    [payment] = await market.storage.payments.of_booking(booking)
    staff = await stored_user(market.storage, is_staff=True)
    other = principal_of(await stored_user(market.storage, is_staff=True))
    body = {"amount": "10.00", "reason": "The room was cold."}
    return Case(
        given=await market.asks(staff.id, f"/api/admin/payments/{payment.id}/refund/", body),
        see=market.of_payments(booking),
        competes=lambda: market.services.payment_admin.refund(other, payment.id, 3_000, "The room was hot."),
    )


async def refund_of_a_cancelled_booking(market: Market) -> Case:
    booking, learner = await market.book(await market.session())
    await market.pay(booking, learner)
    await market.calm_down()
    await market.services.bookings.act(a_principal(learner), booking, "cancel")
    return Case(given=market.works("jobs"), see=market.of_payments(booking), competes=market.calm_down)


async def send(market: Market) -> Case:
    session = await market.plain_session()
    booking, learner = await market.take(session)
    message = a_message(
        learner,
        kind=MessageKind.BOOKING_BOOKED,
        booking_id=booking,
        due_at=market.now(),
        created_at=market.now(),
    )
    async with market.storage.unit_of_work() as tx:
        await tx.messages.add([message])

    async def see() -> Seen:
        mails = market.mail.ids().count(message.message_id)
        return (*await market.ask(OF_MESSAGE, message.id), f"{mails} mails")

    return Case(
        given=market.works("mail"),
        see=see,
        competes=lambda: market.services.bookings.act(a_principal(learner), booking, "cancel"),
    )


OPENED = ("open 3600 done", "paid_in -3600")
ANY: frozenset[Seen] = frozenset()


def refunded(cents: int, status: str = "confirmed") -> Seen:
    held, done = (f"booking {status}", f"held {3_600 - cents}", *OPENED), f"refund {cents} done"
    return (*held, f"payment paid 3600 {cents}", done, f"returned {cents}", f"provider paid 3600 [{cents}]")


OPERATIONS: Mapping[str, Operation] = {
    "book": Operation(
        prepare=book_first,
        done=("mine confirmed 1 on day 0 after 1", "taken 1"),
        contested=frozenset({("other confirmed 2 on day 0 after 1", "taken 2")}),
    ),
    "book the last seat": Operation(
        prepare=book_last,
        done=("mine confirmed 1 on day 0 after 1", "other confirmed 1 on day 0 after 1", "taken 2"),
        contested=frozenset({("other confirmed 1 on day 0 after 1", "other confirmed 1 on day 0 after 1", "taken 2")}),
    ),
    "seats": Operation(
        prepare=seats,
        done=("mine confirmed 3 on day 0 after 2", "taken 3"),
        contested=frozenset({("mine confirmed 1 on day 0 after 1", "other confirmed 2 on day 0 after 1", "taken 3")}),
    ),
    "cancel": Operation(prepare=cancel, done=("mine cancelled 1 on day 0 after 2",), contested=ANY),
    "cancel with a line": Operation(
        prepare=cancel_with_a_line,
        done=("line offered 1", "mine cancelled 1 on day 0 after 2", "taken 1"),
        contested=frozenset({("line left 1", "mine cancelled 1 on day 0 after 2")}),
    ),
    "reschedule": Operation(
        prepare=reschedule,
        done=("mine confirmed 1 on day 2 after 2", "taken 1"),
        contested=frozenset({("mine cancelled 1 on day 2 after 3",), ("mine cancelled 1 on day 0 after 2",)}),
    ),
    "confirm": Operation(
        prepare=confirm,
        done=("mine confirmed 1 on day 0 after 2", "taken 1"),
        contested=frozenset({("mine cancelled 1 on day 0 after 3",), ("mine cancelled 1 on day 0 after 2",)}),
    ),
    "expire": Operation(prepare=expire, done=("mine cancelled 1 on day 0 after 2",), contested=ANY),
    "refresh": Operation(prepare=refresh, done=("unused", "used"), contested=frozenset({()})),
    "pay": Operation(
        prepare=pay,
        done=("booking pending", "open 3600 done", "payment open 0 0", "provider open 0 []"),
        contested=frozenset(
            {
                ("booking cancelled",),
                ("booking cancelled", "open 3600 done", "payment voided 0 0", "void 3600 done", "provider voided 0 []"),
            }
        ),
        is_atomic=False,
    ),
    "notice": Operation(
        prepare=notice,
        done=("booking confirmed", "held 3600", *OPENED, "payment paid 3600 0", "provider paid 3600 []"),
        contested=ANY,
    ),
    "refund": Operation(prepare=refund, done=refunded(1_000), contested=frozenset({refunded(3_000)}), is_atomic=False),
    "refund of a cancelled booking": Operation(
        prepare=refund_of_a_cancelled_booking, done=refunded(3_600, "cancelled"), contested=ANY, is_atomic=False
    ),
    "send": Operation(
        prepare=send,
        done=("sent ", "1 mails"),
        otherwise=frozenset({("sent after an unknown outcome", f"{number} mails") for number in (1, 2)}),
        contested=frozenset({("dropped ", "0 mails")}),
        is_atomic=False,
    ),
}
