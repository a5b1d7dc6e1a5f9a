"""The `<head>` of a page: title, canonical address, link preview (ogp.me) and structured data (schema.org, JSON-LD)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import msgspec

from marketplace.core.domain.pictures import PictureSource

SITE_NAME = "Sessions"
SCHEMA = "https://schema.org"
MAX_DESCRIPTION = 200
"""Characters. Programs that show link previews cut longer texts."""
HEAD_END = "</head>"
REPLACED = re.compile(r"\s*<title>.*?</title>|\s*<meta\s+name=\"description\".*?>", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadImage:
    """The picture of a link preview: its absolute address, its size in pixels, and what it shows."""

    address: str
    size: tuple[int, int]
    media_type: str
    alt: str

    def properties(self) -> Mapping[str, str]:
        """Return what a preview needs before it has loaded the picture."""
        width, height = self.size
        return {
            "og:image:type": self.media_type,
            "og:image:width": str(width),
            "og:image:height": str(height),
            "og:image:alt": self.alt,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Preload:
    """A picture that the page shows first, before the application runs (HTML, 4.6.7.18).

    `sizes` must be that of the page's own picture, or browsers load two. `pictures` is how many the page has.
    """

    source: PictureSource
    sizes: str
    pictures: int

    def html(self) -> str:
        """Return the element. Browsers that do not know the format ignore it."""
        return (
            f'<link rel="preload" as="image" fetchpriority="high" type="{escape(self.source.type)}"'
            f' imagesrcset="{escape(self.source.srcset)}" imagesizes="{escape(self.sizes)}"'
            f' data-pictures="{self.pictures}" />'
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What link previews and search engines read of a page. `image` may be only an absolute address.

    `data` is its structured data; without it, search engines do not list the page either.
    """

    title: str
    description: str
    address: str
    image: HeadImage | str | None = None
    kind: str = "website"
    """`og:type`."""
    data: Mapping[str, Any] | None = None
    is_indexed: bool = True
    """Whether search engines may list the page."""
    preload: Preload | None = None

    def html(self) -> str:
        """Return the elements. Every text is escaped for its place."""
        named = {"description": self.description, "twitter:card": "summary_large_image" if self.image else "summary"}
        if self.data is None or not self.is_indexed:
            named["robots"] = "noindex"
        properties = {
            "og:title": self.title,
            "og:description": self.description,
            "og:type": self.kind,
            "og:url": self.address,
            "og:site_name": SITE_NAME,
        }
        if isinstance(self.image, HeadImage):
            properties |= {"og:image": self.image.address, **self.image.properties()}
        elif self.image is not None:
            properties["og:image"] = self.image
        elements = [
            *([self.preload.html()] if self.preload else ()),
            f"<title>{escape(self.title)} · {SITE_NAME}</title>",
            f'<link rel="canonical" href="{escape(self.address)}" />',
            *(f'<meta name="{name}" content="{escape(content)}" />' for name, content in named.items()),
            *(f'<meta property="{name}" content="{escape(content)}" />' for name, content in properties.items()),
        ]
        if self.data is not None:
            elements.append(f'<script type="application/ld+json">{script_json(self.data)}</script>')
        return "\n    ".join(elements)


def script_json(data: Any) -> str:
    """Encode JSON for a script element, whose end no text of a person can write (HTML, 4.12.1.3)."""
    encoded = msgspec.json.encode(data).decode()
    return encoded.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")


def summary_of(text: str) -> str:
    """Return the beginning of a text on one line, cut after a word."""
    line = " ".join(text.split())
    if len(line) <= MAX_DESCRIPTION:
        return line
    cut = line[:MAX_DESCRIPTION]
    whole, space, _ = cut.rpartition(" ")
    return f"{whole if space else cut}…"


class PageTemplate:
    """The built `index.html`, which has a head."""

    def __init__(self, page: str) -> None:
        self.plain = page.encode()
        start, _, self._rest = page.partition(HEAD_END)
        self._start = REPLACED.sub("", start).rstrip()

    @classmethod
    def read(cls, folder: Path) -> "PageTemplate | None":
        """Read the page in the folder of the built front end; `None` if it is not built."""
        file = folder / "index.html"
        return cls(file.read_text()) if file.is_file() else None

    def with_head(self, head: Head) -> bytes:
        """Return the page with these elements at the end of its head."""
        return f"{self._start}\n    {head.html()}\n  {HEAD_END}{self._rest}".encode()
