#!/usr/bin/env bash
# What is surprising: a project that pins the tzdata package is judged by the machine's zone files nevertheless:
#   zoneinfo looks through its search path first, and takes the package only for names that it does not find there.
# Whom it hurts: two servers with the same lock file and different images: they disagree by an hour on a start in a
#   zone whose rules have changed, and no message says which file was read.
# What we do: importing `marketplace.bootstrap`, which every process and test does first, empties the search path with
#   `zoneinfo.reset_tzpath(())`; `marketplace check` names the release that is used.
# How it is shown: the search path is a folder made here, in which Vancouver has the clocks of New York.
# Versions: tzdata 2026.6.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages tzdata==2026.6

"$PY" - "$WORK" <<'PY'
import pathlib, sys, zoneinfo
from datetime import datetime
from importlib.resources import files

import tzdata

machine = pathlib.Path(sys.argv[1], "zoneinfo")
(machine / "America").mkdir(parents=True)
package = files(tzdata) / "zoneinfo" / "America"
(machine / "America" / "Vancouver").write_bytes((package / "New_York").read_bytes())

def offset():
    zoneinfo.ZoneInfo.clear_cache()
    return str(datetime(2026, 7, 1, 12, tzinfo=zoneinfo.ZoneInfo("America/Vancouver")))[-6:]

print("tzdata holds", tzdata.IANA_VERSION)
zoneinfo.reset_tzpath([str(machine)])
with_folder = offset()
zoneinfo.reset_tzpath(())
alone = offset()
print(f"Vancouver in July: {with_folder} with the folder on the search path, {alone} by the package alone")
if (with_folder, alone) != ("-04:00", "-07:00"):
    sys.exit(f"Changed: {with_folder} with the folder, {alone} without")
PY
echo "As described."
