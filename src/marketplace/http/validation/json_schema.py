"""JSON Schema of fields, derived from the rules that read them."""

from functools import singledispatch
from typing import Any

from marketplace.core.domain.fields import PLAIN, VISIBLE, Boolean, Choice, Money, OrNone, Rule, Text, Whole
from marketplace.core.domain.sessions import TagList
from marketplace.core.domain.users import TimeZoneName
from marketplace.http.validation.fields import WireRule, rule_for


def schema_of(annotation: Any) -> dict[str, Any]:
    """Return the schema of a request field, with its description and example."""
    rule = rule_for(annotation)
    return {**values_of(rule), **_implied_example(rule), **notes_of(rule)}


def notes_of(rule: Rule) -> dict[str, Any]:
    """Return the description and example of a field, for requests and responses."""
    return {
        **({"description": rule.description} if rule.description else {}),
        **({} if rule.example is None else {"examples": [rule.example]}),
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
    pattern = rule.pattern or (VISIBLE if rule.minimum and rule.trim else PLAIN)
    bounds = {"type": "string", "minLength": rule.minimum, "maxLength": rule.maximum, "pattern": pattern}
    return bounds | ({"format": rule.format} if rule.format else {})


@values_of.register
def _(rule: OrNone) -> dict[str, Any]:
    return {"anyOf": [values_of(rule.rule), {"type": "null"}]}


@values_of.register
def _(rule: Whole) -> dict[str, Any]:
    return {"type": "integer", "minimum": rule.minimum, "maximum": rule.maximum}


@values_of.register
def _(rule: Money) -> dict[str, Any]:
    number = {"type": "number", "minimum": 0, "maximum": float(rule.maximum), "multipleOf": 0.01}
    return {"anyOf": [{"type": "string", "pattern": rule.pattern}, number]}


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
def _(rule: TagList) -> dict[str, Any]:
    return {"type": "array", "maxItems": rule.maximum, "items": values_of(rule.each)}
