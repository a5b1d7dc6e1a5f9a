"""Look-alike names by ICU, the reference implementation of Unicode Technical Standard 39."""

import icu


class IcuConfusables:
    """`Confusables` by PyICU."""

    def __init__(self) -> None:
        self._checker = icu.SpoofChecker()
        self._checker.setChecks(icu.USpoofChecks.RESTRICTION_LEVEL)
        self._checker.setRestrictionLevel(icu.URestrictionLevel.MODERATELY_RESTRICTIVE)

    def skeleton(self, name: str) -> str:
        # the first argument is a type that ICU has ignored since version 58
        return str(self._checker.getSkeleton(0, name))

    def mixes_scripts(self, name: str) -> bool:
        return bool(self._checker.check(name))
