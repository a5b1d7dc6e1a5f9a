#!/usr/bin/env bash
# What is surprising: Babel and Intl take the clock of a zone from the zone database and its name from the Unicode CLDR,
#   which follows months or years later. British Columbia, Alberta and Manitoba stay on summer time from 2026 on. On a day in
#   December, Babel writes a time in Vancouver one hour ahead of Los Angeles and calls both "Pacific Standard Time".
# Whom it hurts: readers of a mail that names the zone to be clear, and readers "in Pacific Time" of a class in Vancouver:
#   the sentence is precise, looks official and is an hour off. Newer zone data make it worse, not better.
# What we do: a time is followed by the city of its zone and the offset of that instant, both from the zone database
#   (`utc_offset` of the API), in mails as on pages. Names from the CLDR only help to search for a zone.
# Versions: babel 2.19.0, tzdata 2026.6.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages babel==2.19.0 tzdata==2026.6

"$PY" - <<'PY'
import collections, datetime, sys, zoneinfo

zoneinfo.reset_tzpath(())  # the pinned tzdata, not the machine's
from babel.dates import get_timezone_name

at = datetime.datetime(2026, 12, 1, 12, tzinfo=datetime.timezone.utc)
offsets = collections.defaultdict(lambda: collections.defaultdict(list))
for zone in sorted(zoneinfo.available_timezones()):
    local = at.astimezone(zoneinfo.ZoneInfo(zone))
    offsets[get_timezone_name(local, locale="en")][local.strftime("%z")].append(zone)

wrong = {}
for name, zones_by_offset in offsets.items():
    if len(zones_by_offset) > 1:
        most = max(zones_by_offset, key=lambda offset: len(zones_by_offset[offset]))
        for offset, zones in zones_by_offset.items():
            if offset != most:
                wrong[name] = (most, offset, zones)
                print(f"{name}: {most} in {len(zones_by_offset[most])} zones, and {offset} in {', '.join(zones)}")

expected = {"Pacific Standard Time": "America/Vancouver", "Mountain Standard Time": "America/Edmonton", "Central Standard Time": "America/Winnipeg"}
for name, zone in expected.items():
    if name not in wrong or zone not in wrong[name][2]:
        sys.exit(f"Changed: {zone} is no longer called {name} with the clock of another offset")
PY
echo "As described."
