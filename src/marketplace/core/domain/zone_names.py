"""Names of time zones: those of the zone data, and old names that browsers still report.

Links of the zone data join zones whose clocks agree since 1970: they make Oslo Berlin, and Amsterdam Brussels. So
renames are a table of ours: the same city under a newer name.
"""

from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

RENAMED_ZONES = {
    "Africa/Asmera": "Africa/Asmara",
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
    "America/Catamarca": "America/Argentina/Catamarca",
    "America/Coral_Harbour": "America/Atikokan",
    "America/Cordoba": "America/Argentina/Cordoba",
    "America/Godthab": "America/Nuuk",
    "America/Indianapolis": "America/Indiana/Indianapolis",
    "America/Jujuy": "America/Argentina/Jujuy",
    "America/Knox_IN": "America/Indiana/Knox",
    "America/Louisville": "America/Kentucky/Louisville",
    "America/Mendoza": "America/Argentina/Mendoza",
    "Asia/Ashkhabad": "Asia/Ashgabat",
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Chungking": "Asia/Chongqing",
    "Asia/Dacca": "Asia/Dhaka",
    "Asia/Istanbul": "Europe/Istanbul",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Macao": "Asia/Macau",
    "Asia/Rangoon": "Asia/Yangon",
    "Asia/Saigon": "Asia/Ho_Chi_Minh",
    "Asia/Thimbu": "Asia/Thimphu",
    "Asia/Ujung_Pandang": "Asia/Makassar",
    "Asia/Ulan_Bator": "Asia/Ulaanbaatar",
    "Atlantic/Faeroe": "Atlantic/Faroe",
    "Europe/Kiev": "Europe/Kyiv",
    "Europe/Nicosia": "Asia/Nicosia",
    "Pacific/Enderbury": "Pacific/Kanton",
    "Pacific/Ponape": "Pacific/Pohnpei",
    "Pacific/Truk": "Pacific/Chuuk",
}
"""The present name by the old one. Coral Harbour and Enderbury are other places than Atikokan and Kanton, but the zone
of those was called so, and browsers there report the old name.
"""


@cache
def time_zones() -> frozenset[str]:
    """Return the IANA zone names, old ones too; `Factory` stands for a machine without a zone."""
    return frozenset(available_timezones()) - {"Factory"}


@cache
def zone_named(name: str) -> ZoneInfo:
    """Return a zone. Raises `ZoneInfoNotFoundError`.

    `ZoneInfo` keeps eight zones that nothing else refers to, and reads the file of any other again.
    """
    return ZoneInfo(name)


def read_zone(value: Any) -> str:
    """Return the present name of a zone. Raises `ValueError` with a message for users."""
    if not isinstance(value, str) or value not in time_zones():
        raise ValueError("Choose an IANA time zone such as Europe/Madrid.")
    return RENAMED_ZONES.get(value, value)


def known_zone(name: str) -> str:
    """Return the name, or UTC if the zone data no longer has it."""
    return name if name in time_zones() else "UTC"


def zone_errors(value: Any) -> list[str]:
    """Return error messages for a zone that should already have its present name."""
    try:
        name = read_zone(value)
    except ValueError as error:
        return [str(error)]
    return [] if name == value else [f"This time zone is now called {name}."]
