#!/usr/bin/env bash
# What is surprising: mrml, like mjml itself, adds a link to Google Fonts to a mail without an address of it in the template. Its
#   default font is Ubuntu, so one component that names no font is enough; and a font stack that has Roboto as a fallback
#   behind the system's own font is enough, too. The mail then asks Google for a style sheet at every reading.
# Whom it hurts: readers, whose address and moment of reading go to a third party, and operators whose privacy notice says that
#   mails load nothing.
# What we do: the template names the font of all components, without Roboto, and a test refuses any address that a mail loads.
# Versions: mrml 0.2.4, mjml 4.18.0.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages mrml==0.2.4
node_packages mjml@4.18.0

cat >"$WORK/columns.json" <<'JSON'
{"no font named": ["", "<mj-text>Booked</mj-text><mj-button href=\"https://example.org/\">Open</mj-button>"],
 "font of the text named": ["", "<mj-text font-family=\"Arial\">Booked</mj-text><mj-button href=\"https://example.org/\">Open</mj-button>"],
 "Roboto as a fallback": ["system-ui, Roboto, sans-serif", "<mj-text>Booked</mj-text>"],
 "other fonts for all": ["system-ui, Helvetica, sans-serif", "<mj-text>Booked</mj-text><mj-button href=\"https://example.org/\">Open</mj-button>"]}
JSON
"$PY" - "$WORK/columns.json" >"$WORK/mrml.txt" <<'PY'
import json, sys, mrml
for name, (fonts, column) in json.load(open(sys.argv[1])).items():
    head = f'<mj-head><mj-attributes><mj-all font-family="{fonts}" /></mj-attributes></mj-head>' if fonts else ""
    html = mrml.to_html(f"<mjml>{head}<mj-body><mj-section><mj-column>{column}</mj-column></mj-section></mj-body></mjml>").content
    print(f"{name}: {'fonts.googleapis.com' if 'fonts.googleapis.com' in html else 'loads nothing'}")
PY
(cd "$NODE_FOLDER" && node - "$WORK/columns.json" >"$WORK/mjml.txt" <<'JS'
const mjml = require("mjml");
for (const [name, [fonts, column]] of Object.entries(require(process.argv[2]))) {
  const head = fonts ? `<mj-head><mj-attributes><mj-all font-family="${fonts}" /></mj-attributes></mj-head>` : "";
  const { html } = mjml(`<mjml>${head}<mj-body><mj-section><mj-column>${column}</mj-column></mj-section></mj-body></mjml>`);
  console.log(`${name}: ${html.includes("fonts.googleapis.com") ? "fonts.googleapis.com" : "loads nothing"}`);
}
JS
)
printf '%s: %s\n' "no font named" fonts.googleapis.com "font of the text named" fonts.googleapis.com \
    "Roboto as a fallback" fonts.googleapis.com "other fonts for all" "loads nothing" >"$WORK/expected.txt"
for by in mrml mjml; do
    echo "$by:"; sed 's/^/    /' "$WORK/$by.txt"
    diff "$WORK/expected.txt" "$WORK/$by.txt" >/dev/null || { echo "Changed: another output of $by" >&2; exit 1; }
done
echo "As described."
