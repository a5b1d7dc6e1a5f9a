"""Draws share cards with Pillow, each in a process of its own, and keeps the last ones."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from marketplace.adapters.pictures.card_words import facts_of
from marketplace.adapters.pictures.process import run_program
from marketplace.core.domain.share_cards import CARD_SIZE, ShareCard
from marketplace.core.errors.pictures import PicturesBusy

logger = logging.getLogger(__name__)

PROGRAM = Path(__file__).with_name("card_program.py")
SITE_NAME = "Sessions"
MAX_AT_ONCE = 1
"""Processes of one server worker, with a lower priority than those of uploads."""
MAX_WAITING = 4
"""Cards that are drawn or wait for it. More are refused, so that a flood of requests delays nothing else."""
MAX_KEPT = 8 * 1024 * 1024
"""Bytes of one process: about a hundred cards."""
FONT_PACKAGES = ("manimgx_fonts", "manimgx_fonts_cjk")
"""Noto's fonts; those for Chinese, Japanese and Korean are an extra."""
PREFERRED, LAST, NOT_USED = "NotoSans[wght].ttf", ("Emoji", "Symbols"), "Italic"
DEGREES = 360


class PillowCards:
    """`CardPainter` by Pillow. A card that is asked for while it is drawn is drawn once."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(MAX_AT_ONCE)
        self._drawing: dict[str, asyncio.Task[bytes]] = {}
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0

    async def draw(self, card: ShareCard, read_picture: Callable[[], Awaitable[bytes | None]]) -> bytes:
        version = card.version
        if version in self._kept:
            self._kept.move_to_end(version)
            return self._kept[version]
        task = self._drawing.get(version)
        if task is None:
            if len(self._drawing) >= MAX_WAITING:
                raise PicturesBusy
            task = self._drawing[version] = asyncio.create_task(self._draw(card, read_picture))
            task.add_done_callback(lambda done: self._end(version, done))
        # the task goes on if the client leaves, since others may wait for it
        return await asyncio.shield(task)

    async def _draw(self, card: ShareCard, read_picture: Callable[[], Awaitable[bytes | None]]) -> bytes:
        async with self._turn:
            picture = await read_picture()
            order = {
                "size": CARD_SIZE,
                "site": SITE_NAME,
                "title": card.title,
                "facts": facts_of(card),
                "hue": card.session_id.int % DEGREES,
                "fonts": font_files(),
            }
            drawn = await run_program(PROGRAM, order, picture or b"")
        if drawn is None:
            raise RuntimeError(f"the share card of session {card.session_id} could not be drawn")
        answer, body = drawn
        if answer["is_broken"]:
            logger.error(
                "The picture %s of session %s is damaged. Its share card has none.", card.picture_key, card.session_id
            )
        return body

    def _end(self, version: str, task: asyncio.Task[bytes]) -> None:
        del self._drawing[version]
        if task.cancelled() or task.exception() is not None:
            return
        self._kept[version] = task.result()
        self._bytes += len(task.result())
        while self._bytes > MAX_KEPT:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= len(oldest)


@cache
def font_files() -> Sequence[str]:
    """Return the installed fonts, those for letters first."""
    folders = [Path(str(files(package))) for package in FONT_PACKAGES if find_spec(package)]
    found = [path for folder in folders for path in sorted(folder.glob("*.tt[cf]")) if NOT_USED not in path.name]
    found.sort(key=lambda path: (path.name != PREFERRED, any(word in path.name for word in LAST)))
    return [str(path) for path in found]
