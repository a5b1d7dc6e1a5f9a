"""Sessions of the demo: eighty, one TOML file per creator."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from marketplace.demo.sessions.entry import DemoSession

CREATORS = (
    *("elena_marchetti", "kenji_watanabe", "amara_okafor", "lucia_fernandez", "jonas_lindqvist", "priya_raman"),
    *("tom_gallagher", "sofia_novakova", "mateo_silva", "hannah_weiss", "grace_mitchell", "youssef_elamrani"),
    *("ines_carvalho", "miriam_vogel", "daniel_park", "charlotte_nguyen"),
)
"""The files, in the order in which the sessions are created."""


def _read(name: str) -> Iterator[DemoSession]:
    file = tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text(encoding="utf-8"))
    for session in file["sessions"]:
        yield msgspec.convert(session | {"creator": file["creator"]}, DemoSession)


SESSIONS = tuple(session for name in CREATORS for session in _read(name))

__all__ = ["SESSIONS", "DemoSession"]
