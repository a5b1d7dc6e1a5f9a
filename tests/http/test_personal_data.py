from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from builders import TOMORROW, a_message, stored_booking
from fakes import NOW
from http_api import SETTINGS, Api, Person, as_json, open_api, problem
from marketplace.core.services.personal_data import PAGE
from staff_services import logged
from two_steps import a_person_with_codes, code_of, signed_in_with

EXPORT = "/api/auth/export/"


async def copy_of(person: Person) -> dict[str, Any]:
    response = await person.get(EXPORT)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    found: dict[str, Any] = response.json()
    return found


async def test_new_account_has_a_copy_with_every_part_empty(api: Api) -> None:
    person = await api.person()

    found = await copy_of(person)

    parts = ["sessions", "bookings", "payments", "messages", "mails", "favourites", "waitlist", "reports", "reviews"]
    parts += ["answers", "review_reports", "logins", "identities", "api_keys", "passkeys", "second_factors"]
    assert [*found] == ["profile", *parts]
    assert found["profile"] == (await person.get("/api/auth/profile/")).json()
    assert [found[part] for part in parts if part not in {"mails", "logins"}] == [[]] * 14
    assert [login["is_current"] for login in found["logins"]] == [True]


async def test_copy_has_what_the_person_made_and_did_and_nothing_of_others(api: Api) -> None:
    person, other = await api.creator(), await api.person()
    session, theirs = await api.session(person), await api.session()
    booked = await api.booking(person, theirs)
    await api.booking(other, session)
    await person.put(f"/api/favourites/{theirs.id}/", {})
    full = await api.session(max_participants=1)
    await api.booking(other, full)
    await person.post(f"/api/sessions/{full.id}/slots/waitlist/", {"starts_at": as_json(TOMORROW)})
    await person.post(f"/api/sessions/{theirs.id}/report/", {"reason": "spam", "text": "Every week the same."})
    await other.post(f"/api/sessions/{theirs.id}/report/", {"reason": "other"})

    found = await copy_of(person)

    assert [each["id"] for each in found["sessions"]] == [str(session.id)]
    [booking] = found["bookings"]
    assert (booking["id"], [step["action"] for step in booking["history"]]) == (booked["id"], ["book"])
    assert booking == (await person.get(f"/api/bookings/{booked['id']}/")).json()
    assert found["favourites"] == [str(theirs.id)]
    assert [(each["session"], each["seats"], each["status"]) for each in found["waitlist"]] == [
        (str(full.id), 1, "waiting")
    ]
    assert [(each["session"], each["text"]) for each in found["reports"]] == [(str(theirs.id), "Every week the same.")]
    assert other.user.email not in str(found)


async def test_copy_has_the_messages_that_the_person_wrote_and_the_mails_to_them(api: Api) -> None:
    learner, creator = await api.person(), await api.creator()
    booking = await api.booking(learner, await api.session(creator))
    path = f"/api/bookings/{booking['id']}/messages/"
    asked = (await learner.post(path, {"text": "Is there a place to park?"})).json()
    answered = (await creator.post(path, {"text": "Next door."})).json()
    async with api.storage.unit_of_work() as tx:
        await tx.messages.add([a_message(learner.id), a_message(creator.id)])

    for person, message in ((learner, asked), (creator, answered)):
        found = await copy_of(person)
        assert found["messages"] == [
            {"booking": booking["id"], **{key: message[key] for key in ("text", "created_at", "to_everyone")}}
        ]
        mails = [(mail["kind"], mail["created_at"], mail["sent_at"]) for mail in found["mails"]]
        assert sorted(mails) == [(kind, as_json(NOW), None) for kind in ("booking_booked", "new_message")]


async def test_copy_reads_a_page_of_bookings_with_their_history_at_once(api: Api) -> None:
    learner, session = await api.person(), await api.session()
    booked = [
        await stored_booking(api.storage, session, learner.id, starts_at=TOMORROW + timedelta(days=day))
        for day in range(PAGE + 1)
    ]

    found = (await copy_of(learner))["bookings"]

    assert {each["id"] for each in found} == {str(each.id) for each in booked}
    assert len(found) == PAGE + 1
    assert found == sorted(found, key=lambda each: (each["created_at"], each["id"]), reverse=True)


async def test_copy_has_every_page_of_a_long_list(api: Api) -> None:
    person = await api.creator()
    for _ in range(PAGE + 1):
        await api.session(person)

    assert len((await copy_of(person))["sessions"]) == PAGE + 1


async def test_copy_is_recorded_and_has_no_secret(api: Api) -> None:
    person = await api.person()

    response = await person.get(EXPORT)

    assert "plain:" not in response.text
    assert f'filename="marketplace-data-{NOW:%Y-%m-%d}.json"' in response.headers["content-disposition"]
    assert "data_exported" in {entry.action for entry in await logged(api.storage, ("user", person.id))}


async def test_staff_who_view_the_site_as_a_user_get_no_copy(api: Api) -> None:
    viewing = await api.seen_as(await api.person(is_staff=True), await api.person())

    problem(await viewing.get(EXPORT), 403, "impersonated_read_only")


@pytest.fixture
async def limited() -> AsyncIterator[Api]:
    async with open_api(replace(SETTINGS, rate_limit=True)) as opened:
        yield opened


async def test_copies_are_limited(limited: Api) -> None:
    person = await limited.person()

    assert [(await person.get(EXPORT)).status_code for _ in range(6)] == [200] * 5 + [429]


async def test_copy_says_since_when_two_step_sign_in_is_on_and_no_secret(api: Api) -> None:
    user, secret = await a_person_with_codes(api)
    person = await signed_in_with(api, user, code_of(api, secret))
    codes = (await person.post("/api/auth/second-factor/recovery-codes/")).json()["recovery_codes"]

    copy = await person.get("/api/auth/export/")

    since = (await person.get("/api/auth/second-factor/")).json()["since"]
    assert copy.json()["second_factors"] == [{"since": since, "recovery_codes_left": 10}]
    assert not any(each in copy.text for each in (secret, *codes))


async def test_copies_that_staff_are_refused_do_not_count_as_those_of_the_user(limited: Api) -> None:
    person = await limited.person()
    viewing = await limited.seen_as(await limited.person(is_staff=True), person)

    for _ in range(6):
        problem(await viewing.get(EXPORT), 403, "impersonated_read_only")

    assert (await person.get(EXPORT)).status_code == 200
