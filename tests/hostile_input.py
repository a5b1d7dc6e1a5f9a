"""Values and requests that clients of ours never send, and what may come of them: a value or a refusal, soon."""

import json
import string
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

MAX_SECONDS = 1.0
"""Of a processor, for one value or request: waiting for other programs does not count."""
ODD = (
    *("", " ", "\0", "\x1f", "\x7f", "\x85", "\u00a0", "\u200b", "\u202e", "\ufeff", "\ufffd", "\ufffe", "\U0010ffff"),
    *(
        "e\u0301",
        "\u0301" * 40,
        "\u0130",
        "\u00df",
        "\ufb01",
        "\u0663",
        "\uff11",
        "\u2028",
        "\U0001f469\u200d\U0001f4bb",
    ),
    *(
        "-1",
        "0",
        "00",
        "1e3",
        "1e999999999",
        "-0",
        "NaN",
        "Infinity",
        "9" * 400,
        "0." + "0" * 400 + "1",
        "0x10",
        "1_000",
    ),
    *("9999-12-31T23:59:59.999999999Z", "0001-01-01T00:00:00+14:00", "2024-02-30", "2016-12-31T23:59:60Z", "24:00"),
    *("true", "null", "[]", "{}", "'", '"', "\\", "%", "%00", "%s", "../..", "a" * 5_000, "=", "==", ";", ",", "*"),
)
"""Texts that break readers: of numbers, times, names, paths and headers."""
texts = st.one_of(st.sampled_from(ODD), st.text(max_size=40))
numbers = st.one_of(
    st.integers(-(10**20), 10**20),
    st.sampled_from([Decimal(text) for text in ("1e999999", "-1e-999999", "0e999", "1." + "0" * 60, "1e18", "59.99")]),
    st.decimals(allow_nan=False, allow_infinity=False),
)
scalars = st.one_of(st.none(), st.booleans(), numbers, texts)
"""As a body of JSON holds them once it is decoded."""
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=8,
)


@contextmanager
def soon() -> Iterator[None]:
    """Require that the block takes no more than a second of this thread."""
    began = time.thread_time()
    yield
    assert time.thread_time() - began <= MAX_SECONDS


def outcome(read: Callable[[], Any], *refusals: type[Exception]) -> Any:
    """Return the value that is read or the refusal that is raised, within a second. Any other error is raised."""
    with soon():
        try:
            return read()
        except refusals as refusal:
            return refusal


@st.composite
def altered(draw: st.DrawFn, text: str) -> str:
    """Return the text with one to three parts replaced, inserted, doubled or missing."""
    for _ in range(draw(st.integers(1, 3))):
        begin = draw(st.integers(0, len(text)))
        end = draw(st.integers(begin, min(len(text), begin + 3)))
        piece = draw(st.one_of(st.just(text[:end]), texts, st.sampled_from(string.printable)))
        text = text[:begin] + piece + text[end:]
    return text


def near(example: Any) -> st.SearchStrategy[Any]:
    """Return values that differ a little from a valid one."""
    if isinstance(example, dict) and example:
        return st.sampled_from(sorted(example)).flatmap(
            lambda name: near(example[name]).map(lambda value: example | {name: value})
        )
    if isinstance(example, list) and example:
        return st.one_of(near(example[0]).map(lambda value: [value, *example[1:]]), st.just(example * 1_000), values)
    return st.one_of(values, altered(example)) if isinstance(example, str) else values


def base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def as_json(value: Any) -> bytes:
    """Encode a value of `values`; numbers keep their digits."""
    numbers_of: dict[str, str] = {}

    def hide(number: Any) -> str:
        name = f"number {len(numbers_of)} of a generated body"
        numbers_of[json.dumps(name)] = str(number)
        return name

    text = json.dumps(value, default=hide)
    for name, number in numbers_of.items():
        text = text.replace(name, number)
    return text.encode()
