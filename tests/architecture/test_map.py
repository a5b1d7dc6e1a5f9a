"""ARCHITECTURE.md names what one searches for, and stays short."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "ARCHITECTURE.md").read_text()
ADAPTERS = sorted(path.parent.name for path in (ROOT / "src" / "marketplace" / "adapters").glob("*/__init__.py"))


@pytest.mark.parametrize("name", ADAPTERS)
def test_every_adapter_is_on_the_map(name: str) -> None:
    assert re.search(rf"\b{name}\b", TEXT)


def test_map_is_short() -> None:
    assert len(TEXT.splitlines()) <= 95
