"""Amounts have the decimal places of the marketplace's currency, and are refused rather than rounded."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from iso4217 import Currency as IsoCurrency

from builders import a_booking, a_session
from fakes import NOW
from marketplace.core.domain.catalog import price_bands
from marketplace.core.domain.fields import rule_of
from marketplace.core.domain.money import CURRENCIES_BY_DIGITS, Currency, currency, use_currency
from marketplace.core.domain.sessions import Price
from marketplace.core.domain.summaries import DaySales
from marketplace.demo.sessions import SESSIONS
from marketplace.http.validation.json_schema import schema_of


@pytest.fixture
def in_currency() -> Iterator[Any]:
    yield use_currency
    use_currency("EUR")


def read(value: object) -> Any:
    rule = rule_of(Price)
    assert rule is not None
    return rule.read(value)


def test_currencies_are_those_of_iso_4217() -> None:
    published = {each.code: each.exponent for each in IsoCurrency if each.exponent is not None}

    assert {code: digits for digits, codes in CURRENCIES_BY_DIGITS.items() for code in codes.split()} == published


@pytest.mark.parametrize("code", ["", "eur", "EURO", "XDR", "XAU", "XTS", "BGN", "HRK", "ZZZ"])
def test_code_that_is_no_currency_in_use_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="ISO 4217"):
        Currency.of(code)


@pytest.mark.parametrize(
    ("code", "value", "kept"),
    [
        ("EUR", "49.9", "49.90"),
        ("EUR", 49, "49.00"),
        ("EUR", Decimal("49.99"), "49.99"),
        ("EUR", Decimal("1500.0"), "1500.00"),
        ("HUF", "12.5", "12.50"),
        ("JPY", "1500", "1500"),
        ("JPY", 1500, "1500"),
        ("JPY", Decimal("1500.0"), "1500"),
        ("JPY", "99999999", "99999999"),
        ("KWD", "1.25", "1.250"),
        ("KWD", Decimal("1.255"), "1.255"),
        ("KWD", "99999999.999", "99999999.999"),
        ("CLF", "0.0001", "0.0001"),
    ],
)
def test_amount_is_read_with_the_places_of_the_currency(in_currency: Any, code: str, value: object, kept: str) -> None:
    in_currency(code)

    assert str(read(value)) == kept


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("EUR", "49.999"),
        ("EUR", Decimal("49.990")),
        ("JPY", "1500.5"),
        ("JPY", "1500.0"),
        ("JPY", "1500."),
        ("JPY", Decimal("0.5")),
        ("JPY", "100000000"),
        ("KWD", "1.2555"),
        ("KWD", Decimal("0.0001")),
        ("CLF", "0.00001"),
    ],
)
def test_place_beyond_the_minor_unit_is_refused(in_currency: Any, code: str, value: object) -> None:
    in_currency(code)

    with pytest.raises(ValueError, match="Enter an amount from 0 to"):
        read(value)


@pytest.mark.parametrize(("code", "shown"), [("EUR", "1500.00"), ("JPY", "1500"), ("KWD", "1500.000")])
def test_entities_show_the_places_of_the_currency_whatever_is_stored(in_currency: Any, code: str, shown: str) -> None:
    in_currency(code)

    for stored in ("1500", "1500.0", "1500.00"):
        session = a_session(price=Decimal(stored))
        assert str(session.price) == shown
        assert str(a_booking(session, amount=Decimal(stored)).amount) == shown
        assert str(DaySales(date=NOW.date(), seats=1, income=Decimal(stored)).income) == shown


def test_stored_amount_that_does_not_fit_is_never_rounded(in_currency: Any) -> None:
    in_currency("JPY")

    assert str(a_session(price=Decimal("49.99")).price) == "49.99"


def test_price_bands_and_demo_prices_are_usual_in_the_currency(in_currency: Any) -> None:
    in_currency("JPY")
    assert [str(minimum) for minimum, _ in price_bands()] == ["0", "2500", "5000", "10000", "20000"]
    for each in SESSIONS:
        assert a_session(price=each.changes()["price"]).validate() == {}
        assert not currency().excess(each.changes()["price"])

    in_currency("KWD")
    assert [str(minimum) for minimum, _ in price_bands()] == ["0.000", "25.000", "50.000", "100.000", "200.000"]


def test_schema_describes_the_amounts_of_the_currency(in_currency: Any) -> None:
    in_currency("JPY")
    assert schema_of(Price)["pattern"] == "^[0-9]{1,8}$"
    assert schema_of(Price)["examples"] == ["4999"]

    in_currency("KWD")
    assert schema_of(Price)["pattern"] == r"^[0-9]{1,8}(\.[0-9]{1,3})?$"
    assert schema_of(Price)["examples"] == ["49.990"]
