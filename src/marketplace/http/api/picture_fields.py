"""Pictures as sessions show them."""

from uuid import UUID

import msgspec

from marketplace.core.domain.pictures import AltText


class PictureSourceOut(msgspec.Struct):
    """A format, with the `srcset` of its widths on this site, and the size of the largest."""

    type: str
    srcset: str
    width: int
    height: int


class PictureOut(msgspec.Struct):
    """A picture."""

    id: UUID
    alt: AltText
    sources: list[PictureSourceOut]
