"""What generators of clients need of the OpenAPI document."""

import json
import re
from typing import Any

import jsonschema_rs
import pytest

from http_api import Api
from http_routes import routes_of
from marketplace.core.errors import Busy, MarketplaceError, SoldOut
from marketplace.http.openapi.enums import EnumNames
from marketplace.http.problems import PROBLEM_JSON, status_of
from openapi_document import described_api, operations, resolved, schemas, self_contained

pytestmark = pytest.mark.thorough

BYTES_PER_OPERATION = 2500
DECIMALS = {"price", "amount", "income", "expected_income", "completed_income", "min_price", "max_price"}
NULL = {"type": "null"}


def components(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = described_api()["components"][kind]
    return found


async def test_document_has_at_most_2_5_kb_per_operation_minified() -> None:
    minified = json.dumps(described_api(), separators=(",", ":"), ensure_ascii=False).encode()

    assert len(minified) / len(list(operations())) <= BYTES_PER_OPERATION


async def test_schema_names_are_plain_and_have_no_second_name() -> None:
    for name in components("schemas"):
        assert re.fullmatch(r"[A-Z][A-Za-z]+", name)
        assert not re.search(r"(In|Out|Changes)\1", name)
    # generators take a title for a name, and lose what has the same
    assert [way for way, schema in schemas() if "title" in schema] == []


async def test_every_component_is_used() -> None:
    text = json.dumps(described_api())
    for kind in ("schemas", "parameters", "headers", "responses"):
        for name in components(kind):
            assert f'"#/components/{kind}/{name}"' in text, name
    tags = [tag["name"] for tag in described_api()["tags"]]
    assert sorted(tags) == sorted({tag for _, operation in operations() for tag in operation["tags"]})


async def test_every_object_and_enum_has_a_name_of_its_own() -> None:
    named = set(components("schemas"))
    for way, schema in schemas():
        assert way in named or not {"enum", "properties"} & set(schema), way
    enums = {name: frozenset(schema["enum"]) for name, schema in components("schemas").items() if "enum" in schema}
    assert {"BookingStatus", "ErrorCode", "Role", "SessionStatus", "StepAction"} <= set(enums)
    assert len(set(enums.values())) == len(enums)
    assert all(components("schemas")[name]["type"] == "string" for name in enums)


async def test_enum_without_a_name_is_refused() -> None:
    with pytest.raises(LookupError, match=r"north, south"):
        EnumNames(()).of(("north", "south"))


async def test_orderings_say_the_direction_in_their_constants() -> None:
    ordering = components("schemas")["BookingOrdering"]

    assert dict(zip(ordering["enum"], ordering["x-enum-varnames"], strict=True)) == {
        "-created_at": "CREATED_AT_DESCENDING",
        "booking_date": "BOOKING_DATE",
        "-booking_date": "BOOKING_DATE_DESCENDING",
    }


async def test_every_value_has_one_type_or_null() -> None:
    for way, schema in schemas():
        types = schema.get("type", "object")
        assert isinstance(types, str) or (len(types) == 2 and types[1] == "null"), way
        if "anyOf" in schema:
            reference, null = schema["anyOf"]
            assert set(reference) == {"$ref"}, way
            assert null == NULL, way
        assert not {"oneOf", "allOf", "const"} & set(schema), way


async def test_amounts_are_decimal_strings_with_a_pattern() -> None:
    amounts = [(way, schema) for way, schema in schemas() if way.rpartition(" ")[2] in DECIMALS]

    assert len(amounts) > len(DECIMALS)
    for way, schema in amounts:
        assert schema["type"] in ("string", ["string", "null"]), way
        assert re.search(schema["pattern"], "49.99"), way
        assert not re.search(schema["pattern"], "4.9e1"), way
    assert "decimal" not in {schema.get("format") for _, schema in schemas()}


async def test_times_have_their_format_next_to_their_type() -> None:
    names = ("created_at", "starts_at", "ends_at", "booking_date", "respond_by", "cancellable_until", "hidden_at")
    times = [(way, schema) for way, schema in schemas() if way.endswith(names)]
    featured = components("schemas")["SessionOut"]["properties"]["featured_at"]

    assert len(times) > 20
    assert [way for way, schema in times if schema["format"] != "date-time"] == []
    assert (featured["type"], featured["format"]) == (["string", "null"], "date-time")
    assert components("schemas")["Problem"]["properties"]["starts"]["items"]["format"] == "date-time"


async def test_patterns_mean_the_same_in_every_language() -> None:
    patterns = {schema["pattern"] for _, schema in schemas() if "pattern" in schema}
    username = components("schemas")["RegistrationIn"]["properties"]["username"]

    # \w is ASCII only in ECMA-262, and Python has no \p
    assert not [pattern for pattern in patterns if re.search(r"\\[wdbpPWDB]", pattern)]
    assert all(re.search(username["pattern"], name, re.ASCII) for name in ("ada", "José", "Ада", "a.b+c-d_e@f"))
    assert not any(re.search(username["pattern"], name) for name in ("a b", "a/b", "<b>", "a"))


async def test_every_example_matches_its_schema() -> None:
    for way, schema in schemas():
        if "examples" in schema:
            validator = jsonschema_rs.validator_for(self_contained(schema))
            for example in schema["examples"]:
                assert validator.is_valid(example), way


async def test_every_error_is_a_shared_response_with_a_problem() -> None:
    for name, operation in operations():
        for status, response in operation["responses"].items():
            if status >= "400":
                assert set(response) == {"$ref"}, name
                content = resolved(response)["content"]
                assert content == {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}


async def test_every_operation_lists_the_codes_of_its_errors(api: Api) -> None:
    routes = routes_of(api.app)
    known = components("schemas")["ErrorCode"]
    for name, operation in operations():
        codes, route = operation["x-error-codes"], routes[name]
        assert codes == sorted(set(codes))
        assert set(codes) <= set(known["enum"])
        assert route is not None
        errors: list[type[MarketplaceError]] = [*route.errors, Busy]
        for error in errors:
            assert error.code in codes, name
            assert str(status_of(error)) in operation["responses"], name
    assert "sold_out" in dict(operations())["POST /api/bookings"]["x-error-codes"]
    assert components("schemas")["Problem"]["properties"]["code"]["$ref"] == "#/components/schemas/ErrorCode"


async def test_error_code_enum_has_every_error_with_status_and_meaning() -> None:
    known = components("schemas")["ErrorCode"]
    lines = known["description"].splitlines()

    assert {error.code for error in _errors(MarketplaceError) if hasattr(error, "code")} <= set(known["enum"])
    assert {"internal_error", "address_too_long", "body_too_large"} <= set(known["enum"])
    assert f"- `sold_out` (409): {SoldOut.sentence}" in lines
    assert all(any(line.startswith(f"- `{code}` (") for line in lines) for code in known["enum"])


def _errors(base: type[MarketplaceError]) -> set[type[MarketplaceError]]:
    return {base}.union(*(_errors(each) for each in base.__subclasses__()))


async def test_api_is_served_where_its_document_is() -> None:
    assert described_api()["servers"] == [{"url": "/"}]
