from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

from builders import a_message, principal_of, services_over, stored_booking, stored_session, stored_user
from contracts.harness import cancel_now
from fakes import NOW
from marketplace.core.domain.dashboards import MAX_COUNTED, Attention, Dashboard, DashboardWindow
from marketplace.core.domain.fields import field_names
from marketplace.core.domain.message_reasons import MessageReason
from marketplace.core.domain.messages import MessageState
from marketplace.core.ports.storage import Storage
from payment_records import stored_parked
from staff_services import staff_over

DAY = timedelta(days=1)
TODAY = NOW.date()

ZERO = Decimal("0.00")


async def dashboard(storage: Storage, days: int = 7, time_zone: str = "UTC") -> Dashboard:
    return await storage.dashboards.find(DashboardWindow.at(NOW, days, time_zone))


def seats(found: Dashboard) -> Mapping[date, int]:
    return {day.date: day.seats for day in found.days if day.seats}


async def test_an_empty_marketplace_has_a_zero_for_each_day(empty_storage: Storage) -> None:
    found = await dashboard(empty_storage, days=30)

    assert [day.date for day in found.days] == [TODAY - back * DAY for back in range(29, -1, -1)]
    assert {(day.seats, day.income, day.cancellations, day.new_people) for day in found.days} == {(0, ZERO, 0, 0)}
    nothing = dict.fromkeys(field_names(Attention), 0)
    assert found.attention == Attention(**nothing)


async def test_seats_and_income_count_on_day_of_booking_without_later_cancellations(
    empty_storage: Storage,
) -> None:
    storage, session = empty_storage, await stored_session(empty_storage, max_participants=9)
    for back, number in ((0, 2), (1, 1), (6, 3), (7, 1)):
        amount = Decimal(10) * number
        await stored_booking(storage, session, seats=number, amount=amount, created_at=NOW - back * DAY)
    cancelled = await stored_booking(storage, session, created_at=NOW - 3 * DAY)
    await cancel_now(storage, cancelled)

    found = await dashboard(storage)

    assert seats(found) == {TODAY: 2, TODAY - DAY: 1, TODAY - 6 * DAY: 3}
    assert found.days[0].income == Decimal("30.00")
    assert (found.totals.seats, found.totals.income, found.totals.cancellations) == (6, Decimal("60.00"), 1)
    assert [day.cancellations for day in found.days] == [0, 0, 0, 0, 0, 0, 1]


async def test_people_count_on_the_day_they_joined(empty_storage: Storage) -> None:
    for back in (0, 0, 6, 7):
        await stored_user(empty_storage, date_joined=NOW - back * DAY)

    found = await dashboard(empty_storage)

    assert [day.new_people for day in found.days] == [1, 0, 0, 0, 0, 0, 2]
    assert found.totals.new_people == 3


async def test_days_are_those_of_the_zone(empty_storage: Storage) -> None:
    storage, session = empty_storage, await stored_session(empty_storage)
    midnight_in_tokyo = NOW.replace(hour=15)
    await stored_booking(storage, session, created_at=midnight_in_tokyo - DAY)
    await stored_booking(storage, session, created_at=midnight_in_tokyo - DAY - timedelta(seconds=1))

    found = await dashboard(storage, time_zone="Asia/Tokyo")

    assert seats(found) == {TODAY: 1, TODAY - DAY: 1}


async def test_requests_expiring_within_a_day_need_attention(empty_storage: Storage) -> None:
    storage, session = empty_storage, await stored_session(empty_storage, max_participants=9)
    for respond_by in (NOW + timedelta(hours=1), NOW + DAY - timedelta(seconds=1), NOW + DAY, NOW + 2 * DAY):
        await stored_booking(storage, session, status="pending", respond_by=respond_by)
    await stored_booking(storage, session, starts_at=NOW + timedelta(hours=3), status="pending", respond_by=None)

    assert (await dashboard(storage)).attention.expiring_requests == 3


async def test_open_reports_need_attention(empty_storage: Storage) -> None:
    storage, services = empty_storage, services_over(empty_storage)
    staff, session = staff_over(services), await stored_session(empty_storage)
    created = [
        (await staff.reports.report(principal_of(await stored_user(storage)), session.id, "spam", "")).resource
        for _ in range(2)
    ]
    who = principal_of(await stored_user(storage, is_staff=True))
    await staff.sessions.resolve(who, created[0].id, "dismissed", "It is not.")

    assert (await dashboard(storage)).attention.open_reports == 1


async def test_staff_sees_days_of_own_time_zone(empty_storage: Storage) -> None:
    staff = staff_over(services_over(empty_storage))
    who = await stored_user(empty_storage, is_staff=True, time_zone="Pacific/Kiritimati")

    found = await staff.dashboards.find(principal_of(who), 7)

    assert (found.window.time_zone, found.days[-1].date) == ("Pacific/Kiritimati", TODAY)
    assert len(found.days) == 7


async def test_held_messages_count_and_failed_ones_while_they_are_worth_sending(empty_storage: Storage) -> None:
    user = await stored_user(empty_storage)
    due = [a_message(user.id, expires_at=NOW + hours * DAY / 24) for hours in (0, 1, 2)]
    lost, refused = ([replace(each, id=uuid4(), subject=str(uuid4())) for each in due] for _ in range(2))
    async with empty_storage.unit_of_work() as tx:
        await tx.messages.add([a_message(user.id).held() for _ in range(MAX_COUNTED + 1)])
        await tx.messages.add([each.refused("550") for each in refused])
        await tx.messages.add([replace(each, state=MessageState.UNKNOWN, next_attempt_at=None) for each in lost])
        await tx.messages.add([*due, due[0].sent(NOW), a_message(user.id).dropped(MessageReason.TOO_LATE)])

    found = (await dashboard(empty_storage)).attention

    assert (found.held_messages, found.failed_messages) == (MAX_COUNTED, 4)


async def test_payments_that_wait_for_staff_count_until_they_are_resolved(empty_storage: Storage) -> None:
    first, _ = [await stored_parked(empty_storage) for _ in range(2)]
    async with empty_storage.unit_of_work() as tx:
        await tx.payments.resolve(first.id, uuid4(), "Done.", NOW)

    assert (await dashboard(empty_storage)).attention.parked_payments == 1
