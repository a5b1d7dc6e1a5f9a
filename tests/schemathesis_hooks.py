"""Replace generated values by ones that also satisfy rules that a JSON Schema cannot express.

Only values that are valid by the schema are replaced, so requests meant to be invalid stay invalid.
"""

import base64
import json
import os
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import jsonschema_rs
import schemathesis

import schemathesis_steps  # noqa: F401 - registers more hooks
from marketplace.adapters.security.confusables import IcuConfusables
from marketplace.adapters.security.email_syntax import MailStandards
from marketplace.core.domain.fields import CONTROL, Text, Whole
from marketplace.core.domain.idempotency import is_valid_key
from marketplace.core.domain.language_tags import MAX_TAG_LENGTH, Languages, canonical
from marketplace.core.domain.places import JoinLink
from marketplace.core.domain.refund_policies import MAX_TIERS, CancellationPolicy
from marketplace.core.domain.schedules import MAX_NOTICE
from marketplace.core.domain.search import words
from marketplace.core.domain.sessions import MAX_TAGS, TAG_LENGTH, Tags
from marketplace.core.domain.time_zone_names import TimeZone
from marketplace.core.domain.users import MAX_USERNAME_LENGTH, Email, Username
from marketplace.core.domain.visible_text import has_ignorable, without_ignorable
from marketplace.demo.people import ADMIN_EMAIL, CREATOR_EMAIL, LEARNER_EMAIL
from marketplace.http.api.schedules import ScheduleIn
from marketplace.http.validation.fields import CURSOR_LENGTH, rule_for
from marketplace.http.validation.json_schema import schema_of
from marketplace.http.validation.parsing import _readers
from marketplace.http.validation.schedule_fields import optional_day
from marketplace.http.validation.validators import LOCAL_TIME, SEARCH_WORDS, Reader, identifier, instant

CONFUSABLES = IcuConfusables()
EMAIL = os.environ["SCHEMATHESIS_EMAIL"]
PASSWORD = os.environ["SCHEMATHESIS_PASSWORD"]
SESSIONS = os.environ["SCHEMATHESIS_SESSIONS"].split()
"""Of other creators; the first one takes any start."""
ATTENDED = [pair.split("/") for pair in os.environ["SCHEMATHESIS_ATTENDED"].split()]
"""Sessions and bookings of the caller that are over."""
TOKEN = os.environ["SCHEMATHESIS_TOKEN"]
"""The caller's, or empty."""
OWN_LOGIN = json.loads(base64.urlsafe_b64decode(TOKEN.split(".")[1] + "=="))["family"] if TOKEN else ""
SOON, NEXT_YEAR = timedelta(hours=1), timedelta(days=400)
"""Starts between come from an answer: generated ones are of any year."""

PICTURE = "GIF87a\x01\0\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;"
"""A GIF of one pixel, as text: schemathesis judges a body again that was replaced, and bytes are no string to it."""
EMAIL_FORMAT = jsonschema_rs.validator_for({"format": "email"}, validate_formats=True)
DATE_TIME = jsonschema_rs.validator_for({"format": "date-time"}, validate_formats=True)


@schemathesis.hook
def before_call(_context: Any, case: Any, **_: Any) -> None:
    """Replace values that only the service can validate."""
    is_form = case.media_type == "multipart/form-data"
    if isinstance(case.body, dict) and is_form and case.meta.generation.mode.is_positive:
        # a schema cannot say which bytes are a picture
        case.body = {name: case.body[name] for name in ("file", "alt") if name in case.body}
        if "file" in case.body:
            case.body["file"] = PICTURE
    elif isinstance(case.body, dict) and not is_form:
        _fix_body(case.operation.path, case.body)
    if case.headers and is_valid_key(str(case.headers.get("Idempotency-Key", ""))):
        case.headers["Idempotency-Key"] = uuid4().hex
    if isinstance(case.query, dict):
        _fix_query(case.query)
    if case.path_parameters and str(case.path_parameters.get("login_id")) == OWN_LOGIN:
        case.path_parameters["login_id"] = str(uuid4())  # the other requests need it
    is_review = case.operation.path == "/api/sessions/{session_id}/reviews" and isinstance(case.body, dict)
    if is_review and _is(identifier, case.body.get("booking")) and ATTENDED:
        pair = ATTENDED[uuid4().int % len(ATTENDED)]
        case.path_parameters["session_id"], case.body["booking"] = pair


@schemathesis.check
def problem_has_a_listed_code(_context: Any, response: Any, case: Any) -> None:
    """Check that the operation lists the code of its refusal. Another method of the path has no operation."""
    if response.status_code >= 400 and response.status_code != 405:
        assert response.json()["code"] in case.operation.definition.raw["x-error-codes"]


