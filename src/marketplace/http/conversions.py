"""Conversion of resources to the structs of responses, by functions compiled from the fields of a struct.

`msgspec.convert` would need an object with the further attributes, which takes about twice as long. Values are not
checked again: the core's are. See docs/decisions/0051.
"""

from collections.abc import Callable, Mapping
from functools import cache
from inspect import Parameter, signature
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import UNSET

Out = TypeVar("Out", bound=msgspec.Struct)

NOTHING: Mapping[str, object] = {}


def converted(resource: object, kind: type[Out], attributes: Mapping[str, object] = NOTHING) -> Out:
    """Convert a resource with other or further attributes. Fields that may be absent are read from those alone."""
    shown: Out = _converter(kind, tuple(attributes))(resource, attributes)
    return shown


@cache
def _converter(kind: type[msgspec.Struct], given: tuple[str, ...]) -> Callable[[object, Mapping[str, object]], Any]:
    """Compile `lambda resource, given: kind(resource.id, …)`; structs within it are converted, too.

    Arguments are passed by position where the struct allows it, since by name they take five times as long.
    """
    known: dict[str, Any] = {"kind": kind, "nothing": NOTHING, "UNSET": UNSET}
    arguments = []
    for field, parameter in zip(msgspec.structs.fields(kind), signature(kind).parameters.values(), strict=True):
        name, value = field.name, f"resource.{field.name}"
        annotation = _plain(field.type)
        inner = None if name in given else _struct_in(annotation)
        if name in given:
            value = f"given[{name!r}]"
        elif field.default is UNSET:
            value = "UNSET"
        elif inner is not None:
            known[f"of_{name}"] = _converter(inner, ())
            value = _inner_value(annotation, f"of_{name}", value)
        arguments.append(f"{name}={value}" if parameter.kind is Parameter.KEYWORD_ONLY else value)
    converter: Callable[[object, Mapping[str, object]], Any] = eval(  # noqa: S307 - the names of fields
        f"lambda resource, given: kind({', '.join(arguments)})", known
    )
    return converter


def _inner_value(annotation: Any, convert: str, value: str) -> str:
    """Return the code that converts a struct, a list of structs, or a struct that may be missing."""
    if get_origin(annotation) is list:
        return f"[{convert}(each, nothing) for each in {value}]"
    is_optional = NoneType in get_args(annotation)
    return f"{convert}({value}, nothing)" + (f" if {value} is not None else None" if is_optional else "")


def _plain(annotation: Any) -> Any:
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def _struct_in(annotation: Any) -> type[msgspec.Struct] | None:
    """Return the struct that a field has, may have, or has a list of. Raises `TypeError` for other containers."""
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return annotation
    found = next(filter(None, map(_struct_in, get_args(annotation))), None)
    if found is not None and get_origin(annotation) not in {list, Union, UnionType}:
        raise TypeError(f"Fields of type {annotation} cannot be converted.")
    return found
