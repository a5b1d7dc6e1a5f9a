"""Sessions of the demo: eighty, one TOML file per creator, with what they say about themselves."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from marketplace.demo.sessions.entry import CreatorTexts, DemoSession

CREATORS = (
    *("elena_marchetti", "kenji_watanabe", "amara_okafor", "lucia_fernandez", "jonas_lindqvist", "priya_raman"),
    *("tom_gallagher", "sofia_novakova", "mateo_silva", "hannah_weiss", "grace_mitchell", "youssef_elamrani"),
    *("ines_carvalho", "miriam_vogel", "daniel_park", "charlotte_nguyen"),
)
"""The files, in the order in which the sessions are created."""


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text(encoding="utf-8"))


def _sessions(file: dict[str, Any]) -> Iterator[DemoSession]:
    for session in file["sessions"]:
        yield msgspec.convert(session | {"creator": file["creator"]}, DemoSession)


_FILES = tuple(map(_read, CREATORS))
SESSIONS = tuple(session for file in _FILES for session in _sessions(file))
CREATOR_TEXTS = {file["creator"]: msgspec.convert(file, CreatorTexts) for file in _FILES}
"""By username."""

__all__ = ["CREATOR_TEXTS", "SESSIONS", "CreatorTexts", "DemoSession"]
