"""Reads the operator's texts from a folder of Markdown files, and the default ones from this package."""

from pathlib import Path

from marketplace.core.domain.site_texts import MAX_TEXT_BYTES, TEXT_NAMES, SiteText, SiteTexts, TextName
from marketplace.settings import PREFIX, SettingsError

DEFAULTS = Path(__file__).parent / "default"
SUFFIXES = (".md", ".txt")
HEADING = "# "
TITLES: dict[TextName, str] = {
    "help": "Help",
    "terms": "Terms",
    "privacy": "Privacy",
    "imprint": "Imprint",
    "contact": "Contact",
}
"""Titles of texts that do not begin with a heading."""


def read_site_texts(folder: Path | None) -> SiteTexts:
    """Read all texts; one that the folder lacks is the default one.

    Raises `SettingsError` if there is no such folder, or if a file is unreadable, not UTF-8 or too large.
    """
    try:
        if folder is not None and not folder.is_dir():
            raise _unfit(folder, "it isn't one")
        files = {name: None if folder is None else _own_file(folder, name) for name in TEXT_NAMES}
    except OSError as error:  # this account may not search the folder, or one above it
        raise _unfit(folder, f"it can't be read ({error.strerror})") from error
    return SiteTexts({name: _text(name, folder, own) for name, own in files.items()})


def _text(name: TextName, folder: Path | None, own: Path | None) -> SiteText:
    if folder is None or own is None:
        return _parsed(name, (DEFAULTS / f"{name}.md").read_text(encoding="utf-8"), is_default=True)
    try:
        with own.open("rb") as file:
            content = file.read(MAX_TEXT_BYTES + 1)
        if len(content) > MAX_TEXT_BYTES:
            raise _unfit(folder, f"{own.name} has more than {MAX_TEXT_BYTES // 1024} KiB")
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise _unfit(folder, f"{own.name} can't be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise _unfit(folder, f"{own.name} isn't UTF-8") from error
    return _parsed(name, text, is_default=False)


def _own_file(folder: Path, name: TextName) -> Path | None:
    return next((file for suffix in SUFFIXES if (file := folder / f"{name}{suffix}").exists()), None)


def _unfit(folder: Path | None, reason: str) -> SettingsError:
    expected = f"a folder of readable texts in UTF-8, such as {TEXT_NAMES[1]}{SUFFIXES[0]}"
    return SettingsError(f"{PREFIX}TEXTS_DIR is '{folder}', but must be {expected}: {reason}.")


def _parsed(name: TextName, text: str, *, is_default: bool) -> SiteText:
    """Render Markdown (CommonMark). HTML is shown as it was written; addresses of scripts and images are no links."""
    # imported here: only a server needs it, and the import takes longer than the texts
    from markdown_it import MarkdownIt  # noqa: PLC0415

    first, _, rest = text.lstrip().partition("\n")
    has_heading = first.startswith(HEADING)
    title = first.removeprefix(HEADING).strip() if has_heading else TITLES[name]
    # without `html`, HTML is escaped; links to addresses of scripts are refused in any preset
    html = MarkdownIt("commonmark", {"html": False}).disable("image").render(rest if has_heading else text)
    return SiteText(name=name, title=title or TITLES[name], html=html, is_default=is_default)
