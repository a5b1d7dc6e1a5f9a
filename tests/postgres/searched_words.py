"""Searches of the large marketplace, from words of every session to unknown ones."""

from marketplace.adapters.postgres.catalog.word_window import MAX_INDEXED, SAMPLE, WALK
from marketplace.core.domain.catalog import RELEVANCE_WINDOW

RANKED = {
    "a common word": ("common",),
    "a word of every session": ("everywhere",),
    "a rare word": ("rare",),
    "a word of middling frequency": ("tag49",),
    "a prefix of middling frequency": ("tag8",),
    "two words of middling frequency": ("tag48", "tag8"),
    "a common and a rare word": ("common", "rare"),
    "a prefix of a common word": ("com",),
    "a misspelt common word": ("comon",),
    "a misspelt rare word": ("raer",),
    "an unknown word": ("zzzzzzzzzz",),
    "one letter": ("e",),
    "a common word and an unknown one": ("common", "zzzzzzzzzz"),
    "a common, a rare and two unknown words": ("common", "rare", "zzzzzzzzzz", "yyyyyyyyyy"),
    "a word of every session and an unknown one": ("everywhere", "zzzzzzzzzz"),
}
WINDOW_ROWS = SAMPLE + MAX_INDEXED + WALK + MAX_INDEXED + RELEVANCE_WINDOW + 100
"""Maximum rows for a search by relevance: a sample, those by the index, the newest, all their matches, and a page."""
WINDOW_BLOCKS = 16_000
