"""The pages on security name files and tests that exist, and answer every requirement of ASVS 5.0.0."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ASVS = [ROOT / "docs" / "security" / f"{name}.md" for name in ("requests", "identity", "operation")]
"""In the order of the standard's chapters."""
PAGES = [
    *ASVS,
    *(ROOT / "docs" / name for name in ("security.md", "security/attack.md", "security/limits.md", "threat-model.md")),
]
TEXT = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)
CITED = re.findall(r"`((?:tests|src|frontend|deploy)/[\w./-]+|[\w-]+\.(?:lock|json))(?:::(\w+))?`", TEXT)
LINKED = [(path, link) for path in PAGES for link in re.findall(r"\]\(([^)]+)\)", path.read_text(encoding="utf-8"))]
ANSWERS = "\n".join(path.read_text(encoding="utf-8") for path in ASVS)
ROWS = re.findall(r"^\| (\d[\d., ]*) \| ([123]) \| ([a-z/ ]+) \| (.+) \|$", ANSWERS, re.MULTILINE)
REQUIREMENTS = {
    "1.1": 2,
    "1.2": 9,
    "1.3": 11,
    "1.4": 3,
    "1.5": 2,
    "2.1": 3,
    "2.2": 3,
    "2.3": 4,
    "2.4": 1,
    "3.2": 2,
    "3.3": 4,
    "3.4": 6,
    "3.5": 5,
    "3.7": 2,
    "4.1": 3,
    "4.2": 1,
    "4.3": 2,
    "4.4": 4,
    "5.1": 1,
    "5.2": 3,
    "5.3": 2,
    "5.4": 3,
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
    "8.1": 2,
    "8.2": 3,
    "8.3": 1,
    "8.4": 1,
    "9.1": 3,
    "9.2": 4,
    "10.1": 2,
    "10.2": 2,
    "10.3": 4,
    "10.4": 11,
    "10.5": 5,
    "10.6": 2,
    "10.7": 3,
    "11.1": 2,
    "11.2": 3,
    "11.3": 3,
    "11.4": 4,
    "11.5": 1,
    "11.6": 1,
    "12.1": 3,
    "12.2": 2,
    "12.3": 4,
    "13.1": 1,
    "13.2": 5,
    "13.3": 2,
    "13.4": 5,
    "14.1": 2,
    "14.2": 4,
    "14.3": 3,
    "15.1": 3,
    "15.2": 3,
    "15.3": 7,
    "16.1": 1,
    "16.2": 5,
    "16.3": 4,
    "16.4": 3,
    "16.5": 3,
    "17.1": 1,
    "17.2": 4,
    "17.3": 2,
}
"""Requirements of the levels 1 and 2 in each section of ASVS 5.0.0."""


def test_cited_files_and_tests_exist() -> None:
    missing = []
    for path, name in CITED:
        text = (ROOT / path).read_text(encoding="utf-8") if (ROOT / path).is_file() else None
        if text is None or (name and not re.search(rf"^(?:async )?def {name}\(", text, re.MULTILINE)):
            missing.append(f"{path}::{name}")

    assert missing == []
    assert len(CITED) > len(ROWS)


def test_links_lead_to_pages_and_headings() -> None:
    broken = []
    for page, link in LINKED:
        name, _, heading = link.partition("#")
        if name.startswith("https://"):
            continue
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (heading and heading not in headings_of(target)):
            broken.append(f"{page.name}: {link}")

    assert broken == []
    assert len(LINKED) > 50


def headings_of(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_requirement_of_levels_1_and_2_is_answered_once() -> None:
    answered = [number for ids, level, _, _ in ROWS if level != "3" for number in ids.split(", ")]

    assert answered == [f"{section}.{n}" for section, most in REQUIREMENTS.items() for n in range(1, most + 1)]


def test_every_answer_has_a_verdict_and_a_reason() -> None:
    assert {verdict for _, _, verdict, _ in ROWS} == {"met", "in part", "not met", "n/a"}
    numbered = re.findall(r"^\| \d+\.\d", ANSWERS, re.MULTILINE)
    assert len(ROWS) == len(numbered)