def _fix_body(path: str, body: dict[str, Any]) -> None:
    _spoil_what_is_read_anyway(path, body)
    _fix_texts(body)
    for name in ("booking_date", "starts_at", "expires_at"):
        if _is(instant, body.get(name)) and not _is_near(body[name]):
            body[name] = _some_start()
    if path == "/api/bookings" or path.endswith("/reschedule"):
        _fix_start(body)
    if path.endswith(("/schedule", "/schedule/preview", "/creator/hours")):
        _fix_schedule(body)
    _fix_language(body)
    _fix_window(body, "starts_from", "starts_to")
    if isinstance(body.get("time_zone"), str) and not _is(rule_for(TimeZone).read, body["time_zone"]):
        body["time_zone"] = "Europe/Madrid"
    if _are_short_texts(body.get("tags")) and not _is(rule_for(Tags).read, body["tags"]):
        body["tags"] = ["yoga"]  # folding made a tag longer than allowed
    if path == "/api/bookings" and _is(identifier, body.get("session")) and body["session"] not in SESSIONS:
        body["session"] = SESSIONS[0]
    if isinstance(body.get("cancellation_policy"), list) and _are_tiers(body["cancellation_policy"]):
        body["cancellation_policy"] = [{"hours_before": 24, "refund_percent": 50}]  # hours and shares descend
    _fix_passwords(path, body)


def _fix_passwords(path: str, body: dict[str, Any]) -> None:
    if path == "/api/auth/login" and all(_is_text(body.get(name)) for name in ("email", "password")):
        body |= {"email": EMAIL, "password": PASSWORD}
    if path == "/api/auth/profile" and isinstance(body.get("password"), str):
        body["password"] = PASSWORD  # upcoming bookings keep the account, which the other requests need
    proofs = (body.get("password"), body.get("code"))
    if path == "/api/auth/reauthenticate" and all(isinstance(each, str | None) for each in proofs):
        body["password"] = PASSWORD
    if path == "/api/auth/register" and _is_password(body.get("password")):
        body["password"] = "nobody else has this one"
    if path == "/api/auth/email" and body.get("current_password") and isinstance(body["current_password"], str):
        body["current_password"] = PASSWORD
        if body.get("email") in (LEARNER_EMAIL, CREATOR_EMAIL, ADMIN_EMAIL):
            body["email"] = "ada@example.org"  # one's own address is no new one
    if path == "/api/auth/password" and _is_password(body.get("new_password")) and body.get("current_password"):
        body["new_password"] = PASSWORD
        body["current_password"] = PASSWORD if isinstance(body["current_password"], str) else body["current_password"]


def _fix_texts(body: dict[str, Any]) -> None:
    if _is(rule_for(Email).read, body.get("email")) and MailStandards().refusal(body["email"]):
        body["email"] = "ada@example.org"
    for name in ("image_url", "avatar"):
        if isinstance(body.get(name), str) and not _is_parsable_url(body[name]):
            body[name] = "https://example.org/"  # schemathesis reads the response's addresses, and fails at `http://[`
    link = body.get("join_url")
    if isinstance(link, str) and has_ignorable(link) and _is(rule_for(JoinLink).read, without_ignorable(link)):
        body["join_url"] = "https://example.org/"  # the pattern has no word for invisible characters
    username = body.get("username")
    if isinstance(username, str) and _is_username_by_schema(username) and not _is_username(username):
        body["username"] = f"ada-{uuid4().hex}"


def _fix_language(provided: dict[str, Any]) -> None:
    for name in ("language", "locale"):
        value = provided.get(name)
        if isinstance(value, str) and len(value) <= MAX_TAG_LENGTH and not _is(canonical, value):
            provided[name] = "es"
    spoken = provided.get("languages")
    are_texts = isinstance(spoken, list) and all(isinstance(each, str) for each in spoken)
    if are_texts and not _is(rule_for(Languages).read, spoken):
        provided["languages"] = ["es"]


def _fix_start(body: dict[str, Any]) -> None:
    """Keep one of the two forms of a start if its fields are valid by the schema.

    Drop the address, which only a session at the learner's has.
    """
    if isinstance(body.get("address"), str):
        del body["address"]
    valid: dict[str, Reader] = {
        "booking_date": instant,
        "local_start": Text(1, 20, f"^{LOCAL_TIME}$").read,
        "time_zone": _text,
    }
    sent = valid.keys() & body.keys()
    if all(_is(valid[name], body[name]) for name in sent):
        start = body.get("booking_date", _some_start())
        for name in sent:
            del body[name]
        body["booking_date"] = start


def _some_start() -> str:
    """Return one of many starts, since a person has one booking of each."""
    return (datetime.now(UTC) + timedelta(days=30, hours=uuid4().int % 1_000)).isoformat()


