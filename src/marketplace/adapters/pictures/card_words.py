"""What share cards say, in English as on the pages."""

from datetime import timedelta, timezone

import icu

from marketplace.core.domain.share_cards import ShareCard

MINUS = "\N{MINUS SIGN}"


def facts_of(card: ShareCard) -> list[str]:
    """Return the lines below the title: when, for how much, and with whom. The first may be empty."""
    return [_when(card), _price(card), f"with {card.creator}"]


def _when(card: ShareCard) -> str:
    if card.starts_at is None:
        return "You choose the time" if card.is_open else ""
    sign, hours, minutes = card.utc_offset[0], int(card.utc_offset[1:3]), int(card.utc_offset[4:6])
    offset = timedelta(hours=hours, minutes=minutes) * (-1 if sign == "-" else 1)
    local = card.starts_at.astimezone(timezone(offset))
    place = card.time_zone.rpartition("/")[2].replace("_", " ")
    is_place = "/" in card.time_zone and not card.time_zone.startswith("Etc/")
    shown = f"UTC{sign if sign == '+' else MINUS}{hours}" + (f":{minutes:02}" if minutes else "")
    named = f"{place} time ({shown})" if is_place else shown
    # the offset tells both hours apart when clocks show one twice
    return f"{local:%a} {local.day} {local:%b}, {local:%H:%M} · {named}"


def _price(card: ShareCard) -> str:
    if not card.price:
        return "Free"
    is_whole = card.price == card.price.to_integral_value()
    # the locale data of ICU has other digits for some currencies
    decimals = "" if is_whole else str(card.price).partition(".")[2]
    amount = str(
        icu.NumberFormatter.withLocale(icu.Locale.getEnglish())
        .unit(icu.CurrencyUnit(card.currency))
        .precision(icu.Precision.fixedFraction(len(decimals)))
        .formatDecimal(str(card.price).encode())
    )
    return f"{amount} per seat" if card.max_participants > 1 else amount
