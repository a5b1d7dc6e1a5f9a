"""How a marketplace takes payments."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class ReceiptIssuer:
    """Who issues receipts, as the operator writes it. Empty text says nothing."""

    name: str
    address: str = ""
    tax_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOptions:
    """`pay_within` is how long seats are held for a learner who pays; `commission` is in basis points."""

    pay_within: timedelta = timedelta(minutes=15)
    commission: int = 0
    issuer: ReceiptIssuer | None = None
