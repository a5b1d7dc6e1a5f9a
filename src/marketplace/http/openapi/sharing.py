"""Moves parameters and headers that many operations have in common to the document's components."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

Described = dict[str, Any]
Places = list[tuple[Any, Any]]
"""Lists or objects, and the key in them."""


def share_parameters(operations: Iterable[Described]) -> dict[str, Described]:
    """Replace parameters that are the same wherever their name occurs, and return them by component name."""
    places: dict[str, Places] = defaultdict(list)
    for operation in operations:
        for index, parameter in enumerate(operation.get("parameters", ())):
            places[parameter["name"]].append((operation["parameters"], index))
    return dict(_shared("parameters", places))


def share_headers(operations: Iterable[Described]) -> dict[str, Described]:
    """Replace response headers that are the same wherever their name occurs, and return them by component name."""
    places: dict[str, Places] = defaultdict(list)
    for operation in operations:
        for response in operation["responses"].values():
            for name in response.get("headers", ()):
                places[name].append((response["headers"], name))
    return dict(_shared("headers", places))


def _shared(kind: str, places: dict[str, Places]) -> Iterator[tuple[str, Described]]:
    for name, found in sorted(places.items()):
        first, *others = [holder[key] for holder, key in found]
        if others and all(other == first for other in others):
            component = "".join(word.capitalize() for word in re.split("[^A-Za-z0-9]", name))
            for holder, key in found:
                holder[key] = {"$ref": f"#/components/{kind}/{component}"}
            yield component, first
