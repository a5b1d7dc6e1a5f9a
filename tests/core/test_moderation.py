from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from builders import (
    TOMORROW,
    Services,
    a_key,
    a_principal,
    a_session,
    a_user,
    principal_of,
    session_details,
    stored_booking,
    stored_session,
    stored_user,
)
from fakes import NOW
from marketplace.core.domain.catalog import CatalogFilters
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import SessionDetails
from marketplace.core.errors import (
    AlreadyReported,
    HasUpcomingBookings,
    IllegalTransition,
    NotFound,
    NotStaff,
    NotYours,
    OwnSession,
)
from marketplace.core.errors.admin import NotListed
from marketplace.core.ports.storage import Storage
from staff_services import StaffServices, logged, staff_over

WHY = "The photo shows another place."


@pytest.fixture
def staff(services: Services) -> StaffServices:
    return staff_over(services)


@pytest.fixture
async def principal(storage: Storage) -> Principal:
    return principal_of(await stored_user(storage, is_staff=True))


def details(**changes: object) -> SessionDetails:
    creator = a_user(role="creator")
    return session_details(a_session(creator_id=creator.id, **changes), creator)


async def words(storage: Storage, session_id: UUID) -> list[str]:
    return [entry.action for entry in await logged(storage, ("session", session_id))]


def test_hidden_session_is_visible_to_creator_and_staff_only() -> None:
    session = details(featured_at=NOW).hidden(WHY, NOW)
    owner = a_principal(session.creator_id)

    assert not session.is_listed()
    assert session.featured_at is None
    assert session.moderation is not None
    assert (session.moderation.hidden_at, session.moderation.reason) == (NOW, WHY)
    assert session.visible_to(owner)
    assert session.visible_to(a_principal(is_staff=True))
    assert not session.visible_to(a_principal())
    assert not session.visible_to(None)


def test_creator_can_edit_hidden_session_but_not_restore_it() -> None:
    session = details().hidden(WHY, NOW)

    edited = session.changed_by(a_principal(session.creator_id), {"title": "Honest yoga", "status": "active"})

    assert (edited.title, edited.hidden_at) == ("Honest yoga", NOW)
    assert not edited.is_listed()


def test_restored_session_keeps_its_former_state() -> None:
    session = details(status="inactive")

    assert session.hidden(WHY, NOW).restored() == session
    assert session.moderation is None


@pytest.mark.parametrize("status", ["active", "inactive"])
def test_moderation_step_cannot_be_repeated(status: str) -> None:
    session = details(status=status)

    with pytest.raises(IllegalTransition):
        session.restored()
    with pytest.raises(IllegalTransition):
        session.hidden(WHY, NOW).hidden(WHY, NOW)
    with pytest.raises(IllegalTransition):
        session.unfeatured()
    with pytest.raises(IllegalTransition):
        replace(session, featured_at=NOW).featured(NOW)


def test_only_listed_session_can_be_featured() -> None:
    assert details().featured(NOW).featured_at == NOW
    for session in (
        details(status="inactive"),
        details().hidden(WHY, NOW),
        replace(details(), creator_is_active=False),
    ):
        with pytest.raises(NotListed):
            session.featured(NOW)


def test_archived_session_cannot_be_moderated() -> None:
    archived = details(archived_at=NOW)

    with pytest.raises(NotFound):
        archived.hidden(WHY, NOW)
    with pytest.raises(NotFound):
        archived.featured(NOW)
    with pytest.raises(NotFound):
        archived.restored()


async def test_hiding_is_audited_with_reason_and_actor(
    staff: StaffServices, storage: Storage, principal: Principal
) -> None:
    session = await stored_session(storage, featured_at=NOW)

    hidden = (await staff.sessions.hide(principal, session.id, WHY)).resource

    assert hidden.hidden_reason == WHY
    (entry,) = await logged(storage, ("session", session.id))
    assert (entry.action, entry.actor_id, entry.reason) == ("session_hidden", principal.user_id, WHY)
    assert entry.before == {"hidden_at": None, "hidden_reason": None, "featured_at": "2030-01-07T09:00:00+00:00"}
    assert entry.after == {"hidden_at": "2030-01-07T09:00:00+00:00", "hidden_reason": WHY, "featured_at": None}


