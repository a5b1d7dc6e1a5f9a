"""Heads of pages, as programs that show link previews read them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from httpx import Response


@dataclass
class Found(HTMLParser):
    """The elements of a head."""

    title: str = ""
    metas: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    scripts: list[str] = field(default_factory=list)
    _inside: str = ""

    def __post_init__(self) -> None:
        HTMLParser.__init__(self)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self._inside = tag
        if tag == "meta":
            name = values.get("name") or values["property"]
            assert name not in self.metas
            self.metas[name] = values["content"]
        elif tag == "link":
            self.links[values["rel"]] = values.get("href") or values["imagesrcset"]
        elif tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        del tag
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "title":
            self.title += data
        elif self._inside == "script":
            self.scripts[-1] += data


def head_of(response: Response) -> Found:
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    found = Found()
    found.feed(response.text)
    return found
