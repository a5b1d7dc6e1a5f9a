"""Rewrites schemas so that client generators read them alike: named enums and objects, plain types."""

import inspect
from typing import Any

from marketplace.core.domain.fields import LINE, LINES, URL, VISIBLE_LINE, VISIBLE_LINES
from marketplace.http.openapi.enums import EnumNames

Schema = dict[str, Any]

REF = "#/components/schemas/{name}"
DECIMAL = r"^-?[0-9]+(\.[0-9]+)?$"
"""Instead of `format: decimal`, which generators for Go and PHP read as a float."""
TEXTS = {
    LINE: "TextLine",
    LINES: "TextLines",
    VISIBLE_LINE: "VisibleLine",
    VISIBLE_LINES: "VisibleLines",
    URL: "WebUrl",
}
"""Names of texts by their patterns, which are long and occur in many fields."""
NULL: Schema = {"type": "null"}


class PlainSchemas:
    """Rewrites schemas and collects those that get a name of their own."""

    def __init__(self, enums: EnumNames) -> None:
        self._enums = enums
        self.named: dict[str, Schema] = {}

    def component(self, schema: Schema) -> Schema:
        """Rewrite a schema that has a name already. Generators take a `title` for a second name, so it is dropped."""
        described = {"description": inspect.cleandoc(schema["description"])} if "description" in schema else {}
        return self._rewritten({name: value for name, value in schema.items() if name != "title"} | described)

    def part(self, schema: Schema) -> Schema:
        """Rewrite a schema within another, or of a parameter. Objects with a `title` get that as their name."""
        if "title" in schema:
            name = schema["title"]
            self.named[name] = self.component({key: value for key, value in schema.items() if key != "examples"})
            return {"$ref": REF.format(name=name), **{key: schema[key] for key in ("examples",) if key in schema}}
        return self._rewritten(schema)

    def _rewritten(self, schema: Schema) -> Schema:
        plain = dict(schema)
        if "properties" in plain:
            plain["properties"] = {name: self.part(each) for name, each in plain["properties"].items()}
        for key in ("items", "additionalProperties"):
            if isinstance(plain.get(key), dict):
                plain[key] = self.part(plain[key])
        if plain.get("format") == "decimal":
            del plain["format"]
            plain.setdefault("pattern", DECIMAL)
        if plain.get("pattern") in TEXTS and plain["type"] == "string":
            name = TEXTS[plain["pattern"]]
            self.named[name] = {"type": "string", "pattern": plain.pop("pattern")}
            plain = {"$ref": REF.format(name=name), **plain}
        if "$ref" in plain:
            plain.pop("type", None)
        if "enum" in plain:
            name, self.named[name] = self._enums.of(plain.pop("enum"))
            plain = {"$ref": REF.format(name=name), **{key: plain[key] for key in plain if key != "type"}}
        if "anyOf" in plain:
            plain["anyOf"] = [self.part(each) for each in plain["anyOf"]]
            plain = _short_union(plain)
        return plain


def _short_union(schema: Schema) -> Schema:
    """Join a simple type and `null` to a list of types, so that `format` stands with its type."""
    types = [each for each in schema["anyOf"] if each != NULL]
    if len(types) == 1 and "$ref" in types[0]:
        # bounds next to a reference within the union are read by few generators
        return {**schema, "anyOf": [{"$ref": types[0].pop("$ref")}, NULL], **types[0]}
    if len(types) != 1 or "type" not in types[0]:
        return schema
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    return {**types[0], **rest, "type": [types[0]["type"], "null"]}
