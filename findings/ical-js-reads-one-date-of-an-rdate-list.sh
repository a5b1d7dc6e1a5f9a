#!/usr/bin/env bash
# What is surprising: icalendar describes a zone by listing all its clock changes in one RDATE line, as RFC 5545
#   allows. ical.js takes only the first date of that line, so for it Berlin's summer time ended in 1981: an event in
#   July is shown an hour late. In January the two agree.
# Whom it hurts: calendars with local times, made by icalendar's add_missing_timezones() and opened in Thunderbird or
#   Nextcloud.
# What we do: calendars are written in UTC and hold no VTIMEZONE.
# Versions: icalendar 7.3.0, tzdata 2026.6, ical.js 2.2.1.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages icalendar==7.3.0 tzdata==2026.6
node_packages ical.js@2.2.1

cat > "$NODE_FOLDER/read.mjs" <<'JS'
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
const starts = calendar.getAllSubcomponents("vevent").map((each) => new ICAL.Event(each).startDate.toUnixTime());
console.log(JSON.stringify(starts));
JS
"$PY" - "$NODE_FOLDER/read.mjs" <<'PY'
import json, subprocess, sys, zoneinfo
from datetime import UTC, datetime
from icalendar import Calendar, Event

zoneinfo.reset_tzpath(())
starts = [datetime(2026, month, 15, 12, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")) for month in (1, 7)]
calendar = Calendar()
calendar.add("version", "2.0")
calendar.add("prodid", "-//Example//EN")
for start in starts:
    event = Event()
    event.add("uid", f"{start.month}@example.org")
    event.add("dtstamp", datetime(2026, 1, 1, tzinfo=UTC))
    event.add("dtstart", start)
    calendar.add_component(event)
calendar.add_missing_timezones()
read = json.loads(subprocess.run(["node", sys.argv[1]], input=calendar.to_ical(), capture_output=True, check=True).stdout)
late = [seconds - int(start.timestamp()) for seconds, start in zip(read, starts, strict=True)]
for start, seconds in zip(starts, read, strict=True):
    print(f"{start} is {start.astimezone(UTC):%H:%M} UTC for icalendar, {datetime.fromtimestamp(seconds, UTC):%H:%M} UTC for ical.js")
if late != [0, 3600]:
    sys.exit(f"Changed: ical.js is {late} seconds late")
PY
echo "As described."
