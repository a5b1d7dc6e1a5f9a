#!/usr/bin/env bash
# What is surprising: one pattern of one JSON Schema has two meanings. `\w` has every letter in Python and only ASCII in
#   ECMA-262, the dialect that JSON Schema names, so ajv refuses "José" where the Python package jsonschema takes it.
#   `\p{L}`, which ECMA-262 has instead, is an error in Python's re. Both packages claim the same draft.
# Whom it hurts: who publishes the pattern of a server written in Python: clients refuse names that the server takes.
# What we do: the patterns in our document have no \w and no \p. For usernames it lists the ASCII characters and leaves
#   all others to the server: `([A-Za-z0-9_.@+-]|[^\x00-\x7F])`, which means the same everywhere.
# Versions: jsonschema 4.26.0, ajv 8.17.1.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages jsonschema==4.26.0
node_packages ajv@8.17.1

cat > "$WORK/python.py" <<'PY'
import jsonschema, sys
for pattern in sys.argv[1:]:
    try:
        validator = jsonschema.Draft202012Validator({"pattern": pattern})
        print("takes" if validator.is_valid("José") else "refuses", pattern)
    except Exception as error:
        print("fails at", pattern)
PY
cat > "$NODE_FOLDER/javascript.mjs" <<'JS'
import Ajv from "ajv/dist/2020.js";
for (const pattern of process.argv.slice(2)) {
  const validate = new Ajv.default().compile({ pattern });
  console.log(validate("José") ? "takes" : "refuses", pattern);
}
JS
patterns=('^\w+$' '^\p{L}+$' '^([A-Za-z0-9_]|[^\x00-\x7F])+$')
"$PY" "$WORK/python.py" "${patterns[@]}" | sed 's/^/jsonschema /' | tee "$WORK/seen"
node "$NODE_FOLDER/javascript.mjs" "${patterns[@]}" | sed 's/^/ajv /' | tee -a "$WORK/seen"
expected='jsonschema takes ^\w+$
jsonschema fails at ^\p{L}+$
jsonschema takes ^([A-Za-z0-9_]|[^\x00-\x7F])+$
ajv refuses ^\w+$
ajv takes ^\p{L}+$
ajv takes ^([A-Za-z0-9_]|[^\x00-\x7F])+$'
if [ "$(cat "$WORK/seen")" != "$expected" ]; then
    echo "Changed."
    exit 1
fi
echo "As described."
