"""Wire fields that only the staff's routes have."""

from typing import Annotated

from marketplace.http.validation.fields import REASON_LENGTH, field
from marketplace.http.validation.validators import FREE, SHOWN, boolean, text

WHY = "The reason, saved in the audit log."

GivenReason = Annotated[
    str,
    field(
        text(1, REASON_LENGTH),
        {"type": "string", "minLength": 1, "maxLength": REASON_LENGTH, "pattern": SHOWN},
        "Requested by email.",
        WHY,
    ),
]
OptionalReason = Annotated[
    str,
    field(
        text(0, REASON_LENGTH),
        {"type": "string", "maxLength": REASON_LENGTH, "pattern": FREE},
        "Requested by email.",
        WHY,
    ),
]
CancelSoldSeats = Annotated[
    bool,
    field(
        boolean,
        {"type": "boolean"},
        example=False,
        says="Whether to cancel all upcoming bookings of this creator's sessions.",
    ),
]
IsStaff = Annotated[bool, field(boolean, {"type": "boolean"}, example=True, says="Whether they can use the admin API.")]
IsSuperuser = Annotated[
    bool, field(boolean, {"type": "boolean"}, example=False, says="Whether they can also change permissions.")
]