async def test_hidden_session_cannot_be_booked_or_rescheduled_and_keeps_its_bookings(
    staff: StaffServices, storage: Storage, services: Services, principal: Principal
) -> None:
    session = await stored_session(storage)
    booking = await stored_booking(storage, session)
    await staff.sessions.hide(principal, session.id, WHY)

    with pytest.raises(NotFound):
        await services.bookings.book(principal_of(await stored_user(storage)), session.id, TOMORROW)
    found = await storage.booking_lists.find(booking.id)
    assert found is not None
    assert found.status == "confirmed"
    cancelled = await services.bookings.act(a_principal(booking.user_id), booking.id, "cancel")
    assert cancelled.resource.status == "cancelled"


async def test_front_page_lists_latest_featured_first(
    staff: StaffServices, storage: Storage, services: Services, principal: Principal
) -> None:
    first, second = await stored_session(storage), await stored_session(storage)
    for session in (first, second):
        await staff.sessions.feature(principal, session.id, "")
        services.clock.advance(timedelta(minutes=1))
    front = CatalogFilters(featured=True, ordering="-featured_at")

    page = await services.sessions.list(front, 9, None)
    assert [session.id for session in page.items] == [second.id, first.id]

    await staff.sessions.unfeature(principal, second.id, "")
    await staff.sessions.hide(principal, first.id, WHY)
    assert (await services.sessions.list(front, 9, None)).items == ()
    assert await words(storage, second.id) == ["session_featured", "session_unfeatured"]


async def test_replayed_hide_with_its_key_does_nothing(
    staff: StaffServices, storage: Storage, principal: Principal
) -> None:
    session = await stored_session(storage)
    key = a_key(user_id=principal.user_id)

    await staff.sessions.hide(principal, session.id, WHY, key=key)
    again = await staff.sessions.hide(principal, session.id, WHY, key=key)

    assert again.is_replay
    assert again.resource.hidden_reason == WHY
    assert await words(storage, session.id) == ["session_hidden"]


async def test_staff_edits_and_archives_sessions_under_the_creators_rules(
    storage: Storage, services: Services, principal: Principal
) -> None:
    session = await stored_session(storage)
    await stored_booking(storage, session, seats=2)

    changed = await services.sessions.change(principal, session.id, {"title": "Honest yoga"}, WHY)
    with pytest.raises(HasUpcomingBookings):
        await services.sessions.change(principal, session.id, {"max_participants": 1}, WHY)
    with pytest.raises(HasUpcomingBookings):
        await services.sessions.archive(principal, session.id, WHY)

    assert changed.title == "Honest yoga"
    (entry,) = await logged(storage, ("session", session.id))
    assert (entry.action, entry.actor_id, entry.reason) == ("session_changed", principal.user_id, WHY)
    assert (entry.before, entry.after) == ({"title": "Morning yoga"}, {"title": "Honest yoga"})

    other = await stored_session(storage)
    await services.sessions.archive(principal, other.id, WHY)
    assert await words(storage, other.id) == ["session_archived"]


async def test_only_staff_can_act_for_others_and_creator_changes_are_not_audited(
    storage: Storage, services: Services, principal: Principal
) -> None:
    session = await stored_session(storage)

    with pytest.raises(NotStaff):
        await services.sessions.change(principal_of(await stored_user(storage)), session.id, {"title": "Mine"}, WHY)
    with pytest.raises(NotYours):
        await services.sessions.change(principal, session.id, {"title": "Mine"})
    await services.sessions.change(a_principal(session.creator_id), session.id, {"title": "Evening yoga"})
    await services.sessions.archive(a_principal(session.creator_id), session.id)

    assert await words(storage, session.id) == []


