"""JSON Schema of fields, derived from the rules that read them."""

import re
from functools import singledispatch
from typing import Any

from marketplace.core.domain.api_keys import KEY_SCOPES, ScopeSet
from marketplace.core.domain.fields import Boolean, Choice, OrNone, Rule, Text, Whole
from marketplace.core.domain.language_tags import MAX_TAG_LENGTH, TAG_PATTERN, LanguageTag, LanguageTags
from marketplace.core.domain.ledger import PERCENT, CommissionRate
from marketplace.core.domain.money import Money
from marketplace.core.domain.places import MAX_LATITUDE, MAX_LONGITUDE, CoordinatesRule
from marketplace.core.domain.refund_policies import MAX_TIERS, RefundHours, RefundPercent, Tiers
from marketplace.core.domain.sessions import TagList
from marketplace.core.domain.time_zone_names import TimeZoneName
from marketplace.http.validation.fields import WireRule, rule_for


def schema_of(annotation: Any) -> dict[str, Any]:
    """Return the schema of a request field, with its description and example."""
    rule = rule_for(annotation)
    return {**values_of(rule), **_implied_example(rule), **notes_of(rule)}


def notes_of(rule: Rule) -> dict[str, Any]:
    """Return the description and example of a field, for requests and responses."""
    return {
        **({"description": rule.description} if rule.description else {}),
        **({} if rule.shown_example is None else {"examples": [rule.shown_example]}),
    }


def _implied_example(rule: Rule) -> dict[str, Any]:
    """Return an example for types with few values."""
    if isinstance(rule, Boolean):
        return {"examples": [False]}
    return {"examples": [rule.words[0]]} if isinstance(rule, Choice) else {}


@singledispatch
def values_of(rule: Rule) -> dict[str, Any]:
    """Return the schema of the values that a rule accepts."""
    raise TypeError(f"{rule} has no JSON Schema.")


@values_of.register
def _(rule: WireRule) -> dict[str, Any]:
    return dict(rule.schema)


@values_of.register
def _(rule: Text) -> dict[str, Any]:
    pattern = _portable(rule.schema_pattern)
    bounds = {"type": "string", "minLength": rule.minimum, "maxLength": rule.maximum, "pattern": pattern}
    if not rule.minimum:
        del bounds["minLength"]
    return bounds | ({"format": rule.format} if rule.format else {})


def _portable(pattern: str) -> str:
    r"""Return a pattern that means the same in ECMA-262 and elsewhere.

    There `\w` means ASCII only, and not every language has `\p{L}`. So beyond ASCII the pattern leaves the decision to
    the server.
    """
    return re.sub(r"\[\\w([^\]]*)\]", r"([A-Za-z0-9_\1]|[^\\x00-\\x7F])", pattern)


@values_of.register
def _(rule: OrNone) -> dict[str, Any]:
    return {"anyOf": [values_of(rule.rule), {"type": "null"}]}


@values_of.register
def _(rule: Whole) -> dict[str, Any]:
    return {"type": "integer", "minimum": rule.minimum, "maximum": rule.maximum}


@values_of.register
def _(rule: Money) -> dict[str, Any]:
    # a JSON number is read, too, but a union of both becomes a float in typed languages
    return {"type": "string", "pattern": rule.pattern}


@values_of.register
def _(_: CommissionRate) -> dict[str, Any]:
    return {"type": "string", "pattern": PERCENT}


@values_of.register
def _(rule: Choice) -> dict[str, Any]:
    return {"type": "string", "enum": list(rule.words)}


@values_of.register
def _(_: Boolean) -> dict[str, Any]:
    return {"type": "boolean"}


@values_of.register
def _(_: TimeZoneName) -> dict[str, Any]:
    return {"type": "string"}


@values_of.register
def _(rule: TagList | LanguageTags) -> dict[str, Any]:
    return {"type": "array", "maxItems": rule.maximum, "items": values_of(rule.each)}


@values_of.register
def _(_: ScopeSet) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "items": {"type": "string", "enum": list(KEY_SCOPES)}}


@values_of.register
def _(_: LanguageTag) -> dict[str, Any]:
    return {"type": "string", "maxLength": MAX_TAG_LENGTH, "pattern": TAG_PATTERN}


@values_of.register
def _(_: CoordinatesRule) -> dict[str, Any]:
    bounds = {"latitude": MAX_LATITUDE, "longitude": MAX_LONGITUDE}
    degrees = {name: {"type": "number", "minimum": -most, "maximum": most} for name, most in bounds.items()}
    return {"title": "CoordinatesIn", "type": "object", "properties": degrees, "required": [*bounds]}


@values_of.register
def _(_: Tiers) -> dict[str, Any]:
    tier = {"hours_before": schema_of(RefundHours), "refund_percent": schema_of(RefundPercent)}
    items = {"title": "RefundTierIn", "type": "object", "properties": tier, "required": [*tier]}
    return {"type": "array", "minItems": 1, "maxItems": MAX_TIERS, "items": items}
