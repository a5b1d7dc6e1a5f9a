from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from api_key_records import stored_key
from builders import TOMORROW, a_message, stored_booking
from fakes import NOW
from http_api import KEYS, PAID_SETTINGS, Api, a_registration, a_session_body, as_json, bad_fields, ids, open_api
from http_routes import GOOD_BODIES, SOME_ID, Owner, an_owner, routes_of
from identity_records import stored_identity
from marketplace.adapters.security.unsubscribe_tokens import HmacUnsubscribeTokens
from passkey_records import stored_passkey
from payment_records import stored_paid_payment, stored_parked
from review_records import stored_review
from staff_services import a_failing_job

pytestmark = pytest.mark.thorough

OFFER = "POST /api/sessions"
BULK = "POST /api/admin/bulk"
QUERIES = {"GET /api/admin/messages": {"unsent": "failed"}}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_api() -> AsyncIterator[Api]:
    async with open_api(PAID_SETTINGS) as opened:
        yield opened


def short(value: object) -> str:
    return ascii(value)[:40]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("  Morning yoga \n", "Morning yoga"),
        ("\u3000Yoga\u2003", "Yoga"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("\u212bngstr\u00f6m", "\u00c5ngstr\u00f6m"),
        ("e\u0301" * 200, "\u00e9" * 200),
        (" " * 500 + "x" * 200 + " " * 500, "x" * 200),
        ("\U0001f9d8" * 200, "\U0001f9d8" * 200),
        ("<script>alert('1')</script> %s {0} ${x} '; --", "<script>alert('1')</script> %s {0} ${x} '; --"),
        (
            "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
            "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
        ),
    ],
    ids=short,
)
async def test_text_is_trimmed_and_normalised_before_it_is_measured(api: Api, sent: str, kept: str) -> None:
    created = await (await an_owner(api)).send(OFFER, json=a_session_body(title=sent))

    assert (created.status_code, created.json()["title"]) == (201, kept)


async def test_line_breaks_are_kept(api: Api) -> None:
    created = await (await an_owner(api)).send(OFFER, json=a_session_body(description="One.\nTwo.\r\nThree."))

    assert created.json()["description"] == "One.\nTwo.\r\nThree."


async def test_unknown_fields_are_ignored(api: Api) -> None:
    owner = await an_owner(api)
    unknown = {"id": 1, "creator": SOME_ID, "archived_at": "x", "nonsense": {"deep": [None]}, "": 0, "__class__": "x"}

    created = await owner.send(OFFER, json=a_session_body(**unknown))

    assert created.status_code == 201
    assert created.json()["creator"] == str(owner.person.id)
    assert (await api.visitor.post("/api/auth/register/", a_registration(**unknown))).status_code == 201


async def ids_of_account(api: Api, owner: Owner) -> dict[str, str]:
    """Return another login and a key of the owner, and the token of an address to unsubscribe."""
    await api.login(owner.person.user)
    logins = (await owner.person.get("/api/auth/logins/")).json()
    token = HmacUnsubscribeTokens(KEYS).sign(a_message(owner.person.id))
    found = {"login_id": next(each["id"] for each in logins if not each["is_current"]), "token": token}
    payment, parked = await stored_paid_payment(api.storage), await stored_parked(api.storage)
    found |= {"key_id": str((await stored_key(api.storage, owner.person.user)).key.id)}
    found |= {"passkey_id": str((await stored_passkey(api.storage, owner.person.id)).id)}
    found |= {"identity_id": str((await stored_identity(api.storage, owner.person.id)).id)}
    return found | {"payment_id": str(payment.id), "parked_id": str(parked.id), "provider": "memory"}


async def test_every_path_works_with_and_without_its_trailing_slash(api: Api) -> None:
    owner = await an_owner(api)
    booking = await api.booking(await api.person(), owner.session)
    feed = (await owner.person.get("/api/calendar/")).json()["url"].rpartition("/")[2]
    run = (await owner.send(BULK, json=GOOD_BODIES[BULK])).json()
    of_account = await ids_of_account(api, owner)
    for route in routes_of(api.app):
        method, _, path = route.partition(" ")
        if path.startswith(("/api", "/health")) and method == "GET":
            of_this = {"booking_id": booking["id"], "feed": feed, "run_id": run["id"], "name": "help"}
            path = path.format(**owner.ids | of_this | of_account | {"mail_id": SOME_ID})
            query = QUERIES.get(route, {})
            with_slash, without = await owner.person.get(f"{path}/", **query), await owner.person.get(path, **query)
            # the second export of the log contains an entry about the first
            without_body = b"" if path.endswith("/audit/export") else without.content
            with_body = b"" if path.endswith("/audit/export") else with_slash.content
            assert (without.status_code, without_body) == (with_slash.status_code, with_body), route
            # the documentation is not built everywhere, only the demo has an inbox, and no issuer is known
            expected = {404} if path.startswith(("/api/inbox", "/api/auth/oidc/memory")) else {200, 503}
            assert without.status_code in expected, route


