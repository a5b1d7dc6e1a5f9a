"""Settings of what one person may have and ask for."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from marketplace.core.domain.personal_limits import PersonalLimits
from marketplace.setting_values import integer

LIMITS: dict[str, Callable[[str], Any]] = {each.name: integer(1, 1_000_000) for each in fields(PersonalLimits)}


def take_limits(values: dict[str, Any]) -> PersonalLimits:
    """Remove the limits from values that were read, and return them with the defaults of the others."""
    return PersonalLimits(**{name: values.pop(name) for name in LIMITS if name in values})
