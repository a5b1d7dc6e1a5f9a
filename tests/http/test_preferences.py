"""What is sent to people, for themselves and for staff, over the API."""

from typing import Any
from uuid import UUID

import msgspec

from builders import a_message
from fakes import NOW
from http_api import KEYS, Api, Person, all_pages, as_json, bad_fields, ids, problem
from http_routes import SOME_ID
from marketplace.adapters.security.unsubscribe_tokens import HmacUnsubscribeTokens
from marketplace.core.domain.message_reasons import MessageReason
from marketplace.core.domain.messages import OPTIONAL_KINDS, RULES, Message, MessageKind
from marketplace.http.api.preferences import PreferencesIn

PREFERENCES, OWN, OF_STAFF = "/api/auth/preferences/", "/api/auth/messages/", "/api/admin/messages/"
ALL_ON = dict.fromkeys(
    ("reminder_day", "reminder_hour", "how_was_it", "new_message", "new_review", "offer_expired"), True
)
REASON = {"reason": "They asked by phone."}


async def stored(api: Api, *messages: Message) -> None:
    async with api.storage.unit_of_work() as tx:
        await tx.messages.add(messages)


async def choices(person: Person) -> dict[str, Any]:
    found: dict[str, Any] = (await person.get(PREFERENCES)).json()
    return {name: value for name, value in found.items() if name != "always"}


def test_every_kind_that_is_not_needed_is_a_choice() -> None:
    fields = msgspec.structs.fields(PreferencesIn)

    assert {field.name for field in fields} == {kind.value for kind in OPTIONAL_KINDS}


async def test_each_kind_is_chosen_by_itself(api: Api) -> None:
    person, other = await api.person(), await api.person()
    found = (await person.get(PREFERENCES)).json()
    assert found == ALL_ON | {"always": [kind.value for kind, rule in RULES.items() if rule.is_needed]}

    changed = await person.put(PREFERENCES, {"reminder_hour": False})
    again = await person.put(PREFERENCES, {"how_was_it": False, "reminder_hour": False})

    assert {name: changed.json()[name] for name in ALL_ON} == ALL_ON | {"reminder_hour": False}
    assert {name: again.json()[name] for name in ALL_ON} == ALL_ON | {"reminder_hour": False, "how_was_it": False}
    assert await choices(other) == ALL_ON
    assert bad_fields(await person.put(PREFERENCES, {"reminder_hour": "no", "reminder_day": None})) == {
        "reminder_hour",
        "reminder_day",
    }


async def test_link_in_a_mail_ends_a_kind_that_its_switch_starts_again(api: Api) -> None:
    person = await api.person()
    token = HmacUnsubscribeTokens(KEYS).sign(a_message(person.id, kind=MessageKind.REMINDER_DAY))
    await api.visitor.post(f"/api/unsubscribe/{token}/")

    assert await choices(person) == ALL_ON | {"reminder_day": False}
    assert (await person.put(PREFERENCES, {"reminder_day": True})).json()["reminder_day"]


async def test_own_mails_say_how_far_they_got_and_which_booking_they_are_about(api: Api) -> None:
    creator, person = await api.creator(), await api.person()
    session = await api.session(creator)
    booking = await api.booking(person, session)
    about = {"booking_id": UUID(booking["id"]), "session_id": session.id}
    mine = a_message(person.id, kind=MessageKind.REMINDER_DAY, **about).dropped(MessageReason.UNSUBSCRIBED)
    theirs = a_message(creator.id, **about).started().sent(NOW)
    reset = a_message(person.id, kind=MessageKind.PASSWORD_RESET, subject="of a request").refused("550 5.1.1")
    await stored(api, mine, theirs, reset)

    found = {each["kind"]: each for each in (await person.get(OWN)).json()}
    [sent] = (await creator.get(OWN)).json()

    assert set(found) == {"reminder_day", "password_reset"}
    assert found["reminder_day"] == {
        "id": str(mine.id),
        "kind": "reminder_day",
        "booking": booking["id"],
        "title": session.title,
        "booking_date": booking["booking_date"],
        "as_creator": False,
        "progress": "not_sent",
        "reason": "unsubscribed",
        "created_at": as_json(NOW),
        "due_at": as_json(NOW),
        "sent_at": None,
    }
    reset_out = found["password_reset"]
    assert (reset_out["progress"], reset_out["reason"], reset_out["title"]) == ("not_sent", "server_refused", None)
    assert "550" not in str(reset_out)
    assert (sent["progress"], sent["as_creator"], sent["sent_at"]) == ("sent", True, as_json(NOW))


