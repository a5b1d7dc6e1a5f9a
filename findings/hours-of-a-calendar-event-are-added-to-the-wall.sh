#!/usr/bin/env bash
# What is surprising: RFC 5545 (3.3.6) makes DURATION:PT8H eight hours of elapsed time, over a clock change too, in
#   contrast to P1D. icalendar and ical.js both add it to the wall clock: a night from 22:00 with PT8H ends at 06:00
#   although the clocks skip an hour, which is seven hours later.
# Whom it hurts: night shifts, flights and camps written with DURATION: they end an hour early or late, twice a year.
# What we do: calendars have DTSTART and DTEND, both in UTC, and no DURATION.
# Versions: icalendar 7.3.0, tzdata 2026.6, ical.js 2.2.1.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages icalendar==7.3.0 tzdata==2026.6
node_packages ical.js@2.2.1

sed 's/$/\r/' > "$WORK/night.ics" <<'ICS'
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Example//EN
BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
UID:17@example.org
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Berlin:20260328T220000
DURATION:PT8H
END:VEVENT
END:VCALENDAR
ICS
cat > "$NODE_FOLDER/hours.mjs" <<'JS'
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
ICAL.TimezoneService.register(calendar.getFirstSubcomponent("vtimezone"));
const event = new ICAL.Event(calendar.getFirstSubcomponent("vevent"));
console.log((event.endDate.toUnixTime() - event.startDate.toUnixTime()) / 3600);
JS
python=$("$PY" - "$WORK/night.ics" <<'PY'
import pathlib, sys
from icalendar import Calendar

event = Calendar.from_ical(pathlib.Path(sys.argv[1]).read_bytes()).walk("VEVENT")[0]
print(int((event.end.timestamp() - event.start.timestamp()) / 3600))
PY
)
javascript=$(node "$NODE_FOLDER/hours.mjs" < "$WORK/night.ics")
echo "From 22:00 on 2026-03-28 in Berlin for PT8H: $python hours pass by icalendar, $javascript hours by ical.js"
if [ "$python $javascript" != "7 7" ]; then
    echo "Changed: icalendar $python hours, ical.js $javascript hours"
    exit 1
fi
echo "As described."
