"""Money: the marketplace's currency, and fields that hold an amount of it."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Annotated, Any

from marketplace.core.domain.fields import Rule

CURRENCIES_BY_DIGITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW"
        " CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF"
        " IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK"
        " MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP"
        " SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG"
        " YER ZAR ZMW ZWG"
    ),
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
"""Active codes by the digits of their minor unit (ISO 4217, list one, as of January 2026).

Metals, test codes and other codes without a minor unit are no currency of a marketplace. Locale data (CLDR) has other
digits for 16 of them.
"""
MAX_EXPONENT = 20
"""Digits before the decimal point up to which arithmetic is exact, with the places of any currency."""
MAX_DIGITS = max(CURRENCIES_BY_DIGITS)
_DIGITS = {code: digits for digits, codes in CURRENCIES_BY_DIGITS.items() for code in codes.split()}


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency and the digits of its minor unit."""

    code: str
    digits: int

    @classmethod
    def of(cls, code: str) -> "Currency":
        """Return the currency with this ISO 4217 code. Raises `ValueError`."""
        if code not in _DIGITS:
            raise ValueError("the ISO 4217 code of a currency in use, in capital letters, such as EUR")
        return cls(code, _DIGITS[code])

    @property
    def unit(self) -> Decimal:
        """The minor unit, such as 0.01."""
        return _unit(self.digits)

    @property
    def zero(self) -> Decimal:
        return self.amount(Decimal(0))

    def amount(self, value: Decimal) -> Decimal:
        """Return an amount with the currency's own places. One with more places is returned as it is, never rounded."""
        return value if self.excess(value) else value.quantize(self.unit)

    def minor(self, amount: Decimal) -> int:
        """Return an amount in minor units. Raises `ValueError` if it has more places than the currency."""
        if self.excess(amount):
            raise ValueError(f"{amount} has more than {self.digits} decimals")
        return int(amount.scaleb(self.digits))

    def of_minor(self, units: int) -> Decimal:
        """Return the amount of so many minor units."""
        return Decimal(units).scaleb(-self.digits).quantize(self.unit)

    def excess(self, value: Decimal) -> bool:
        """Return whether an amount has more places than the currency."""
        return value % self.unit != 0

    def scaled(self, euros: str) -> Decimal:
        """Return a price that is as usual in this currency as the given one is in euros.

        Where there is no minor unit, a unit is worth about a cent (yen, won): the price has two digits more.
        """
        return self.amount(Decimal(euros) * (1 if self.digits else 100))


@cache
def _unit(digits: int) -> Decimal:
    return Decimal(1).scaleb(-digits)


_marketplace = Currency("EUR", 2)
_marketplace_unit = _marketplace.unit


def currency() -> Currency:
    """Return the currency of this marketplace."""
    return _marketplace


def use_currency(code: str) -> None:
    """Set the currency of this process. The composition root does so before any amount is read.

    It is process-wide, as zone data is, since fields are declared when modules are imported. Raises `ValueError`.
    """
    global _marketplace, _marketplace_unit  # noqa: PLW0603 - one process serves one marketplace
    _marketplace = Currency.of(code)
    _marketplace_unit = _marketplace.unit


def keep_places(entity: object, *names: str) -> None:
    """Give amounts of an entity under construction the currency's places: sums and rows of older releases lack them."""
    for name in names:
        value = getattr(entity, name)
        if not isinstance(value, Decimal) or value.same_quantum(_marketplace_unit):
            continue
        if value.is_finite() and value.adjusted() < MAX_EXPONENT:
            object.__setattr__(entity, name, _marketplace.amount(value))


@dataclass(frozen=True, eq=False)
class Money(Rule):
    """An amount of the marketplace's currency, from 0 to below 10 to the power of `whole_digits`, never rounded.

    A decimal string, or a JSON number. `example` is a usual amount in euros.
    """

    whole_digits: int

    @property
    def maximum(self) -> Decimal:
        return Decimal(10) ** self.whole_digits - currency().unit

    @property
    def pattern(self) -> str:
        """Regular expression of accepted decimal strings."""
        digits = currency().digits
        places = rf"(\.[0-9]{{1,{digits}}})?" if digits else ""
        return rf"^[0-9]{{1,{self.whole_digits}}}{places}$"

    @property
    def output_pattern(self) -> str:
        """Regular expression of amounts in responses, which have all places."""
        digits = currency().digits
        return rf"^[0-9]+\.[0-9]{{{digits}}}$" if digits else "^[0-9]+$"

    @property
    def shown_example(self) -> object:
        return None if self.example is None else str(currency().scaled(str(self.example)))

    def read(self, value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise ValueError(self._expected())  # noqa: TRY004 - rules raise one type
        is_short = isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) <= self.whole_digits
        # JSON libraries write the number 1500 as 1500.0
        number = int(value) if is_short and value % 1 == 0 else value
        shown = format(number, "f") if is_short and number is value else str(number).strip(" ")
        if not re.fullmatch(self.pattern, shown):
            raise ValueError(self._expected())
        return currency().amount(Decimal(shown))

    def _expected(self) -> str:
        digits = currency().digits
        places = f"with at most {digits} decimals" if digits else "without decimals"
        return f"Enter an amount from 0 to {self.maximum} {places}, such as {currency().scaled('49.99')}."


@dataclass(frozen=True, eq=False)
class SignedMoney(Money):
    """An amount that is added or taken away. Only in responses."""

    @property
    def output_pattern(self) -> str:
        return f"^-?{super().output_pattern[1:]}"


AMOUNT_DIGITS = 12
"""Digits of a booking's amount before the decimal point; sums may have more."""

Amount = Annotated[Decimal, Money(AMOUNT_DIGITS, example="99.98")]
AmountChange = Annotated[Decimal, SignedMoney(AMOUNT_DIGITS, example="36.00")]
