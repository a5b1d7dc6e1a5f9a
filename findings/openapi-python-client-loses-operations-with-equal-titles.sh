#!/usr/bin/env bash
# What is surprising: openapi-python-client names a class by the `title` of a schema and not by its key in
#   `components.schemas`, the only name that the standard demands to be unique. Two schemas with one title are a
#   conflict, and every operation that uses the second is left out of the client, with a warning and exit code 0.
# Whom it hurts: who documents a PUT and a PATCH body of one class, or lets a library write titles: the client has no
#   function for some operations, and generating it did not fail.
# What we do: no schema in our document has a title, and a test generates the client with --fail-on-warning.
# Versions: openapi-python-client 0.29.1.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages openapi-python-client==0.29.1

cat > "$WORK/make.py" <<'PY'
import json, sys

def body(name):
    schema = {"$ref": f"#/components/schemas/{name}"}
    return {"required": True, "content": {"application/json": {"schema": schema}}}

def item(title, *required):
    text = {"name": {"type": "string"}}
    return {"title": title, "type": "object", "properties": text, **({"required": [*required]} if required else {})}

done = {"204": {"description": "Done"}}
json.dump({
    "openapi": "3.1.0",
    "info": {"title": "Items", "version": "1"},
    "paths": {"/items": {
        "put": {"operationId": "replace_item", "requestBody": body("ItemIn"), "responses": done},
        "patch": {"operationId": "change_item", "requestBody": body("ItemChangesIn"), "responses": done},
    }},
    "components": {"schemas": {
        "ItemIn": item("ItemIn", "name"),
        "ItemChangesIn": item(sys.argv[1]),
    }},
}, sys.stdout)
PY
cd "$WORK"
echo "post_hooks: []" > config.yaml
operations() {
    "$PY" make.py "$1" > openapi.json
    "$WORK/venv/bin/openapi-python-client" generate --path openapi.json --meta none --output-path "$2" --overwrite \
        --config config.yaml > "$2.log" 2>&1 || { cat "$2.log"; return 1; }
    (cd "$2/api/default" && ls | grep -v __ | xargs)
}
distinct=$(operations ItemChangesIn distinct)
equal=$(operations ItemIn equal)
echo "Operations with two titles: $distinct"
echo "Operations with one title twice: $equal"
grep -i "warning\|conflict\|duplicate" equal.log | head -3 || true
if [ "$distinct" != "change_item.py replace_item.py" ] || [ "$equal" != "replace_item.py" ]; then
    echo "Changed: $distinct; $equal"
    exit 1
fi
echo "As described."
