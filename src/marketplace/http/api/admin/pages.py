"""Numbered pages with a total, for admin lists."""

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

import msgspec
from litestar import Response

from marketplace.core.domain.fields import Whole
from marketplace.http.validation.fields import Limit

Out = TypeVar("Out", bound=msgspec.Struct)

TOTAL_COUNT = "X-Total-Count"
TOTAL_ESTIMATED = "X-Total-Estimated"
TOTAL = {TOTAL_COUNT: "Number of results on all pages."}
ESTIMATED = TOTAL | {TOTAL_ESTIMATED: "`true` if the total is an estimate; absent if it was counted."}
MAX_PAGE = 100_000

PageNumber = Annotated[
    int, Whole(1, MAX_PAGE, example=1, description="Page number, starting at 1. Pages after the last are empty.")
]


class NumberedPageQuery(msgspec.Struct, kw_only=True):
    """Page of a list."""

    page: PageNumber = 1
    limit: Limit = 20

    @property
    def offset(self) -> int:
        """Number of results before the page."""
        return (self.page - 1) * self.limit


def numbered(items: Sequence[Any], total: int, kind: type[Out], *, is_estimated: bool = False) -> Response[list[Out]]:
    """Return a page as JSON, with the total in a header."""
    shown = msgspec.convert(items, list[kind], from_attributes=True)  # type: ignore[valid-type]
    estimated = {TOTAL_ESTIMATED: "true"} if is_estimated else {}
    return Response(shown, headers={TOTAL_COUNT: str(total)} | estimated)
