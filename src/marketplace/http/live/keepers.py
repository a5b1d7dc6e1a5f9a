"""Several keepers that hear of changes on one connection."""

from uuid import UUID

from marketplace.core.ports.announcements import AnswerKeeper


class AllKeepers:
    """An `AnswerKeeper` that reports to others, in order."""

    def __init__(self, *keepers: AnswerKeeper) -> None:
        self._keepers = keepers

    def resume(self) -> None:
        for keeper in self._keepers:
            keeper.resume()

    def suspend(self) -> None:
        for keeper in self._keepers:
            keeper.suspend()

    def drop(self, creator_id: UUID | None = None) -> None:
        for keeper in self._keepers:
            keeper.drop(creator_id)
