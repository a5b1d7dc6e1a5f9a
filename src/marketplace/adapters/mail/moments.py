"""Times in mails as the reader's language writes them: words and order from the Unicode CLDR, by ICU.

The clock is never ICU's, whose zone data is of another age: it gets the wall time that the core computed.
"""

from datetime import UTC, datetime, timedelta

from icu import DateTimePatternGenerator, ICUError, Locale, NumberingSystem, SimpleDateFormat, TimeZone

from marketplace.core.domain.utc_offsets import local_time, utc_offset

FIELDS = "EEEEdMMMMyjmm"
"""Weekday, day, month, year, and hours and minutes by the clock that the language uses."""
WITHOUT_LOCALE = "en-150"
"""English of Europe: the day before the month, and 24 hours."""


def icu_locale(locale: str | None) -> Locale:
    """Return a reader's locale as ICU knows it: without its extensions if it has digits that do not exist."""
    language = Locale.forLanguageTag(locale or WITHOUT_LOCALE)
    try:
        NumberingSystem.createInstance(language)
    except ICUError:
        language = Locale(language.getBaseName())
    if not language.getKeywordValue("calendar"):
        # ICU takes the calendar of the region: `en-TH` would have the year 2569, without its era
        language.setKeywordValue("calendar", "gregorian")
    return language


class Moments:
    """Writes instants for readers of one locale (BCP 47)."""

    def __init__(self, locale: str | None) -> None:
        language = icu_locale(locale)
        pattern = DateTimePatternGenerator.createInstance(language).getBestPattern(FIELDS)
        self._format = SimpleDateFormat(pattern, language)
        self._format.setTimeZone(TimeZone.createTimeZone("Etc/UTC"))

    def text(self, instant: datetime, zone: str, zone_text: str) -> str:
        """Return a wall time with its zone, by a text with `{city}` and `{offset}`."""
        wall = local_time(instant, zone).replace(tzinfo=UTC)
        city, offset = city_of(zone), short_offset(utc_offset(instant, zone))
        named = city if city == "UTC" else zone_text.format(city=city, offset=offset)
        return f"{self._format.format(wall.timestamp())} ({named})"


def city_of(zone: str) -> str:
    """Return the city of a time zone, as pages do: `Buenos Aires` of `America/Argentina/Buenos_Aires`."""
    return zone.rpartition("/")[2].replace("_", " ")


def short_offset(offset: str) -> str:
    """Return an offset as people write it: `+1` of `+01:00`, `+5:30` of `+05:30`, nothing of `+00:00`."""
    sign, hours, minutes = offset[0], int(offset[1:3]), offset[4:6]
    if timedelta(hours=hours, minutes=int(minutes)) == timedelta():
        return ""
    return f"{sign}{hours}" + (f":{minutes}" if minutes != "00" else "")
