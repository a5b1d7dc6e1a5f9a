"""How a marketplace takes payments."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOptions:
    """`pay_within` is how long seats are held for a learner who pays; `commission` is in basis points."""

    pay_within: timedelta = timedelta(minutes=15)
    commission: int = 0