@pytest.mark.parametrize("slash", ["", "/"])
async def test_every_change_works_with_and_without_its_trailing_slash(api: Api, slash: str) -> None:
    owner = await an_owner(api)
    learner = await api.person()
    booking = await api.booking(learner, owner.session)
    report = await learner.post(f"/api/sessions/{owner.session.id}/report/", {"reason": "other"})
    run = (await owner.send(BULK, json=GOOD_BODIES[BULK])).json()
    job = await a_failing_job(api.storage)
    ids = owner.ids | {"booking_id": booking["id"], "report_id": report.json()["id"]}
    ids |= {"run_id": run["id"], "job_id": job.id} | await ids_of_account(api, owner)
    message = await learner.post(f"/api/bookings/{booking['id']}/messages/", {"text": "Hello."})
    mail = a_message(owner.person.id).refused("550 5.1.1")
    async with api.storage.unit_of_work() as tx:
        await tx.messages.add([mail])
    ids |= {"message_id": mail.id}
    review = await stored_review(api.storage, owner.session)
    ids |= {"review_id": review.id}
    full = await api.session(max_participants=1)
    await api.booking(learner, full)
    entry = await owner.person.post(f"/api/sessions/{full.id}/slots/waitlist/", {"starts_at": as_json(TOMORROW)})
    ids |= {"entry_id": entry.json()["id"]}
    booked = {"session": str(owner.session.id), "last": message.json()["id"]}
    [notification] = (await owner.person.get("/api/notifications/")).json()
    # what is deleted is changed before, and the other login ends before a new password ends it
    for route in sorted(
        routes_of(api.app), key=lambda name: "{login_id}" not in name and 1 + name.startswith("DELETE")
    ):
        method, _, path = route.partition(" ")
        if method not in {"GET", "HEAD"}:
            # each route needs a session that no other route has archived
            one = owner.session if "{picture_id}" in path else await api.session(owner.person)
            path = path.format(**ids | {"session_id": one.id}) + slash
            if route.endswith("{session_id}/reviews"):
                completed = {"starts_at": NOW - timedelta(days=88), "status": "completed"}
                attended = await stored_booking(api.storage, one, owner.person.id, **completed)
                booked |= {"booking": str(attended.id)}
            sent = booked | ({"last": notification["id"]} if "notifications" in route else {})
            person = learner if route.endswith("/pay") else owner.person  # no one else pays
            response = await person.send(method, path, json=GOOD_BODIES.get(route, {}) | sent)
            assert response.status_code != 405, f"{route} {response.text}"
            # no issuer is known, but the address is
            assert response.status_code != 404 or "/oidc/" in route, f"{route} {response.text}"
            assert "nothing at this address" not in response.text
            assert not response.is_redirect


async def test_query_with_invalid_utf8_or_control_characters_is_handled(api: Api) -> None:
    for query in (
        "search=%ff",
        "search=%ED%A0%80",
        "search=%00",
        "tag=%0d%0aSet-Cookie:x",
        "%00=%00",
        "&&&===",
        "limit",
    ):
        response = await api.visitor.get(f"/api/sessions/?{query}")
        assert response.status_code in {200, 400}, query
        assert "set-cookie" not in response.headers


@pytest.mark.parametrize("hidden", ["\u200b", "\u3164", "\u202e", "\ufe0f", "\u00ad\u2800"], ids=short)
async def test_text_that_shows_nothing_is_refused(api: Api, hidden: str) -> None:
    owner = await an_owner(api)
    body = a_session_body(title=hidden, description=hidden, tags=[hidden], image_url=f"https://{hidden}example.org")

    assert bad_fields(await owner.send(OFFER, json=body)) == {"title", "description", "tags", "image_url"}
    refused = await api.visitor.post("/api/auth/register/", a_registration(username=hidden * 2))
    assert bad_fields(refused) == {"username"}
    reason = await owner.send("POST /api/admin/sessions/{session_id}/hide", json={"reason": hidden})
    assert bad_fields(reason) == {"reason"}


async def test_tag_whose_folding_uncovers_a_space_is_accepted(api: Api) -> None:
    """NFKC makes a space and a combining mark of a cedilla (U+00B8)."""
    created = await (await an_owner(api)).send(OFFER, json=a_session_body(tags=["\u00b8O"]))

    assert (created.status_code, created.json()["tags"]) == (201, ["\u0327o"])


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\u2028", "\u2029"], ids=short)
async def test_line_break_is_refused_in_one_line_fields(api: Api, line_break: str) -> None:
    text = f"Morning{line_break}yoga"
    session = await (await an_owner(api)).send(OFFER, json=a_session_body(title=text, tags=[text], description=text))
    account = await api.visitor.post(
        "/api/auth/register/", a_registration(username=text, first_name=text, last_name=text)
    )

    assert bad_fields(session) == {"title", "tags"}
    assert bad_fields(account) == {"username", "first_name", "last_name"}


async def test_search_finds_words_with_hidden_characters_removed(api: Api) -> None:
    owner = await an_owner(api)
    created = await owner.send(OFFER, json=a_session_body(title="Wel\u00adcome to brea\u200bthing"))

    found = await api.visitor.get("/api/sessions/", search="wel\u200bcome\nbreath\u00ading")

    assert created.json()["title"] == "Welcome to breathing"
    assert ids(found)[0] == created.json()["id"]
