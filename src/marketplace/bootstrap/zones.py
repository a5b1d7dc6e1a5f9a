"""The zone data of every process: the locked `tzdata` package, never the machine's folders (decision 0031)."""

import zoneinfo

import tzdata


def use_locked_zones() -> None:
    """Read zones from `tzdata` only. `zoneinfo` would look in the machine's folders, and in `PYTHONTZPATH`, first."""
    zoneinfo.reset_tzpath(())
    # a library may have read a zone while it was imported
    zoneinfo.ZoneInfo.clear_cache()


def zones_version() -> str:
    """Return the version of the zone data as IANA writes it, such as 2026f."""
    return str(tzdata.IANA_VERSION)
