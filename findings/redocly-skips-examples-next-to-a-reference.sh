#!/usr/bin/env bash
# What is surprising: since OpenAPI 3.1 a `$ref` may have neighbours, such as `examples`. Redocly checks examples against
#   their schema, but passes one next to a `$ref` that the schema refuses. It reports the same example next to an inline
#   schema. Spectral's rule for examples of schemas reports neither: it looks at `example` only, which 3.1 deprecates.
# Whom it hurts: who replaces inline enums by references: wrong examples go unnoticed, and reach mock servers and docs.
# What we do: a test of ours validates every example in the document, after following references.
# Versions: @redocly/cli 2.77.0, @stoplight/spectral-cli 6.16.3.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
node_packages @redocly/cli@2.77.0 @stoplight/spectral-cli@6.16.3

cd "$NODE_FOLDER"
document() {
    cat <<JSON
{"openapi": "3.1.0",
 "info": {"title": "Items", "version": "1", "contact": {"name": "Ada"}, "description": "Items",
   "license": {"name": "MIT", "identifier": "MIT"}},
 "servers": [{"url": "https://sessions.test"}], "tags": [{"name": "items"}], "security": [],
 "paths": {"/item": {"get": {"operationId": "get_item", "summary": "Get", "description": "Get", "tags": ["items"],
   "responses": {"400": {"description": "Bad"}, "200": {"description": "OK", "content": {
     "application/json": {"schema": {"\$ref": "#/components/schemas/Item"}}}}}}}},
 "components": {"schemas": {"Item": {"type": "object", "properties": {"status": {$1, "examples": ["lost"]}}},
   "Status": {"type": "string", "enum": ["open", "closed"]}}}}
JSON
}
document '"type": "string", "enum": ["open", "closed"]' > inline.json
document '"$ref": "#/components/schemas/Status"' > reference.json
echo 'extends: ["spectral:oas"]' > .spectral.yaml
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
for file in inline reference; do
    redocly=$({ npx redocly lint --extends recommended "$file.json" 2>&1 || true; } | grep -c "must be equal to one of" || true)
    spectral=$({ npx spectral lint "$file.json" 2>&1 || true; } | grep -c "schema-example" || true)
    echo "$file: redocly reports $redocly, spectral $spectral"
done | tee seen
if [ "$(cat seen)" != "inline: redocly reports 1, spectral 0
reference: redocly reports 0, spectral 0" ]; then
    echo "Changed."
    exit 1
fi
echo "As described."
