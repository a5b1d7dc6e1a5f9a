"""Amounts as Stripe counts them."""

from hypothesis import given
from hypothesis import strategies as st

from marketplace.adapters.payments.minor_units import STRIPE, Unchargeable
from marketplace.core.domain.money import CURRENCIES_BY_DIGITS

CODES = sorted(code for codes in CURRENCIES_BY_DIGITS.values() for code in codes.split())
EXAMPLES = {  # code: (minor units by ISO 4217, Stripe's)
    "EUR": (1050, 1050),
    "JPY": (500, 500),
    "ISK": (5, 500),
    "UGX": (5, 500),
    "HUF": (1045, 1045),
    "TWD": (80045, 80045),
    "MGA": (10000, 100),
    "KWD": (5120, 5120),
}


def converted(units: int, code: str) -> int | None:
    try:
        return STRIPE.to_provider(units, code)
    except Unchargeable:
        return None


def test_amounts_are_converted_as_stripe_documents() -> None:
    assert {code: STRIPE.to_provider(ours, code) for code, (ours, _) in EXAMPLES.items()} == {
        code: theirs for code, (_, theirs) in EXAMPLES.items()
    }
    assert [converted(*each) for each in ((5124, "KWD"), (10001, "MGA"))] == [None, None]


def test_currencies_that_stripe_rounds_are_known() -> None:
    rounded = {code for code in CODES if not STRIPE.is_exact(code)}
    assert rounded == {"MGA", "BHD", "JOD", "KWD", "OMR", "TND", "IQD", "LYD", "CLF", "UYW"}


@given(st.sampled_from(CODES), st.integers(0, 10**12))
def test_amount_survives_the_way_there_and_back(code: str, units: int) -> None:
    theirs = converted(units, code)
    if theirs is None:
        assert not STRIPE.is_exact(code)
    else:
        assert STRIPE.from_provider(theirs, code) == units
        assert theirs % STRIPE.steps.get(code, 1) == 0
