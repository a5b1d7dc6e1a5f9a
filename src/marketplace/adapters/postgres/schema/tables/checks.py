"""CHECKs of columns, which take their bounds and words from the core."""

from typing import Any, get_args

from sqlalchemy import CheckConstraint

from marketplace.core.domain.fields import Whole, rules_of
from marketplace.core.domain.money import MAX_DIGITS


def within_bounds(entity: type, column: str) -> CheckConstraint:
    rule = rules_of(entity)[column]
    if not isinstance(rule, Whole):
        raise TypeError(f"{column} has no bounds.")
    return CheckConstraint(f"{column} BETWEEN {rule.minimum} AND {rule.maximum}", name=column)


def amount_of(column: str, digits: int) -> CheckConstraint:
    """A CHECK for an amount of any currency, with at most these digits before the decimal point."""
    bounds = f"{column} >= 0 AND {column} < 1e{digits} AND scale(trim_scale({column})) <= {MAX_DIGITS}"
    return CheckConstraint(bounds, name=column)


def one_of(column: str, words: Any) -> CheckConstraint:
    """A CHECK that the column holds one of the words of a `Literal` or of a `StrEnum`."""
    choices = ", ".join(f"'{word}'" for word in get_args(words) or words)
    return CheckConstraint(f"{column} IN ({choices})", name=column)
