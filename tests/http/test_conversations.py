"""The conversation of a booking over HTTP."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

from builders import TOMORROW
from fakes import NOW
from http_api import SETTINGS, Api, Person, all_pages, as_json, bad_fields, open_api, problem
from marketplace.core.domain.audit import Target
from marketplace.core.domain.rate_limits import BOOKING_MESSAGES, SLOT_MESSAGES
from staff_services import logged

BOOKINGS = "/api/bookings/"
UNREAD = f"{BOOKINGS}unread-messages/"


async def said(person: Person, path: str, text: str = "Is there a place to park?") -> str:
    answer = await person.post(path, {"text": text})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_parties_write_to_each_other_and_read_it_newest_first(api: Api) -> None:
    learner, creator = await api.person(), await api.creator()
    booking = await api.booking(learner, await api.session(creator))
    path = f"{BOOKINGS}{booking['id']}/messages/"

    asked = (await learner.post(path, {"text": "  Cafe\u0301?\r\nThanks. "})).json()
    api.clock.at = NOW + timedelta(minutes=1)
    answered = (await creator.post(path, {"text": "Next door."})).json()

    assert set(asked) == {"id", "author", "text", "created_at", "to_everyone"}
    assert (asked["author"], asked["created_at"], asked["to_everyone"]) == (str(learner.id), as_json(NOW), False)
    assert asked["text"].startswith("Café?")
    for reader in (learner, creator):
        assert (await reader.get(path)).json() == [answered, asked]
    assert await all_pages(learner, path, limit=1) == [[answered["id"]], [asked["id"]]]
    ends_at = TOMORROW + timedelta(hours=1)
    shown = (await learner.get(f"{BOOKINGS}{booking['id']}/")).json()
    assert shown["messages_until"] == as_json(ends_at + timedelta(days=30))


async def test_unread_messages_are_counted_until_they_are_marked_as_read(api: Api) -> None:
    learner, creator = await api.person(), await api.creator()
    booking = await api.booking(learner, await api.session(creator))
    path = f"{BOOKINGS}{booking['id']}/messages/"
    first = await said(learner, path)
    api.clock.at = NOW + timedelta(minutes=1)
    last = await said(learner, path)

    expected = [{"booking": booking["id"], "as_creator": True, "unread": 2}]
    assert (await creator.get(UNREAD)).json() == expected
    await creator.get(path)
    assert (await creator.get(UNREAD)).json() == expected
    assert (await learner.get(UNREAD)).json() == []

    assert (await creator.post(f"{path}read/", {"last": first})).status_code == 204
    assert (await creator.get(UNREAD)).json()[0]["unread"] == 1
    assert (await creator.post(f"{path}read/", {"last": last})).status_code == 204
    assert (await creator.get(UNREAD)).json() == []
    problem(await creator.post(f"{path}read/", {"last": str(uuid4())}), 404, "not_found")
    assert bad_fields(await creator.post(f"{path}read/", {"last": "yesterday"})) == {"last"}


async def test_repeated_message_is_written_once(api: Api) -> None:
    learner = await api.person()
    booking = await api.booking(learner, await api.session())
    path = f"{BOOKINGS}{booking['id']}/messages/"
    headers = {"Idempotency-Key": "once"}

    answers = [await learner.send("POST", path, json={"text": "Hello."}, headers=headers) for _ in range(2)]

    assert [each.status_code for each in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert "idempotency-replayed" not in answers[0].headers
    assert answers[1].headers["idempotency-replayed"] == "true"
    assert len((await learner.get(path)).json()) == 1
    other = await learner.send("POST", path, json={"text": "Bye."}, headers=headers)
    problem(other, 422, "idempotency_key_reused")


async def test_bad_text_is_refused_by_field(api: Api) -> None:
    learner = await api.person()
    path = f"{BOOKINGS}{(await api.booking(learner, await api.session()))['id']}/messages/"

    for text in ("", " \u200b ", "x" * 2_001, "a\x00", "a\x1b[0m", 7, None):
        assert bad_fields(await learner.post(path, {"text": text})) == {"text"}
    assert (await learner.get(path)).json() == []


async def test_conversation_of_others_is_not_found_and_staff_read_it_elsewhere(api: Api) -> None:
    learner, staff = await api.person(), await api.person(is_staff=True)
    booking = await api.booking(learner, await api.session())
    path, admin_path = f"{BOOKINGS}{booking['id']}/messages/", f"/api/admin/bookings/{booking['id']}/messages/"
    message = await said(learner, path)

    for other in (await api.person(), await api.creator(), staff):
        problem(await other.get(path), 404, "not_found")
        problem(await other.post(path, {"text": "Hello."}), 404, "not_found")
        problem(await other.post(f"{path}read/", {"last": message}), 404, "not_found")
    assert (await staff.get(admin_path)).json() == (await learner.get(path)).json()
    problem(await staff.post(admin_path, {"text": "Hello."}), 405, "method_not_allowed")
    problem(await staff.get(f"/api/admin/bookings/{uuid4()}/messages/"), 404, "not_found")


async def test_conversation_read_by_staff_is_in_the_audit_log_once_an_hour_for_each_reader(api: Api) -> None:
    first, second = await api.person(is_staff=True), await api.person(is_staff=True)
    booking = await api.booking(learner := await api.person(), await api.session())
    await said(learner, f"{BOOKINGS}{booking['id']}/messages/")
    path = f"/api/admin/bookings/{booking['id']}/messages/"
    target: Target = ("booking", UUID(booking["id"]))

    async def readers() -> list[UUID | None]:
        entries = await logged(api.storage, target)
        assert all("a place to park" not in str(entry) for entry in entries)
        return [entry.actor_id for entry in entries if entry.action == "conversation_read"]

    for reader in (first, first, second, first):
        assert (await reader.get(path)).status_code == 200
    assert await readers() == [first.id, second.id]
    problem(await learner.get(path), 403, "not_staff")
    assert (await learner.get(f"{BOOKINGS}{booking['id']}/messages/")).status_code == 200
    assert len(await readers()) == 2
    api.clock.at = NOW + timedelta(hours=1)
    assert (await first.get(path)).status_code == 200
    assert await readers() == [first.id, second.id, first.id]


async def test_impersonator_reads_and_does_not_write(api: Api) -> None:
    learner, staff = await api.person(), await api.person(is_staff=True)
    booking = await api.booking(learner, await api.session())
    path = f"{BOOKINGS}{booking['id']}/messages/"
    message, seen = await said(learner, path), await api.seen_as(staff, learner)

    for _ in range(2):
        assert len((await seen.get(path)).json()) == 1
    [entry] = await logged(api.storage, ("booking", UUID(booking["id"])))
    assert (entry.action, entry.actor_id, entry.as_id) == ("conversation_read", staff.id, learner.id)
    problem(await seen.post(path, {"text": "Hello."}), 403, "impersonated_read_only")
    problem(await seen.post(f"{path}read/", {"last": message}), 403, "impersonated_read_only")


async def test_conversation_closes_with_a_sentence_30_days_after_the_end(api: Api) -> None:
    learner, creator = await api.person(), await api.creator()
    session = await api.session(creator)
    booking = await api.booking(learner, session)
    path = f"{BOOKINGS}{booking['id']}/messages/"
    api.clock.at = TOMORROW + timedelta(days=31)
    learner, creator = await api.login(learner.user), await api.login(creator.user)

    assert "30 days" in problem(await learner.post(path, {"text": "Hello."}), 409, "conversation_closed")["detail"]
    to_everyone = {"starts_at": as_json(TOMORROW), "text": "Hello."}
    answer = await creator.post(f"/api/sessions/{session.id}/slots/message/", to_everyone)
    problem(answer, 409, "conversation_closed")


async def test_creator_writes_to_everyone_of_a_start_once(api: Api) -> None:
    learners, creator = [await api.person() for _ in range(3)], await api.creator()
    session = await api.session(creator)
    bookings = [await api.booking(learner, session) for learner in learners]
    await learners[2].post(f"{BOOKINGS}{bookings[2]['id']}/cancel/")
    path = f"/api/sessions/{session.id}/slots/message/"
    body = {"starts_at": as_json(TOMORROW), "text": "Bring a mat."}
    headers = {"Idempotency-Key": "once"}

    answers = [await creator.send("POST", path, json=body, headers=headers) for _ in range(2)]

    assert [(each.status_code, each.json()) for each in answers] == [(201, {"sent": 2})] * 2
    assert answers[1].headers["idempotency-replayed"] == "true"
    for learner, booking, count in zip(learners, bookings, (1, 1, 0), strict=True):
        found = (await learner.get(f"{BOOKINGS}{booking['id']}/messages/")).json()
        assert [each["to_everyone"] for each in found] == [True] * count
    assert bad_fields(await creator.post(path, {"starts_at": "soon", "text": ""})) == {"starts_at", "text"}


async def test_writing_is_limited_by_person() -> None:
    async with open_api(replace(SETTINGS, rate_limit=True)) as api:
        learner, creator = await api.person(), await api.creator()
        session = await api.session(creator)
        path = f"{BOOKINGS}{(await api.booking(learner, session))['id']}/messages/"
        to_slot = f"/api/sessions/{session.id}/slots/message/"
        for _ in range(BOOKING_MESSAGES.maximum):
            await said(learner, path, "Hello?")
        for _ in range(SLOT_MESSAGES.maximum):
            await creator.post(to_slot, {"starts_at": as_json(TOMORROW), "text": "Hello."})

        answer = await learner.post(path, {"text": "Hello?"})
        problem(answer, 429, "rate_limited")
        assert int(answer.headers["retry-after"]) > 0
        problem(await creator.post(to_slot, {"starts_at": as_json(TOMORROW), "text": "Hello."}), 429, "rate_limited")
        await said(creator, path, "I'm here.")
