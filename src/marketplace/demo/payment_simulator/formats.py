"""Amounts, times and card numbers in words."""

from datetime import datetime
from decimal import Decimal, InvalidOperation

from marketplace.adapters.payments.simulated.refusals import ProviderRefusal
from marketplace.core.domain.money import Currency

SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}


def money(units: int, code: str, *, sign: bool = True) -> str:
    """Return an amount with the currency's own places."""
    amount = Currency.of(code).of_minor(units)
    if not sign:
        return str(amount)
    return f"{SIGNS[code]}{amount:,}" if code in SIGNS else f"{code} {amount:,}"


def minor_units(text: str, currency: Currency) -> int:
    """Return the minor units of an amount that was typed. Raises `ProviderRefusal`."""
    try:
        amount = Decimal(text.strip().replace(",", "."))
        return currency.minor(amount) if amount.is_finite() else 0
    except (InvalidOperation, ValueError):
        raise ProviderRefusal("not_an_amount") from None


def shown(at: datetime) -> str:
    return f"{at:%d %b %Y, %H:%M:%S} UTC"


def card_number(number: str) -> str:
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))
