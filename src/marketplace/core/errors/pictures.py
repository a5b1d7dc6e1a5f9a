"""Errors of uploads."""

from marketplace.core.errors import Busy, Conflict, Invalid, MarketplaceError


class PictureTooLarge(MarketplaceError):
    """The upload has too many bytes or pixels."""

    code = "picture_too_large"
    sentence = "This picture is too large: at most 16 MB and 64 megapixels."


class UnsupportedPicture(MarketplaceError):
    """The upload is no picture of an accepted format, or is animated."""

    code = "unsupported_picture"
    sentence = "Use a JPEG, PNG, WebP, AVIF, GIF or TIFF picture. SVG and HEIC pictures aren't accepted."


class AnimatedPicture(UnsupportedPicture):
    """The upload has several frames."""

    sentence = "Animated pictures aren't accepted. Use a JPEG, PNG, WebP, AVIF, GIF or TIFF picture with one frame."


class DamagedPicture(Invalid):
    """The upload starts like a picture, but cannot be decoded."""

    code = "damaged_picture"
    sentence = "This picture is damaged or incomplete. Save it again, or choose another one."


class TooManyPictures(Conflict):
    """A session has a maximum number of pictures."""

    code = "too_many_pictures"
    sentence = "A session has at most 6 pictures. Delete one first."


class PicturesBusy(Busy):
    """Too many uploads wait to be encoded."""


class StoreRefused(Busy):
    """The object store refused to store or delete bytes. Nothing is shown of them."""

    sentence = "The picture couldn't be stored. Nothing was changed; try again in a moment."


class StoreUnknown(Busy):
    """The object store did not answer: the bytes may be stored. Storing them again changes nothing."""

    sentence = "The picture couldn't be stored in time. Nothing was changed; try again in a moment."


class PictureUnavailable(Busy):
    """The object store did not give the bytes of a picture."""

    sentence = "The picture can't be read right now. Try again in a moment."
