"""Languages whose words searches reduce to stems, by the snowball stemmers that PostgreSQL has since release 15."""

import unicodedata

STEMMERS = {
    "ar": "arabic",
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}
"""Names of stemmers by primary language (BCP 47). Other languages, such as Japanese, have whole words and prefixes."""
INSTALLED_LANGUAGE = "en"
"""Of the marketplace's own pages; a session in Latin script that says no language is taken to be in it."""
_SAME = {"nb": "no", "nn": "no"}


def search_language(language: str | None, text: str) -> str | None:
    """Return the primary language to stem a session's words by, or `None` for whole words only.

    `language` is what the session says (BCP 47); `None` if it does not. The one place where a language is chosen.
    """
    if language is not None:
        primary = language.partition("-")[0].lower()
        primary = _SAME.get(primary, primary)
        return primary if primary in STEMMERS else None
    return INSTALLED_LANGUAGE if _is_latin(text) else None


def _is_latin(text: str) -> bool:
    """Return whether most letters are Latin."""
    if text.isascii():
        return True
    letters = [each for each in text if each.isalpha()]
    latin = sum(each.isascii() or unicodedata.name(each, "").startswith("LATIN") for each in letters)
    return 2 * latin >= len(letters)
