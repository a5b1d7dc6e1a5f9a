"""Amounts as a provider counts them: each has a table of its own, which differs from ISO 4217."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from marketplace.core.domain.money import Currency


class Unchargeable(ValueError):
    """The provider can't take this amount exactly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MinorUnits:
    """The decimals of amounts by currency code, by default two. Amounts are multiples of `steps`, by default of one."""

    decimals: Mapping[str, int]
    steps: Mapping[str, int]

    def is_exact(self, code: str) -> bool:
        """Return whether every amount of a currency can be charged."""
        return self._factor(code) >= 1 and self._factor(code) % self.steps.get(code, 1) == 0

    def to_provider(self, units: int, code: str) -> int:
        """Convert minor units (ISO 4217) to those of the provider. Raises `Unchargeable`; never rounds."""
        found = units * self._factor(code)
        if found != int(found) or int(found) % self.steps.get(code, 1):
            raise Unchargeable(f"{Currency.of(code).of_minor(units)} {code}")
        return int(found)

    def from_provider(self, units: int, code: str) -> int:
        """Convert the provider's units to minor units (ISO 4217). Raises `Unchargeable` if there is a rest."""
        found = units / self._factor(code)
        if found != int(found):
            raise Unchargeable(f"{units} of the provider's units of {code}")
        return int(found)

    def _factor(self, code: str) -> Fraction:
        return Fraction(10) ** (self.decimals.get(code, 2) - Currency.of(code).digits)


STRIPE_DECIMALS = {0: "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF", 3: "BHD JOD KWD OMR TND"}
STRIPE_STEPS = {10: STRIPE_DECIMALS[3], 100: "ISK UGX"}
"""From "Supported currencies" in Stripe's documentation, November 2026.

The ariary (MGA) has two decimals in ISO 4217 and none at Stripe, the króna (ISK) and the Ugandan shilling (UGX) the
other way round, always with 00. The last digit of those with three is always 0. Forint (HUF) and Taiwan dollar (TWD)
are whole in payouts only, so they are charged like others with two decimals.
"""


def _by_code(codes_by_number: Mapping[int, str]) -> dict[str, int]:
    return {code: number for number, codes in codes_by_number.items() for code in codes.split()}


STRIPE = MinorUnits(decimals=_by_code(STRIPE_DECIMALS), steps=_by_code(STRIPE_STEPS))
