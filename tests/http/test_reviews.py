"""Reviews over HTTP: who may do what, codes of refusals, and where a rating is shown."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from builders import stored_booking
from fakes import NOW
from http_api import Api, Person, all_pages, as_json, problem
from marketplace.core.domain.sessions import Session
from review_records import stored_review

WHY = {"reason": "Insults the creator."}
INVISIBLE = "\u200b\u2060 \n"


async def attended(api: Api, person: Person, session: Session, **changes: Any) -> str:
    values = {"starts_at": NOW - timedelta(days=1), "status": "completed"} | changes
    return str((await stored_booking(api.storage, session, person.id, **values)).id)


def path_of(session: Session) -> str:
    return f"/api/sessions/{session.id}/reviews/"


async def test_learner_reviews_and_creator_answers_and_everyone_reads_both(api: Api) -> None:
    creator, learner = await api.creator(), await api.person()
    session = await api.session(creator)
    booking = await attended(api, learner, session)
    assert (await api.visitor.get(path_of(session))).json() == []

    body = {"booking": booking, "stars": 4, "text": "  A calm hour.\n\nWell explained. "}
    written = await learner.post(path_of(session), body)

    assert written.status_code == 201, written.text
    assert written.json() == {
        "id": written.json()["id"],
        "session": str(session.id),
        "booking": booking,
        "author_name": "Ada L.",
        "session_title": session.title,
        "stars": 4,
        "text": "A calm hour.\n\nWell explained.",
        "created_at": as_json(NOW),
        "answer": None,
        "answered_at": None,
        "moderation": None,
    }
    answered = await creator.post(f"/api/reviews/{written.json()['id']}/answer/", {"text": "Thank you!"})
    assert (answered.status_code, answered.json()["answer"]) == (200, "Thank you!")
    assert (await api.visitor.get(path_of(session))).json() == [answered.json()]
    assert [each["id"] for each in (await learner.get("/api/reviews/")).json()] == [written.json()["id"]]
    again = await creator.post(f"/api/reviews/{written.json()['id']}/answer/", {"text": "Again."})
    problem(again, 409, "already_answered")


async def test_refusals_have_their_codes(api: Api) -> None:
    learner, session = await api.person(), await api.session()
    booking = await attended(api, learner, session)
    upcoming = await attended(api, learner, session, starts_at=NOW + timedelta(hours=3), status="confirmed")
    old = await attended(api, learner, session, starts_at=NOW - timedelta(days=91))
    others = await attended(api, await api.person(), session, starts_at=NOW - timedelta(days=3))
    assert (await learner.post(path_of(session), {"booking": booking, "stars": 5})).status_code == 201

    for stars in (0, 6, 4.5, "5", None, True):
        problem(await learner.post(path_of(session), {"booking": booking, "stars": stars}), 400, "invalid")
    for text in (2001 * "a", INVISIBLE, "\0"):
        refused = problem(
            await learner.post(path_of(session), {"booking": booking, "stars": 5, "text": text}), 400, "invalid"
        )
        assert [*refused["errors"]] == ["text"]
    for about, status, code in (
        (booking, 409, "already_reviewed"),
        (upcoming, 409, "not_completed"),
        (old, 409, "too_late"),
        (others, 404, "not_found"),
        (str(uuid4()), 404, "not_found"),
    ):
        problem(await learner.post(path_of(session), {"booking": about, "stars": 5}), status, code)
    assert (await api.visitor.get(path_of(session))).json()[0]["text"] == ""


async def test_reviews_of_an_unseen_session_are_not_found(api: Api) -> None:
    for session in (await api.session(status="inactive"), await api.session(archived_at=NOW)):
        problem(await api.visitor.get(path_of(session)), 404, "not_found")


async def test_reviews_are_paged_and_a_cursor_belongs_to_its_session(api: Api) -> None:
    session, other = await api.session(), await api.session()
    expected = [str((await stored_review(api.storage, session)).id) for _ in range(3)][::-1]

    assert await all_pages(api.visitor, path_of(session), limit=2) == [expected[:2], expected[2:]]
    link = (await api.visitor.get(path_of(session), limit=2)).links["next"]["url"]
    problem(await api.visitor.get(link.replace(str(session.id), str(other.id))), 400, "invalid")


async def test_rating_is_shown_wherever_the_session_is(api: Api) -> None:
    creator = await api.creator()
    session, unrated = await api.session(creator), await api.session(creator)
    for stars in (5, 5, 4):
        await stored_review(api.storage, session, stars=stars)
    expected = {"average": 4.7, "count": 3}

    listed = (await api.visitor.get("/api/sessions/", ordering="rating", creator=str(creator.id))).json()
    assert [(each["id"], each["rating"]) for each in listed] == [
        (str(session.id), expected),
        (str(unrated.id), {"average": None, "count": 0}),
    ]
    assert (await api.visitor.get(f"/api/sessions/{session.id}/")).json()["rating"] == expected
    assert (await api.visitor.get(f"/api/creators/{creator.user.username}/")).json()["rating"] == expected


async def test_kept_answers_show_a_review_and_its_hiding_at_once(api: Api) -> None:
    session, learner, staff = await api.session(), await api.person(), await api.person(is_staff=True)
    booking = await attended(api, learner, session)
    assert (await api.visitor.get(f"/api/sessions/{session.id}/")).json()["rating"]["count"] == 0

    review = (await learner.post(path_of(session), {"booking": booking, "stars": 1, "text": "Rude."})).json()["id"]
    assert (await api.visitor.get(f"/api/sessions/{session.id}/")).json()["rating"]["count"] == 1
    assert (await staff.post(f"/api/admin/reviews/{review}/hide/", WHY)).status_code == 200

    for path in (path_of(session), f"/api/sessions/{session.id}/", "/api/sessions/"):
        assert "Rude." not in (await api.visitor.get(path)).text
    assert (await api.visitor.get(f"/api/sessions/{session.id}/")).json()["rating"]["count"] == 0
    [own] = (await learner.get("/api/reviews/")).json()
    assert own["moderation"]["reason"] == WHY["reason"]


async def test_hidden_review_is_in_no_answer_but_its_authors_and_staffs(api: Api) -> None:
    creator, learner, reader, staff = (
        await api.creator(),
        await api.person(),
        await api.person(),
        await api.person(is_staff=True),
    )
    session = await api.session(creator)
    booking = await attended(api, learner, session)
    body = {"booking": booking, "stars": 1, "text": "Zugzwang!"}
    review = (await learner.post(path_of(session), body)).json()["id"]
    await creator.post(f"/api/reviews/{review}/answer/", {"text": "I disagree."})
    await staff.post(f"/api/admin/reviews/{review}/hide/", WHY)

    paths = (
        *(path_of(session), f"/api/sessions/{session.id}/", "/api/sessions/", "/api/sessions/?search=Zugzwang"),
        *("/api/sessions/suggest/?search=zugz", f"/api/creators/{creator.user.username}/"),
    )
    own = ("/api/auth/export/", "/api/reviews/", "/api/notifications/", "/api/bookings/", "/api/auth/messages/")
    for person in (api.visitor, creator, reader):
        for path in paths if person is api.visitor else (*paths, *own):
            answer = await person.get(path)
            assert answer.status_code == 200, (path, answer.text)
            assert "Zugzwang!" not in answer.text, path
            assert review not in answer.text or path == "/api/auth/export/", path
    assert (await api.visitor.get("/api/sessions/?search=Zugzwang")).json() == []
    for path in ("/api/auth/export/", "/api/reviews/"):
        assert "Zugzwang!" in (await learner.get(path)).text
    assert "Zugzwang!" in (await staff.get("/api/admin/reviews/?state=hidden")).text


async def test_repeated_answer_does_not_show_a_review_that_was_hidden_since(api: Api) -> None:
    creator, staff = await api.creator(), await api.person(is_staff=True)
    review = await stored_review(api.storage, await api.session(creator), text="Zugzwang!")
    body, key = {"text": "I disagree."}, {"Idempotency-Key": "one"}
    path = f"/api/reviews/{review.id}/answer/"
    answered = await creator.send("POST", path, json=body, headers=key)
    repeated = await creator.send("POST", path, json=body, headers=key)
    assert (answered.status_code, repeated.json()) == (200, answered.json())

    await staff.post(f"/api/admin/reviews/{review.id}/hide/", WHY)

    problem(await creator.send("POST", path, json=body, headers=key), 404, "not_found")


async def test_staff_see_who_reported_and_what_became_of_it(api: Api) -> None:
    session, reader, staff = await api.session(), await api.person(), await api.person(is_staff=True)
    review = await stored_review(api.storage, session)
    path = f"/api/reviews/{review.id}/report/"
    reported = await reader.post(path, {"reason": "offensive", "text": "It insults."})
    assert reported.status_code == 201, reported.text
    problem(await reader.post(path, {"reason": "spam"}), 409, "already_reported")
    author = Person(api.client, account=await api.storage.users.get(review.author_id))
    problem(await (await api.login(author.user)).post(path, {"reason": "spam"}), 403, "own_review")

    queue = await staff.get("/api/admin/reviews/")
    assert (queue.headers["x-total-count"], queue.json()[0]["reports"][0]["reporter"]) == ("1", str(reader.id))
    problem(await staff.post(f"/api/admin/reviews/{review.id}/hide/", {"reason": INVISIBLE}), 400, "invalid")
    dismissed = await staff.post(f"/api/admin/reviews/{review.id}/dismiss/", WHY)
    assert dismissed.json()["reports"][0]["resolution"] == "dismissed"
    assert (await staff.get("/api/admin/reviews/")).json() == []
    problem(await staff.post(f"/api/admin/reviews/{review.id}/restore/", WHY), 409, "illegal_transition")


async def test_copy_of_ones_data_has_reviews_answers_and_reports(api: Api) -> None:
    creator, learner = await api.creator(), await api.person()
    session = await api.session(creator)
    booking = await attended(api, learner, session)
    review = (await learner.post(path_of(session), {"booking": booking, "stars": 5, "text": "Calm."})).json()
    await creator.post(f"/api/reviews/{review['id']}/answer/", {"text": "Thank you!"})
    report = (await creator.post(f"/api/reviews/{review['id']}/report/", {"reason": "spam"})).json()

    own, answered = (await learner.get("/api/auth/export/")).json(), (await creator.get("/api/auth/export/")).json()

    assert [(each["id"], each["text"]) for each in own["reviews"]] == [(review["id"], "Calm.")]
    assert [(each["review"], each["answer"]) for each in answered["answers"]] == [(review["id"], "Thank you!")]
    assert answered["review_reports"] == [report]
    assert (own["answers"], answered["reviews"]) == ([], [])
