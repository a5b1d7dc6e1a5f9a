#!/usr/bin/env bash
# What is surprising: icalendar keeps every zone that a file defines under a name of its own for the life of the
#   process. A second file with the same name and another offset is read with the first file's clock, and so is a file
#   that uses the name and defines nothing.
# Whom it hurts: servers that read calendars of many people: programs make up names such as "Studio" or "Local", and
#   the first file decides at what time the events of all others are.
# What we do: the program writes calendars and reads none. To add reading, use one process per file.
# Versions: icalendar 7.3.0.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages icalendar==7.3.0

"$PY" - <<'PY'
import subprocess, sys
from icalendar import Calendar

ZONE = ("BEGIN:VTIMEZONE\nTZID:Studio\nBEGIN:STANDARD\nDTSTART:19700101T000000\n"
        "TZOFFSETFROM:{0}\nTZOFFSETTO:{0}\nEND:STANDARD\nEND:VTIMEZONE\n")
FILE = ("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Example//EN\n{}BEGIN:VEVENT\nUID:17@example.org\n"
        "DTSTAMP:20260101T000000Z\nDTSTART;TZID=Studio:20260601T120000\nEND:VEVENT\nEND:VCALENDAR\n")

def start(file):
    return str(Calendar.from_ical(file.replace("\n", "\r\n")).walk("VEVENT")[0]["DTSTART"].dt)

if len(sys.argv) > 1:
    print(start(FILE.format(ZONE.format(sys.argv[1]))))
    sys.exit()
seen = [start(FILE.format(ZONE.format(offset))) for offset in ("+0200", "+0900")] + [start(FILE.format(""))]
for says, read in zip(("+02:00", "+09:00", "nothing"), seen, strict=True):
    print(f"a file that defines Studio as {says}: the event starts {read}")
if [each[-6:] for each in seen] != ["+02:00"] * 3:
    sys.exit(f"Changed: {seen}")
PY
echo "As described."
