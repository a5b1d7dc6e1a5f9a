#!/usr/bin/env bash
# What is surprising: dateutil before 3 reads only the first part of a zone file (RFC 9636), whose transitions end in 2037,
#   and not its footer with the rule for all later years: from 2038 on it is always winter. In the slim files of tzdata, the
#   usual form since 2020, that part is empty: every time is UTC. botocore, and with it boto3 and moto, require
#   `python-dateutil<3`, so a project that installs one of them gets the old one, whatever else it uses.
# Whom it hurts: calendars with a series that has no end, and tests in the far future, as soon as a package for S3 is
#   installed next to them. Nothing is raised: each time is an hour off, half of the year.
# What we do: the S3 server of the tests, moto, has a lock and an environment of its own (`requirements-s3.lock`).
# Versions: python-dateutil 2.9.0.post0 and 4.0.0, botocore 1.44.8, tzdata 2026.6, Python's zoneinfo.
set -euo pipefail
source "$(dirname "$0")/lib.bash"

cat >"$WORK/offsets.py" <<'PY'
import sys
from datetime import datetime
from importlib.metadata import requires, version
from importlib.resources import files
from zoneinfo import ZoneInfo

from dateutil import tz, zoneinfo

ZONES = {
    "its own zones": zoneinfo.gettz("Europe/Berlin"),
    "the file of tzdata": tz.tzfile(str(files("tzdata.zoneinfo").joinpath("Europe", "Berlin"))),
}
seen = {}
for title, zone in ZONES.items():
    for year in (2037, 2038):
        summer = datetime(year, 7, 1, 12)
        found = summer.replace(tzinfo=zone).utcoffset()
        right = summer.replace(tzinfo=ZoneInfo("Europe/Berlin")).utcoffset()
        seen[title, year] = found == right
        print(f"dateutil {version('python-dateutil')} by {title}, Berlin, 1 July {year}: {found}; zoneinfo: {right}")
if list(seen.values()) != {"wrong": [True, False, False, False], "right": [True] * 4}[sys.argv[1]]:
    sys.exit("Changed")
if sys.argv[1] == "wrong":
    print("botocore requires:", *[each for each in requires("botocore") if "dateutil" in each])
PY
python_packages botocore==1.44.8 python-dateutil==2.9.0.post0 tzdata==2026.6
PYTHONTZPATH= "$PY" "$WORK/offsets.py" wrong
python_packages python-dateutil==4.0.0 tzdata==2026.6
PYTHONTZPATH= "$PY" "$WORK/offsets.py" right
echo "As described."
