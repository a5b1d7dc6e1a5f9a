"""Favourites over HTTP."""

from uuid import uuid4

from fakes import NOW
from http_api import Api, Person, all_pages, ids, problem
from marketplace.core.domain.favourites import MAX_FAVOURITES, Favourite
from marketplace.core.domain.sessions import Session

FAVOURITES = "/api/favourites/"


def path_of(session: Session) -> str:
    return f"{FAVOURITES}{session.id}/"


async def kept(person: Person) -> list[str]:
    answer = await person.get(f"{FAVOURITES}ids/")
    assert answer.status_code == 200, answer.text
    return list(answer.json())


async def test_learner_keeps_sessions_and_lists_them_last_kept_first(api: Api) -> None:
    learner, sessions = await api.person(), [await api.session() for _ in range(3)]
    for session in sessions:
        assert (await learner.send("PUT", path_of(session))).status_code == 204
    expected = [str(session.id) for session in reversed(sessions)]

    assert await kept(learner) == expected
    assert await all_pages(learner, FAVOURITES, limit=2) == [expected[:2], expected[2:]]
    first = (await learner.get(FAVOURITES)).json()[0]
    assert first == (await learner.get(f"/api/sessions/{first['id']}/")).json()


async def test_favourites_are_kept_and_removed_any_number_of_times(api: Api) -> None:
    learner, session = await api.person(), await api.session()

    for method, expected in (("PUT", [str(session.id)]), ("DELETE", [])):
        for _ in range(2):
            assert (await learner.send(method, path_of(session))).status_code == 204
            assert await kept(learner) == expected


async def test_favourites_are_ones_own(api: Api) -> None:
    learner, other, session = await api.person(), await api.person(), await api.session()
    await learner.send("PUT", path_of(session))

    assert (await kept(other), ids(await other.get(FAVOURITES))) == ([], [])
    assert (await other.delete(path_of(session))).status_code == 204
    assert await kept(learner) == [str(session.id)]


async def test_unknown_inactive_and_archived_sessions_are_not_found(api: Api) -> None:
    learner = await api.person()
    unseen = [await api.session(status="inactive"), await api.session(archived_at=NOW)]

    for path in (f"{FAVOURITES}{uuid4()}/", *map(path_of, unseen)):
        for method in ("PUT", "DELETE"):
            problem(await learner.send(method, path), 404, "not_found")
    assert await kept(learner) == []


async def test_session_that_is_archived_later_leaves_the_list_and_can_be_removed(api: Api) -> None:
    learner, creator = await api.person(), await api.creator()
    session = await api.session(creator)
    await learner.send("PUT", path_of(session))
    await creator.delete(f"/api/sessions/{session.id}/")

    assert ids(await learner.get(FAVOURITES)) == []
    assert await kept(learner) == [str(session.id)]
    assert (await learner.delete(path_of(session))).status_code == 204
    assert await kept(learner) == []


async def test_favourite_beyond_the_maximum_is_refused_by_name(api: Api) -> None:
    learner, session = await api.person(), await api.session()
    async with api.storage.unit_of_work() as tx:
        for _ in range(MAX_FAVOURITES):
            other = await api.session()
            await tx.favourites.add(Favourite(user_id=learner.id, session_id=other.id, created_at=NOW), MAX_FAVOURITES)

    problem(await learner.send("PUT", path_of(session)), 409, "too_many_favourites")
    assert len(await kept(learner)) == MAX_FAVOURITES


async def test_visitors_sign_in_and_impersonators_read_only(api: Api) -> None:
    session, learner, staff = await api.session(), await api.person(), await api.person(is_staff=True)
    seen = await api.seen_as(staff, learner)

    for method, path in (("GET", FAVOURITES), ("GET", f"{FAVOURITES}ids/"), ("PUT", path_of(session))):
        problem(await api.visitor.send(method, path), 401, "not_signed_in")
    assert await kept(seen) == []
    for method in ("PUT", "DELETE"):
        problem(await seen.send(method, path_of(session)), 403, "impersonated_read_only")


async def test_cursor_is_of_one_person_and_the_answer_is_never_shared(api: Api) -> None:
    learner, other = await api.person(), await api.person()
    for _ in range(2):
        await learner.send("PUT", path_of(await api.session()))
    answer = await learner.get(FAVOURITES, limit=1)

    assert "etag" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
    problem(await other.get(answer.links["next"]["url"]), 400, "invalid")
