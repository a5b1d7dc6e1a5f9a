"""Where a session is held: its format, place, address, coordinates and join link."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args

from marketplace.core.domain.fields import MAX_URL_LENGTH, URL, Choice, OrNone, Rule, Text
from marketplace.core.domain.search import fold_word
from marketplace.core.domain.users import fold

SessionFormat = Literal["online", "in_person", "at_yours"]

PLACE_LENGTH = 100
ADDRESS_LENGTH = 300
COORDINATE_DIGITS = 6
"""Decimal places of stored coordinates: ten centimetres."""
ROUNDED_DIGITS = 2
"""Decimal places of public coordinates: about a kilometre, a quarter of a town."""
MAX_LATITUDE, MAX_LONGITUDE = 90, 180


@dataclass(frozen=True, slots=True, kw_only=True)
class Coordinates:
    """A point in degrees of WGS 84 (RFC 5870): north and east are positive."""

    latitude: float
    longitude: float

    def rounded(self) -> "Coordinates":
        """Return the point that is shown to those who may not know the address."""
        return Coordinates(
            latitude=round(self.latitude, ROUNDED_DIGITS), longitude=round(self.longitude, ROUNDED_DIGITS)
        )


@dataclass(frozen=True, eq=False)
class CoordinatesRule(Rule):
    """An object with `latitude` and `longitude`, numbers in degrees, or `Coordinates`."""

    def read(self, value: Any) -> Coordinates:
        expected = "Send an object with the numbers `latitude` and `longitude`."
        if isinstance(value, Coordinates):
            value = {"latitude": value.latitude, "longitude": value.longitude}
        if not isinstance(value, dict):
            raise ValueError(expected)  # noqa: TRY004 - rules raise one type
        found: list[Any] = [value.get(name) for name in ("latitude", "longitude")]
        if any(isinstance(each, bool) or not isinstance(each, int | float | Decimal) for each in found):
            raise ValueError(expected)
        bounds = (MAX_LATITUDE, MAX_LONGITUDE)
        if not all(-bound <= each <= bound for each, bound in zip(found, bounds, strict=True)):
            raise ValueError("Use a latitude from -90 to 90 and a longitude from -180 to 180.")
        # adding zero turns -0.0 into 0.0
        latitude, longitude = (round(float(each), COORDINATE_DIGITS) + 0.0 for each in found)
        return Coordinates(latitude=latitude, longitude=longitude)


Format = Annotated[
    SessionFormat | None,
    OrNone(
        Choice(get_args(SessionFormat)),
        is_empty_none=False,
        example="in_person",
        description="`at_yours`: the creator comes to the learner. `null`: not said.",
    ),
]
Place = Annotated[
    str | None, OrNone(Text(0, PLACE_LENGTH), example="Trastevere, Rome", description="Town or area, public.")
]
Address = Annotated[
    str | None,
    OrNone(Text(0, ADDRESS_LENGTH, multiline=True), example="Via della Lungara 10", description="Private."),
]
"""An address that not everyone may see: of a session, or of the learner whom the creator visits."""
ExactPoint = Annotated[
    Coordinates | None,
    OrNone(
        CoordinatesRule(),
        is_empty_none=False,
        example={"latitude": 41.8919, "longitude": 12.4678},
        description="Private as `address`; others get them rounded.",
    ),
]
JoinLink = Annotated[
    str | None,
    OrNone(
        Text(0, MAX_URL_LENGTH, URL, "Enter a URL that starts with http:// or https://, without a user name."),
        example="https://meet.example.org/yoga",
        description="Private; http(s).",
    ),
]


def place_key(place: str | None) -> str | None:
    """Return what places are compared by: case, accents and the spaces between words do not matter, as in a search."""
    return None if place is None else " ".join(fold_word(word) for word in fold(place).split())
