import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest

from http_api import Api, a_registration, a_session_body
from http_routes import A_USER, GOOD_BODIES, INSTEAD, OPTIONAL_BODIES, SOME_ID, WHY, an_owner, routes_of
from marketplace.core.errors import Invalid, RateLimited
from marketplace.http.problems import PROBLEM_JSON
from marketplace.http.security.authorization import Access, Route
from marketplace.http.validation.parsing import read_values
from openapi_document import described_api, operations, resolved, self_contained

ALL_BODIES = GOOD_BODIES | OPTIONAL_BODIES
WRITTEN = Path(__file__).parents[2] / "openapi.json"
KEYED = (
    "POST /api/sessions",
    "POST /api/bookings",
    "PATCH /api/bookings",
    "POST /api/admin/sessions",
    "POST /api/admin/bookings",
    "POST /api/admin/payments",
    "POST /api/admin/parked-payments",
    "POST /api/admin/reports",
    "POST /api/admin/reviews",
    "POST /api/reviews",
)
ROLES = {Access.CREATOR, Access.STAFF, Access.SUPERUSER}
READ_ANYWAY = {("price", "7"), ("expected_price", "7"), ("amount", "7"), ("percent", "7")}
"""Values that the schema leaves out: a JSON number is read as an amount."""


def refusals(route: Route) -> set[str]:
    """Return the error statuses that the contract allows for such a route."""
    found = {"503"}
    found |= {"401"} if route.access is not Access.PUBLIC else set()
    found |= {"403"} if route.access in ROLES else set()
    found |= {"400"} if route.body else set()
    found |= {"400"} if route.query else set()
    found |= {"400", "422"} if route.is_keyed else set()
    return found


async def test_openapi_document_has_every_api_route(api: Api) -> None:
    public = {name for name in routes_of(api.app) if name.split(" ")[1].startswith(("/api", "/health"))}

    assert {name for name, _ in operations()} == public - {"GET /api/docs", "GET /api/schema/openapi.json"}


async def test_every_operation_has_unique_id_summary_description_and_tag() -> None:
    every = dict(operations())

    assert len({operation["operationId"] for operation in every.values()}) == len(every)
    for operation in every.values():
        assert operation["operationId"].isidentifier()
        assert all(operation[name] for name in ("summary", "description", "tags"))
        assert set(operation["tags"]) <= {tag["name"] for tag in described_api()["tags"]}


async def test_every_operation_documents_its_refusals_as_problems(api: Api) -> None:
    routes = routes_of(api.app)
    for name, operation in operations():
        route = routes[name]
        assert route is not None, name
        answers = {status: resolved(answer) for status, answer in operation["responses"].items() if status >= "400"}
        assert set(answers) >= refusals(route) | ({"404"} if "{" in name else set()), name
        # a body is read, or read and ignored
        reads_body = name.startswith(("POST", "PUT", "PATCH")) or "requestBody" in operation
        assert {"413", "415"}.issubset(answers) == reads_body, name
        for answer in answers.values():
            assert answer["description"]
            assert answer["content"][PROBLEM_JSON]["schema"] == {"$ref": "#/components/schemas/Problem"}


async def test_every_post_that_creates_or_changes_a_session_or_a_booking_documents_its_key(
    api: Api,
) -> None:
    keyed = {name for name, route in routes_of(api.app).items() if route and route.is_keyed}

    assert keyed == {
        name
        for name, _ in operations()
        # a request that changes nothing, one whose content is its key, and one that can be repeated in any case
        if name.startswith(KEYED) and not name.endswith(("/preview", "/pictures", "/read"))
    } | {"POST /api/admin/bulk", "POST /api/waitlist/{entry_id}/accept"}
    for name, operation in operations():
        headers = [one["name"] for one in map(resolved, operation.get("parameters", ())) if one["in"] == "header"]
        (good,) = [answer for status, answer in operation["responses"].items() if status < "400" and status != "304"]
        assert headers == (["Idempotency-Key"] if name in keyed else [])
        assert ("Idempotency-Replayed" in good.get("headers", {})) == (name in keyed)


async def test_limited_operations_and_refusals_document_what_is_left(api: Api) -> None:
    for name, operation in operations():
        (good,) = [answer for status, answer in operation["responses"].items() if status < "400" and status != "304"]
        route = routes_of(api.app)[name]
        assert route is not None
        assert ({"RateLimit", "RateLimit-Policy"} <= good.get("headers", {}).keys()) == (RateLimited in route.errors)
        refusal = resolved(operation["responses"]["429"])
        assert refusal["headers"].keys() == {"Retry-After", "RateLimit", "RateLimit-Policy"}


async def test_every_operation_documents_whether_it_needs_a_token(api: Api) -> None:
    for name, operation in operations():
        route = routes_of(api.app)[name]
        needs = operation["security"] == [{"bearer": []}]
        assert needs == (route is not None and route.access in {Access.SIGNED_IN, *ROLES}), name


