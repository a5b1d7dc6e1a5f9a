"""Requests and answers as Stripe writes them."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

Json = dict[str, Any]


@dataclass
class ApiProblem(Exception):
    """An error of the API."""

    status: int
    type: str
    message: str
    code: str | None = None
    param: str | None = None

    def body(self) -> Json:
        found = {"type": self.type, "message": self.message, "code": self.code, "param": self.param}
        return {"error": {name: value for name, value in found.items() if value is not None}}


def invalid(message: str, *, param: str | None = None, code: str | None = None, status: int = 400) -> ApiProblem:
    return ApiProblem(status, "invalid_request_error", message, code, param)


def nested(encoded: str) -> Json:
    """Read `a[b][0][c]=d`; whole numbers stay text."""
    found: Json = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        first, *others = re.findall(r"[^\[\]]+", name)
        place, key = found, first
        for other in others:
            place, key = place.setdefault(key, {}), other
        place[key] = value
    return found


def values(found: Any) -> list[Any]:
    """Return the items of a list, whose keys are its positions."""
    return [found[key] for key in sorted(found, key=int)] if isinstance(found, dict) else []


def allow(found: Json, *names: str) -> None:
    for name in found:
        if name not in names:
            raise invalid(f"Received unknown parameter: {name}", param=name, code="parameter_unknown")


def whole(found: Json, name: str) -> int:
    try:
        return int(found[name])
    except KeyError:
        raise invalid(f"Missing required param: {name}.", param=name, code="parameter_missing") from None
    except ValueError:
        raise invalid("Invalid integer", param=name, code="parameter_invalid_integer") from None