async def test_mail_to_come_says_what_is_in_its_way_now(api: Api) -> None:
    person = await api.person(email_verified_at=NOW)
    coming = [a_message(person.id, kind=kind) for kind in (MessageKind.REMINDER_DAY, MessageKind.REMINDER_HOUR)]
    await stored(api, *coming)
    await person.put(PREFERENCES, {"reminder_hour": False})

    found = {each["kind"]: (each["progress"], each["reason"]) for each in (await person.get(OWN)).json()}

    assert found == {"reminder_day": ("waiting", None), "reminder_hour": ("waiting", "unsubscribed")}


async def test_lists_are_paged(api: Api) -> None:
    person, staff = await api.person(), await api.person(is_staff=True)
    booking = await api.booking(person, await api.session())
    mails = [a_message(person.id, booking_id=UUID(booking["id"])) for _ in range(5)]
    await stored(api, *mails)
    expected = [str(each.id) for each in reversed(mails)]

    for pages in (
        await all_pages(person, OWN, limit=2),
        await all_pages(staff, OF_STAFF, limit=2, user=str(person.id)),
        await all_pages(staff, OF_STAFF, limit=2, booking=booking["id"]),
    ):
        assert [len(page) for page in pages] == [2, 2, 1]
        assert [each for page in pages for each in page] == expected
    assert bad_fields(await staff.get(OF_STAFF)) == {"user"}
    assert bad_fields(await staff.get(OF_STAFF, unsent="sent")) == {"unsent"}
    assert bad_fields(await staff.get(OF_STAFF, user=SOME_ID, booking=SOME_ID)) == {"user"}
    assert bad_fields(await staff.get(OF_STAFF, user="ada")) == {"user"}
    assert (await staff.get(OF_STAFF, booking=SOME_ID)).json() == []


async def test_staff_see_why_a_mail_did_not_go_and_retry_it_once(api: Api) -> None:
    person, staff = await api.person(), await api.person(is_staff=True)
    mail = a_message(person.id).started().refused("550 5.1.1")
    gone = a_message(person.id).dropped(MessageReason.STATUS_CHANGED)
    late = a_message(person.id, expires_at=NOW).started().refused("550 5.1.1")
    await stored(api, mail, gone, late)

    found = {each["id"]: each for each in (await staff.get(OF_STAFF, user=str(person.id))).json()}
    shown = found[str(mail.id)]
    assert (shown["state"], shown["reason"], shown["server_error"]) == ("refused", "server_refused", "550 5.1.1")
    assert (shown["attempts"], shown["can_retry"], shown["next_attempt_at"]) == (1, True, None)
    assert not found[str(gone.id)]["can_retry"]
    assert not found[str(late.id)]["can_retry"]

    assert bad_fields(await staff.post(f"{OF_STAFF}{mail.id}/retry/", {"reason": " "})) == {"reason"}
    retried = await staff.post(f"{OF_STAFF}{mail.id}/retry/", REASON)
    # this marketplace has no mail server
    assert (retried.status_code, retried.json()["state"]) == (200, "held")
    listed = {name: ids(await staff.get(OF_STAFF, unsent=name, limit=100)) for name in ("held", "failed")}
    assert str(mail.id) in listed["held"]
    assert str(mail.id) not in listed["failed"]
    problem(await staff.post(f"{OF_STAFF}{mail.id}/retry/", REASON), 409, "illegal_transition")
    problem(await staff.post(f"{OF_STAFF}{gone.id}/retry/", REASON), 409, "illegal_transition")
    problem(await staff.post(f"{OF_STAFF}{late.id}/retry/", REASON), 409, "too_late")
    [entry] = [each for each in (await account(staff, person))["log"] if each["action"] == "message_retried"]
    assert entry["reason"] == REASON["reason"]
    assert (entry["before"]["state"], entry["after"]["message"]) == ("refused", "booking_booked")


async def account(staff: Person, person: Person) -> dict[str, Any]:
    found: dict[str, Any] = (await staff.get(f"/api/admin/users/{person.id}/")).json()
    return found


async def test_staff_clear_the_mark_of_a_refused_address(api: Api) -> None:
    person, staff = await api.person(), await api.person(is_staff=True)
    clear = f"/api/admin/users/{person.id}/clear-refusal/"
    async with api.storage.unit_of_work() as tx:
        await tx.messages.mark_refused(person.id, person.user.email, NOW)
    assert (await account(staff, person))["email_refused_at"] == as_json(NOW)

    assert (await staff.post(clear, REASON)).status_code == 204

    assert (await account(staff, person))["email_refused_at"] is None
    assert (await person.get("/api/auth/email/")).json() == {"refused_at": None}
    problem(await staff.post(clear, REASON), 409, "illegal_transition")