async def test_openapi_document_is_valid_and_self_contained() -> None:
    references = re.findall(r'"\$ref": "([^"]+)"', json.dumps(described_api()))

    assert references
    for reference in references:
        assert reference.startswith("#/components/")
        assert resolved({"$ref": reference})
    for schema in described_api()["components"]["schemas"].values():
        jsonschema_rs.meta.validate(schema)


async def test_committed_openapi_document_is_up_to_date() -> None:
    if WRITTEN.exists():
        assert json.loads(WRITTEN.read_text(encoding="utf-8")) == described_api(), "Run make openapi"


def bodies() -> dict[str, dict[str, Any]]:
    """Return the schemas of JSON request bodies by route."""
    found = {}
    for name, operation in operations():
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:  # a form with a file is described in `test_pictures.py`
            found[name] = resolved(content["application/json"]["schema"])
    return found


async def test_every_request_body_is_described(api: Api) -> None:
    read = {name: route.body for name, route in routes_of(api.app).items() if route and route.body}

    assert set(bodies()) == set(read) == set(ALL_BODIES)
    for name, schema in bodies().items():
        kind = read[name]
        assert kind is not None
        assert set(schema["properties"]) == {field.name for field in msgspec.structs.fields(kind)}
        assert set(schema["properties"]) - INSTEAD.get(name, set()) == set(ALL_BODIES[name]), name


async def test_body_examples_are_accepted_by_their_parser(api: Api) -> None:
    for name, schema in bodies().items():
        route = routes_of(api.app)[name]
        assert route is not None
        assert route.body is not None
        for field, described_field in schema["properties"].items():
            assert described_field["examples"], f"{name} {field}"
            for example in described_field["examples"]:
                read = read_values(route.body, {field: example}, partial=True)
                assert field in read.changes(), f"{name} {field}"


async def test_examples_and_good_bodies_match_their_schema() -> None:
    for name, schema in bodies().items():
        example = {field: changes["examples"][0] for field, changes in schema["properties"].items()}
        for body in (example, ALL_BODIES[name]):
            jsonschema_rs.validator_for(self_contained(schema)).validate(body)


@pytest.mark.parametrize("price", ["49.99", "0", "0.1", "0.29", "19.99", "99999999.99"])
async def test_accepted_price_matches_the_schema(price: str) -> None:
    schema = bodies()["POST /api/sessions"]

    jsonschema_rs.validator_for(self_contained(schema)).validate(a_session_body(price=price))


async def test_values_refused_by_schema_are_refused_by_parser(api: Api) -> None:
    wrong: list[Any] = [None, True, 7, -1, 1.5, "", "\x00", "x" * 30_000, [], ["\x00"], {}, SOME_ID, "2030-01-01"]
    taken = set()
    for name, schema in bodies().items():
        route = routes_of(api.app)[name]
        assert route is not None
        assert route.body is not None
        for field, described_field in schema["properties"].items():
            validator = jsonschema_rs.validator_for(self_contained(described_field))
            # only the storage knows whether the category exists
            refused = [value for value in wrong if not validator.is_valid(value) and field != "category"]
            taken |= {(field, str(value)) for value in refused if reads(route.body, field, value)}
    assert taken == READ_ANYWAY


def reads(kind: type[msgspec.Struct], field: str, value: object) -> bool:
    try:
        read_values(kind, {field: value}, partial=True).changes()
    except Invalid:
        return False
    return True


async def test_responses_match_their_schema(api: Api) -> None:
    owner, learner = await an_owner(api), await api.person()
    booking = await api.booking(learner, owner.session)
    answers = {
        ("GET /api/auth/profile", "200"): await learner.get("/api/auth/profile/"),
        ("POST /api/auth/register", "201"): await learner.post("/api/auth/register/", a_registration()),
        ("GET /api/sessions", "200"): await learner.get("/api/sessions/"),
        ("GET /api/sessions/facets", "200"): await learner.get("/api/sessions/facets/"),
        ("GET /api/sessions/suggest", "200"): await learner.get("/api/sessions/suggest/", q="yoga"),
        ("GET /api/sessions/{session_id}", "200"): await learner.get(f"/api/sessions/{owner.session.id}/"),
        ("GET /api/bookings", "200"): await learner.get("/api/bookings/"),
        ("GET /api/bookings/{booking_id}", "200"): await learner.get(f"/api/bookings/{booking['id']}/"),
        ("POST /api/bookings", "400"): await learner.post("/api/bookings/", {}),
        ("GET /api/creator/summary", "200"): await owner.person.get("/api/creator/summary/"),
        ("GET /api/marketplace", "200"): await learner.get("/api/marketplace/"),
        (f"GET {A_USER}", "200"): await owner.person.get(A_USER.format(user_id=learner.id)),
        (f"POST {A_USER}/deactivate", "200"): await owner.person.post(
            A_USER.format(user_id=learner.id) + "/deactivate/", {"reason": WHY}
        ),
    }
    every = dict(operations())
    for (name, status), response in answers.items():
        (media,) = resolved(every[name]["responses"][status])["content"].values()
        assert str(response.status_code) == status
        jsonschema_rs.validator_for(self_contained(media["schema"])).validate(response.json())
