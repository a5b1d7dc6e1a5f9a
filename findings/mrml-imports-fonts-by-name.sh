#!/usr/bin/env bash
# What is surprising: a font stack of MJML that names Roboto, even as a fallback behind the system's font, makes mrml add a
#   stylesheet of Google Fonts to the mail.
# Whom it hurts: readers, whose mail program asks a third party for a font when they open a mail; operators, whose privacy
#   notice does not say so.
# What we do: the template names other fonts, and a test refuses any address that a mail would load.
# Versions: mrml 0.2.4.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages mrml==0.2.4

"$PY" - <<'PY'
import re, sys
import mrml

seen = []
for fonts in ("system-ui, Roboto, sans-serif", "system-ui, Helvetica, sans-serif"):
    page = f"""<mjml><mj-head><mj-attributes><mj-all font-family="{fonts}" /></mj-attributes></mj-head>
    <mj-body><mj-section><mj-column><mj-text>Hello</mj-text></mj-column></mj-section></mj-body></mjml>"""
    loaded = sorted(set(re.findall(r"https://fonts[^\s\"')]*", mrml.to_html(page).content)))
    print(f"{fonts}: loads {loaded or 'nothing'}")
    seen.append(len(loaded))
if not (seen[0] and not seen[1]):
    sys.exit(f"Changed: {seen}")
PY
echo "As described."