async def test_visible_session_of_another_can_be_reported_once(staff: StaffServices, storage: Storage) -> None:
    session = await stored_session(storage)
    hidden = await stored_session(storage, hidden_at=NOW, hidden_reason=WHY)
    reporter = principal_of(await stored_user(storage))
    dismissed = replace(reporter, is_staff=True)

    created = await staff.reports.report(reporter, session.id, "misleading", WHY)
    with pytest.raises(AlreadyReported):
        await staff.reports.report(reporter, session.id, "spam", "")
    with pytest.raises(OwnSession):
        await staff.reports.report(a_principal(session.creator_id), session.id, "spam", "")
    for unseen in (hidden.id, uuid4()):
        with pytest.raises(NotFound):
            await staff.reports.report(reporter, unseen, "spam", "")
    with pytest.raises(NotFound):
        await staff.reports.report(dismissed, hidden.id, "spam", "")

    assert (created.resource.reason, created.resource.text, created.resource.created_at) == ("misleading", WHY, NOW)
    assert (await staff.sessions.open_reports(9, 0))[1] == 1


async def test_replayed_report_with_its_key_is_same_report_even_when_session_is_hidden(
    staff: StaffServices, storage: Storage, principal: Principal
) -> None:
    session = await stored_session(storage)
    reporter = principal_of(await stored_user(storage))
    key = a_key(user_id=reporter.user_id)

    created = await staff.reports.report(reporter, session.id, "spam", "", key=key)
    await staff.sessions.hide(principal, session.id, WHY)
    again = await staff.reports.report(reporter, session.id, "spam", "", key=key)

    assert again.is_replay
    assert again.resource.id == created.resource.id


async def test_a_dismissed_report_leaves_the_session_as_it_is(
    staff: StaffServices, storage: Storage, principal: Principal
) -> None:
    session = await stored_session(storage)
    report = (await staff.reports.report(principal_of(await stored_user(storage)), session.id, "spam", "")).resource

    dismissed = (await staff.sessions.resolve(principal, report.id, "dismissed", "It is fine.")).resource
    with pytest.raises(IllegalTransition):
        await staff.sessions.resolve(principal, report.id, "hidden", WHY)

    assert (dismissed.resolution, dismissed.resolved_by, dismissed.note) == (
        "dismissed",
        principal.user_id,
        "It is fine.",
    )
    assert await words(storage, session.id) == []
    (entry,) = await logged(storage, ("report", report.id))
    assert (entry.action, entry.reason, entry.after["resolution"]) == ("report_dismissed", "It is fine.", "dismissed")


async def test_hiding_a_session_settles_every_open_report_of_it(
    staff: StaffServices, storage: Storage, principal: Principal
) -> None:
    session, other = await stored_session(storage), await stored_session(storage)
    first, second, dismissed = [
        (await staff.reports.report(principal_of(await stored_user(storage)), session.id, "spam", "")).resource
        for _ in range(3)
    ]
    elsewhere = (await staff.reports.report(principal_of(await stored_user(storage)), other.id, "spam", "")).resource
    await staff.sessions.resolve(principal, dismissed.id, "dismissed", "It is fine.")

    upheld = (await staff.sessions.resolve(principal, first.id, "hidden", WHY)).resource

    assert (upheld.resolution, upheld.session_details.hidden_reason) == ("hidden", WHY)
    found = {report.id: report.resolution for report in await staff.sessions.reports(session.id)}
    assert found == {first.id: "hidden", second.id: "hidden", dismissed.id: "dismissed"}
    left, total = await staff.sessions.open_reports(9, 0)
    assert ([report.id for report in left], total) == ([elsewhere.id], 1)
    assert await words(storage, session.id) == ["session_hidden"]
    assert [entry.action for entry in await logged(storage, ("report", second.id))] == ["report_upheld"]


async def test_unknown_report_or_session_is_not_found(staff: StaffServices, principal: Principal) -> None:
    for attempt in (
        staff.sessions.resolve(principal, uuid4(), "dismissed", WHY),
        staff.sessions.resolve(principal, uuid4(), "hidden", WHY),
        staff.sessions.hide(principal, uuid4(), WHY),
        staff.sessions.restore(principal, uuid4(), WHY),
        staff.sessions.feature(principal, uuid4(), WHY),
        staff.sessions.get(uuid4()),
    ):
        with pytest.raises(NotFound):
            await attempt
