"""The operator's texts: Markdown files of a folder, else placeholders."""

from pathlib import Path

import pytest

from marketplace.adapters.site_texts.files import read_site_texts
from marketplace.core.domain.site_texts import LEGAL_TEXTS, MAX_TEXT_BYTES, TEXT_NAMES
from marketplace.settings import SettingsError


def html_of(folder: Path, markdown: str) -> str:
    (folder / "terms.md").write_text(markdown, encoding="utf-8")
    return read_site_texts(folder).by_name["terms"].html


def test_default_texts_say_that_the_operator_must_replace_them() -> None:
    texts = read_site_texts(None)

    assert texts.unwritten() == LEGAL_TEXTS
    for name in TEXT_NAMES:
        text = texts.by_name[name]
        assert text.is_default
        assert text.title
        assert "The operator of this site hasn't" in text.html
    for name in LEGAL_TEXTS:
        assert "MARKETPLACE_TEXTS_DIR" in texts.by_name[name].html


def test_texts_of_the_folder_replace_the_default_ones(tmp_path: Path) -> None:
    (tmp_path / "imprint.md").write_text("# Who we are\n\nAda Ltd, *London*.\n", encoding="utf-8-sig")
    (tmp_path / "contact.txt").write_text("ada@example.org", encoding="utf-8")

    texts = read_site_texts(tmp_path)

    assert (texts.by_name["imprint"].title, texts.by_name["imprint"].html) == (
        "Who we are",
        "<p>Ada Ltd, <em>London</em>.</p>\n",
    )
    assert (texts.by_name["contact"].title, texts.by_name["contact"].html) == ("Contact", "<p>ada@example.org</p>\n")
    assert texts.unwritten() == ("terms", "privacy")


def test_empty_text_is_one_without_content(tmp_path: Path) -> None:
    assert html_of(tmp_path, "") == ""
    assert read_site_texts(tmp_path).by_name["terms"].title == "Terms"


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>\n"),
        ("a <b onclick='x'>b</b>", "<p>a &lt;b onclick='x'&gt;b&lt;/b&gt;</p>\n"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        ("[x](JaVaScRiPt:alert)", "<p>[x](JaVaScRiPt:alert)</p>\n"),
        ("<data:text/html,x>", "<p>&lt;data:text/html,x&gt;</p>\n"),
        (
            '[x](https://a.example "\\" onclick=1")',
            '<p><a href="https://a.example" title="&quot; onclick=1">x</a></p>\n',
        ),
        ("[x](mailto:ada@example.org)", '<p><a href="mailto:ada@example.org">x</a></p>\n'),
        ("![x](https://a.example/pixel.png)", '<p>!<a href="https://a.example/pixel.png">x</a></p>\n'),
    ],
)
def test_html_and_addresses_of_scripts_in_a_text_are_shown_as_written(tmp_path: Path, markdown: str, html: str) -> None:
    assert html_of(tmp_path, markdown) == html


def test_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        SettingsError, match=r"MARKETPLACE_TEXTS_DIR is '.+/nowhere', but must be a folder .+: it isn't"
    ):
        read_site_texts(tmp_path / "nowhere")


def test_folder_that_cannot_be_looked_at_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"it can't be read \(File name too long\)"):
        read_site_texts(tmp_path / ("x" * 300))


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"\xff\xfeT\x00", "terms.md isn't UTF-8"), (b"x" * (MAX_TEXT_BYTES + 1), "terms.md has more than 256 KiB")],
)
def test_unfit_file_is_refused_by_its_name(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "terms.md").write_bytes(content)

    with pytest.raises(SettingsError, match=reason):
        read_site_texts(tmp_path)


def test_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "terms.md").mkdir()

    with pytest.raises(SettingsError, match=r"terms\.md can't be read \(Is a directory\)"):
        read_site_texts(tmp_path)
