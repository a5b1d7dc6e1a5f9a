"""Names of time zones as fields."""

from dataclasses import dataclass
from typing import Annotated, Any

from marketplace.core.domain.fields import Rule
from marketplace.core.domain.zone_names import read_zone, zone_errors


@dataclass(frozen=True, eq=False)
class TimeZoneName(Rule):
    """An IANA time zone. Old names that browsers report are read as the present ones."""

    def read(self, value: Any) -> Any:
        return read_zone(value)

    def validate(self, value: Any) -> list[str]:
        return zone_errors(value)


TimeZone = Annotated[str, TimeZoneName(example="Europe/Madrid", description="An IANA time zone name.")]
