"""docs/security.md names files and tests that exist, and answers every requirement of its chapters."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
CITED = re.findall(r"`((?:tests|src|frontend)/[\w./-]+\.(?:py|tsx?))(?:::(\w+))?`", PAGE)
ROWS = re.findall(r"^\| (\d[\d., ]*) \| ([123]) \| ([a-z/ ]+) \| (.+) \|$", PAGE, re.MULTILINE)
REQUIREMENTS = {
    "6.1": 3,
    "6.2": 12,
    "6.3": 4,
    "6.4": 4,
    "6.5": 5,
    "6.6": 3,
    "6.8": 4,
    "7.1": 3,
    "7.2": 4,
    "7.3": 2,
    "7.4": 5,
    "7.5": 2,
    "7.6": 2,
    "9.1": 3,
    "9.2": 4,
    "10.1": 2,
    "10.2": 2,
    "10.3": 4,
    "10.4": 11,
    "10.5": 5,
    "10.6": 2,
    "10.7": 3,
}
"""Requirements of the levels 1 and 2 in each section of ASVS 5.0."""


def test_cited_files_and_tests_exist() -> None:
    missing = []
    for path, name in CITED:
        text = (ROOT / path).read_text(encoding="utf-8") if (ROOT / path).is_file() else None
        if text is None or (name and not re.search(rf"^(?:async )?def {name}\(", text, re.MULTILINE)):
            missing.append(f"{path}::{name}")

    assert missing == []
    assert len(CITED) > len(ROWS) / 2


def test_every_requirement_of_levels_1_and_2_is_answered_once() -> None:
    answered = [number for ids, level, _, _ in ROWS if level != "3" for number in ids.split(", ")]

    assert answered == [f"{section}.{n}" for section, most in REQUIREMENTS.items() for n in range(1, most + 1)]


def test_every_answer_has_a_verdict_and_a_reason() -> None:
    assert {verdict for _, _, verdict, _ in ROWS} == {"met", "in part", "not met", "n/a"}
    numbered = re.findall(r"^\| \d+\.\d", PAGE, re.MULTILINE)
    assert len(ROWS) == len(numbered)
