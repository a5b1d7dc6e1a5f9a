"""Replace generated values by ones that also satisfy rules that a JSON Schema cannot express.

Only values that are valid by the schema are replaced, so requests meant to be invalid stay invalid.
"""

import json
import os
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import schemathesis

from marketplace.core.domain.fields import CONTROL, Text, Whole
from marketplace.core.domain.idempotency import is_valid_key
from marketplace.core.domain.schedules import MAX_NOTICE
from marketplace.core.domain.search import words
from marketplace.core.domain.sessions import MAX_TAGS, TAG_LENGTH, Tags
from marketplace.core.domain.users import TimeZone
from marketplace.http.api.schedules import ScheduleIn
from marketplace.http.validation.fields import CURSOR_LENGTH, rule_for
from marketplace.http.validation.parsing import _readers
from marketplace.http.validation.schedule_fields import optional_day
from marketplace.http.validation.validators import SEARCH_WORDS, Reader, identifier, instant

EMAIL = os.environ["SCHEMATHESIS_EMAIL"]
PASSWORD = os.environ["SCHEMATHESIS_PASSWORD"]
SESSION = os.environ["SCHEMATHESIS_SESSION"]


@schemathesis.hook
def before_call(_context: Any, case: Any, **_: Any) -> None:
    """Replace values that only the service can validate."""
    if isinstance(case.body, dict):
        _fix_body(case.operation.path, case.body)
    if case.headers and is_valid_key(str(case.headers.get("Idempotency-Key", ""))):
        case.headers["Idempotency-Key"] = uuid4().hex
    if isinstance(case.query, dict):
        _fix_query(case.query)


def _fix_body(path: str, body: dict[str, Any]) -> None:
    if _is(instant, body.get("booking_date")):
        body["booking_date"] = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    if path.endswith(("/schedule", "/schedule/preview")):
        _fix_schedule(body)
    _fix_window(body, "starts_from", "starts_to")
    if isinstance(body.get("time_zone"), str) and not _is(rule_for(TimeZone).read, body["time_zone"]):
        body["time_zone"] = "Europe/Madrid"
    if _are_short_texts(body.get("tags")) and not _is(rule_for(Tags).read, body["tags"]):
        body["tags"] = ["yoga"]  # folding made a tag longer than allowed
    if path == "/api/bookings" and _is(identifier, body.get("session")):
        body["session"] = SESSION
    if path == "/api/auth/login" and all(_is_text(body.get(name)) for name in ("email", "password")):
        body |= {"email": EMAIL, "password": PASSWORD}
    if path == "/api/auth/register" and _is_password(body.get("password")):
        body["password"] = "nobody else has this one"
    if path == "/api/auth/password" and _is_password(body.get("new_password")) and body.get("current_password"):
        body["new_password"] = PASSWORD
        body["current_password"] = PASSWORD if isinstance(body["current_password"], str) else body["current_password"]


def _fix_schedule(body: dict[str, Any]) -> None:
    """Replace the schedule by a valid week if all its fields are valid on their own; rules span several fields."""
    sent = json.loads(json.dumps(body), parse_float=Decimal)
    lists = {name: sent[name] for name in ("weekly", "extras", "exceptions") if name in body}
    if all(isinstance(value, list) and all(isinstance(item, dict) for item in value) for value in lists.values()):
        try:
            readers = {field.name: read for field, _, read in _readers(ScheduleIn)}
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
    if bounds and all(bound == "" or _is(instant, bound) for bound in bounds):
        provided |= {begin: "2030-01-01", end: "2030-02-01"}


def _fix_query(query: dict[str, Any]) -> None:
    if isinstance(query.get("cursor"), str) and len(query["cursor"]) <= CURSOR_LENGTH:
        del query["cursor"]
    for begin, end in (("from", "to"), ("available_from", "available_to")):
        _fix_window(query, begin, end)
    search = query.get("search")
    if isinstance(search, str) and len(search) <= 200 and not 0 < len(words(search)) <= SEARCH_WORDS:
        query["search"] = "yoga"
    if query.get("ordering") == "relevance" and "search" not in query:
        query["search"] = "yoga"
    if str(query.get("ordering", "")).endswith("featured_at"):
        query["featured"] = "true"


def _is(read: Reader, value: Any) -> bool:
    try:
        read(value)
    except ValueError:
        return False
    return True


def _is_text(value: Any) -> bool:
    return _is(Text(1, 1024).read, value)


def _are_short_texts(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= MAX_TAGS
        and all(_is(Text(1, TAG_LENGTH).read, each) for each in value)
    )


def _is_password(value: Any) -> bool:
    return isinstance(value, str) and 8 <= len(value) <= 128 and not re.search(f"[{CONTROL}]", value)
