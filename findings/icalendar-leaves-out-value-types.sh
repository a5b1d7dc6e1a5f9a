#!/usr/bin/env bash
# What is surprising: icalendar's add() writes REFRESH-INTERVAL from a timedelta, CONFERENCE from an address and an
#   alarm's TRIGGER from an instant without the parameter VALUE that RFC 5545 and RFC 7986 demand of them, and
#   X-PUBLISHED-TTL as 12:00:00, which is no duration. icalendar reads all of it back. ical.js (Thunderbird's reader)
#   takes the first two for values of unknown type, and the alarm's instant for a duration, which it refuses.
# Whom it hurts: feeds that ask to be fetched every twelve hours, and reminders at a fixed time.
# What we do: decision 0040: we write the lines of calendars ourselves, with `VALUE=DURATION`; icalendar reads them in the tests.
#   With icalendar, pass `parameters={"VALUE": …}`, and a `vDuration` for X-PUBLISHED-TTL.
# Versions: icalendar 7.3.0, ical.js 2.2.1.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages icalendar==7.3.0
node_packages ical.js@2.2.1

"$PY" - > "$WORK/calendar.ics" <<'PY'
import sys
from datetime import UTC, datetime, timedelta
from icalendar import Alarm, Calendar, Event

calendar, event, alarm = Calendar(), Event(), Alarm()
calendar.add("version", "2.0")
calendar.add("prodid", "-//Example//EN")
calendar.add("refresh-interval", timedelta(hours=12))
calendar.add("x-published-ttl", timedelta(hours=12))
event.add("uid", "17@example.org")
event.add("dtstamp", datetime(2026, 1, 1, tzinfo=UTC))
event.add("dtstart", datetime(2026, 6, 1, 10, tzinfo=UTC))
event.add("conference", "https://example.org/room")
alarm.add("action", "DISPLAY")
alarm.add("description", "Soon")
alarm.add("trigger", datetime(2026, 6, 1, 9, tzinfo=UTC))
event.add_component(alarm)
calendar.add_component(event)
sys.stdout.buffer.write(calendar.to_ical())
PY
cat > "$NODE_FOLDER/read.mjs" <<'JS'
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
const event = calendar.getFirstSubcomponent("vevent");
const alarm = event.getFirstSubcomponent("valarm");
const read = (component, name) => {
  const property = component.getFirstProperty(name);
  try {
    return `${property.type} ${property.getFirstValue()}`;
  } catch (error) {
    return `${property.type}, ${error.message}`;
  }
};
const written = { "refresh-interval": calendar, "x-published-ttl": calendar, conference: event, trigger: alarm };
for (const [name, component] of Object.entries(written)) console.log(`${name}: ${read(component, name)}`);
JS
echo "Written by icalendar:"
grep -E "^(REFRESH|X-PUBLISHED|CONFERENCE|TRIGGER)" "$WORK/calendar.ics" | tr -d '\r' | tee "$WORK/written"
echo "Read by ical.js:"
node "$NODE_FOLDER/read.mjs" < "$WORK/calendar.ics" | tee "$WORK/read"
expected="REFRESH-INTERVAL:PT12H
X-PUBLISHED-TTL:12:00:00
CONFERENCE:https://example.org/room
TRIGGER:20260601T090000Z"
types=$(cut -d' ' -f2 "$WORK/read" | xargs)
if [ "$(cat "$WORK/written")" != "$expected" ] || [ "$types" != "unknown unknown unknown duration," ]; then
    echo "Changed: icalendar writes $(xargs < "$WORK/written"); ical.js reads $types"
    exit 1
fi
echo "As described."
