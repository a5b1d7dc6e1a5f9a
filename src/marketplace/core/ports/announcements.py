"""Announcements of changes, for processes that keep answers."""

from typing import Protocol
from uuid import UUID


class AnswerKeeper(Protocol):
    """Keeps public answers while it hears of every change."""

    def resume(self) -> None:
        """Start keeping: from now on every announcement is heard."""
        ...

    def suspend(self) -> None:
        """Drop all answers and stop keeping: announcements may be missed. May be called again."""
        ...

    def drop(self, creator_id: UUID | None = None) -> None:
        """Drop the answers that this creator's data may have changed: `None` for all answers."""
        ...


class Announcements(Protocol):
    """Changes of public answers, as `Events.announce` sends them, in all processes."""

    async def listen(self, keeper: AnswerKeeper, *, is_keeping: bool = True) -> None:
        """Report to `keeper` until cancelled, then suspend it. Unless `is_keeping`, storage keeps nothing meanwhile.

        A change is reported once the relay has delivered its event, or earlier; a rolled back one never. After a lost
        connection `keeper` is suspended until announcements are heard again.
        """
        ...
