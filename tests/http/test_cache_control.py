from http_api import Api


async def test_public_responses_are_cacheable_for_a_second(api: Api) -> None:
    session = await api.session()
    for path in ("/api/sessions/", "/api/sessions/facets/", f"/api/sessions/{session.id}/"):
        response = await api.visitor.get(path)
        assert response.headers["cache-control"] == "public, max-age=0, s-maxage=1", path
        assert "authorization" in response.headers["vary"].lower()


async def test_authenticated_responses_are_private(api: Api) -> None:
    person, session = await api.person(), await api.session()
    for path in ("/api/sessions/", f"/api/sessions/{session.id}/"):
        response = await person.get(path)
        assert response.headers["cache-control"] == "private, no-store", path
        assert "authorization" in response.headers["vary"].lower()
    assert (await person.get("/api/bookings/")).headers["cache-control"] == "no-store"


async def test_refusals_are_never_cached(api: Api) -> None:
    response = await api.visitor.get("/api/sessions/?limit=many")
    assert (response.status_code, response.headers["cache-control"]) == (400, "no-store")