def _is_near(start: str) -> bool:
    return SOON < instant(start) - datetime.now(UTC) < NEXT_YEAR


def _fix_schedule(body: dict[str, Any]) -> None:
    """Replace the schedule by a valid week if all its fields are valid on their own; rules span several fields."""
    sent = json.loads(json.dumps(body), parse_float=Decimal)
    lists = {name: sent[name] for name in ("weekly", "extras", "exceptions") if name in body}
    if all(isinstance(value, list) and all(isinstance(item, dict) for item in value) for value in lists.values()):
        try:
            readers = {name: read for name, *_, read in _readers(ScheduleIn)}
            for name, value in lists.items():
                readers[name](value)
        except ValueError:
            pass
        else:
            body |= {name: [] for name in lists}
            body |= {name: None for name in ("valid_from", "valid_until") if _is(optional_day, body.get(name))}
    if _is(Whole(0, MAX_NOTICE).read, sent.get("notice")):
        body["notice"] = min(int(body["notice"]), 60)


def _fix_window(provided: dict[str, Any], begin: str, end: str) -> None:
    """Replace the window by one whose end is after its start and not too far from it."""
    bounds = [provided[name] for name in (begin, end) if name in provided]
    if bounds and all(_is(instant, bound) for bound in bounds):
        provided |= {begin: "2030-01-01T00:00:00Z", end: "2030-02-01T00:00:00Z"}


def _is_parsable_url(value: Any) -> bool:
    try:
        urlsplit(value)
    except ValueError:
        return False
    return True


def _spoil_what_is_read_anyway(path: str, body: dict[str, Any]) -> None:
    """Replace values that the document leaves out but the service reads, so that the request stays invalid."""
    _spoil_dates(body)
    if path != "/api/auth/login" and isinstance(body.get("email"), str) and not EMAIL_FORMAT.is_valid(body["email"]):
        body["email"] = "no address"
    for name in ("price", "expected_price"):
        if isinstance(body.get(name), int | float) and not isinstance(body[name], bool):
            body[name] = "1e3"
    if body.get("category") == "":
        body["category"] = "no such category"


def _spoil_dates(provided: dict[str, Any]) -> None:
    """Replace dates without a time, which the service reads as midnight UTC."""
    for name, value in provided.items():
        if not name.startswith("valid_") and _is(instant, value) and not DATE_TIME.is_valid(value):
            provided[name] = "yesterday"


def _fix_query(query: dict[str, Any]) -> None:
    _spoil_dates(query)
    # an empty parameter counts as absent, which the document leaves out
    query |= {name: "\x00" for name, value in query.items() if value in ("", [""], {}) or value == {name: ""}}
    if isinstance(query.get("cursor"), str) and len(query["cursor"]) <= CURSOR_LENGTH:
        del query["cursor"]
    for begin, end in (
        ("from", "to"),
        ("starts_from", "starts_to"),
        ("available_from", "available_to"),
        ("joined_from", "joined_to"),
    ):
        _fix_window(query, begin, end)
    if isinstance(query.get("time_zone"), str) and not _is(rule_for(TimeZone).read, query["time_zone"]):
        query["time_zone"] = "Europe/Madrid"
    _fix_language(query)
    search = query.get("search")
    if isinstance(search, str) and len(search) <= 200 and not 0 < len(words(search)) <= SEARCH_WORDS:
        query["search"] = "yoga"
    if query.get("ordering") == "relevance" and "search" not in query:
        query["search"] = "yoga"
    if str(query.get("ordering", "")).endswith("featured_at"):
        query["featured"] = "true"


def _text(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError(value)  # noqa: TRY004 - what readers raise
    return value


def _is(read: Reader, value: Any) -> bool:
    try:
        read(value)
    except ValueError:
        return False
    return True


def _is_text(value: Any) -> bool:
    return _is(Text(1, 1024).read, value)


def _is_username_by_schema(value: str) -> bool:
    pattern = str(schema_of(Username)["pattern"])
    return 2 <= len(value) <= MAX_USERNAME_LENGTH and re.fullmatch(pattern.strip("^$"), value) is not None


def _is_username(value: str) -> bool:
    return _is(rule_for(Username).read, value) and not CONFUSABLES.mixes_scripts(value)


def _are_short_texts(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= MAX_TAGS
        and all(_is(Text(1, TAG_LENGTH).read, each) for each in value)
    )


def _are_tiers(value: list[Any]) -> bool:
    """Return whether each tier is valid on its own."""
    sent = json.loads(json.dumps(value), parse_float=Decimal)
    return len(value) <= MAX_TIERS and all(_is(rule_for(CancellationPolicy).read, [each]) for each in sent)


def _is_password(value: Any) -> bool:
    return isinstance(value, str) and 8 <= len(value) <= 128 and not re.search(f"[{CONTROL}]", value)
