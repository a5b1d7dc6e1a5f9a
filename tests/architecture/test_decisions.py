"""The index of decisions."""

from pathlib import Path

DECISIONS = Path(__file__).parents[2] / "docs" / "decisions"


def test_index_lists_every_decision_once_and_in_order_with_its_title() -> None:
    index = (DECISIONS / "README.md").read_text(encoding="utf-8").splitlines()

    assert [line for line in index if line.startswith("| [")] == [row_of(page) for page in sorted(pages())]


def test_decisions_have_numbers_of_their_own() -> None:
    numbers = [page.name[:4] for page in pages()]

    assert len(numbers) == len(set(numbers))


def pages() -> list[Path]:
    return [*DECISIONS.glob("[0-9]*.md")]


def row_of(page: Path) -> str:
    number, _, title = page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ").partition(" ")
    return f"| [{number}]({page.name}) | {title} |"
