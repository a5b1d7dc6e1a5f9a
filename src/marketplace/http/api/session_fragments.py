"""Pages of the catalog from kept fragments: at most one statement more than that of the page."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

import msgspec

from marketplace.core.domain.availability import CatalogSession
from marketplace.core.domain.bookable_starts import BookableStart
from marketplace.core.domain.catalog import SessionVersion
from marketplace.core.domain.pages import Page
from marketplace.core.services.sessions import SessionService
from marketplace.http.api.next_slots import FirstSlots, next_slot_json
from marketplace.http.fragments import Fragment, Fragments

NEXT_SLOT, FIRST_SLOT, NONE = b'"next_slot":', b',"first_slot":', b"null"
SessionOut = Callable[[CatalogSession], msgspec.Struct]


async def encoded_page(
    page: Page[SessionVersion],
    sessions: SessionService,
    fragments: Fragments,
    session_out: SessionOut,
    viewer_zone: str | None,
    starts: FirstSlots | None = None,
) -> Page[Any]:
    """Return the sessions of a page as JSON. One that is not listed any more is left out.

    `session_out` converts a session without its next slot; `starts` are those of a list with a window.
    """
    reader = _Reader(sessions, fragments, session_out)
    await reader.read(page.items)
    found = (reader.encoded(version.id, viewer_zone, starts) for version in page.items)
    shown: Any = tuple(msgspec.Raw(each) for each in found if each is not None)
    return page.with_items(shown)


class _Reader:
    def __init__(self, sessions: SessionService, fragments: Fragments, session_out: SessionOut) -> None:
        self._sessions = sessions
        self._fragments = fragments
        self._session_out = session_out
        self._found: dict[UUID, Fragment] = {}
        self._slots: dict[UUID, BookableStart | None] = {}

    async def read(self, versions: Iterable[SessionVersion]) -> None:
        """Find the fragments of a page, and read what is missing and the next slots."""
        of_page = {version.id: version for version in versions}
        self._found = self._fragments.find(of_page.values())
        missing = of_page.keys() - self._found.keys()
        scheduled = {version.id for version in of_page.values() if not version.is_open}
        if missing:
            await self._read_whole(missing | scheduled)
        elif scheduled:
            answers = await self._sessions.next_slots([*scheduled])
            self._slots = {version.id: slot for version, slot in answers}
            changed = {version.id for version, _ in answers if version != of_page[version.id]}
            if changed:
                await self._read_whole(changed)

    async def _read_whole(self, ids: set[UUID]) -> None:
        for session_id in ids:
            self._found.pop(session_id, None)
        for version, session in await self._sessions.read_listed([*ids]):
            fragment = _fragment(self._session_out(replace(session, next_slot=None)))
            self._fragments.keep(version, fragment)
            self._found[session.id], self._slots[session.id] = fragment, session.next_slot

    def encoded(self, session_id: UUID, viewer_zone: str | None, starts: FirstSlots | None) -> bytes | None:
        fragment = self._found.get(session_id)
        if fragment is None:
            return None
        shown = fragment.with_next_slot(_encoded(self._slots.get(session_id), viewer_zone))
        if starts is None:
            return shown
        return shown.removesuffix(b"}") + FIRST_SLOT + _encoded(starts.get(session_id), viewer_zone) + b"}"


def _encoded(slot: BookableStart | None, viewer_zone: str | None) -> bytes:
    return NONE if slot is None else next_slot_json(slot, viewer_zone)


def _fragment(shown: msgspec.Struct) -> Fragment:
    # the last one: a quotation mark in a text is escaped, and what follows is null for a listed session
    head, name, tail = msgspec.json.encode(shown).rpartition(NEXT_SLOT)
    return Fragment(head + name, tail.removeprefix(NONE))
