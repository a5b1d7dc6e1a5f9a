"""What Pillow makes of uploads, each in a process of its own."""

import asyncio
import struct
import zlib

import pytest
from PIL import Image, ImageCms

from marketplace.adapters.pictures import encoder as encoding
from marketplace.adapters.pictures.encoder import PillowEncoder
from marketplace.core.domain.pictures import AVATAR_WIDTH, WIDTHS
from marketplace.core.errors import MarketplaceError
from marketplace.core.errors.pictures import (
    AnimatedPicture,
    DamagedPicture,
    PicturesBusy,
    PictureTooLarge,
    UnsupportedPicture,
)
from picture_files import SVG, a_picture, animated, opened, saved_as

pytestmark = pytest.mark.thorough  # each picture starts a process

ENCODER = PillowEncoder()


def near(colour: object, expected: tuple[int, int, int]) -> bool:
    assert isinstance(colour, tuple)
    return all(abs(one - other) < 40 for one, other in zip(colour, expected, strict=False))


def huge_png(width: int, height: int) -> bytes:
    """Return a PNG that says that it is this large, in a hundred bytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


async def test_picture_is_stored_in_four_widths() -> None:
    encoded = await ENCODER.encode(a_picture((2400, 1600)))

    assert (encoded.width, encoded.height) == (2000, 1333)
    sizes = {width: opened(body).size for width, body in encoded.files.items()}
    assert sizes == {2000: (2000, 1333), 1280: (1280, 853), 800: (800, 533), 400: (400, 267)}
    assert {opened(body).format for body in encoded.files.values()} == {"WEBP"}


async def test_small_picture_is_never_enlarged_and_a_strip_is_reduced() -> None:
    small, strip = await asyncio.gather(ENCODER.encode(a_picture((500, 90))), ENCODER.encode(a_picture((20, 16_000))))

    assert {width: opened(body).size for width, body in small.files.items()} == {500: (500, 90), 400: (400, 72)}
    assert (strip.width, strip.height) == (5, 4000)


async def test_only_pixels_are_kept_and_the_orientation_is_applied() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Camera of Ada"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    upload = a_picture((120, 60), exif=exif, comment=b"taken at home")
    assert b"Camera of Ada" in upload

    encoded = await ENCODER.encode(upload)

    [body] = encoded.files.values()
    shown = opened(body)
    assert shown.size == (60, 120)
    assert near(shown.getpixel((50, 20)), (255, 0, 0)), "the top left quarter is now the top right one"
    assert near(shown.getpixel((10, 20)), (0, 0, 255))
    assert dict(shown.getexif()) == {}
    assert not {"exif", "icc_profile", "xmp"} & set(shown.info)
    assert b"Camera" not in body


async def test_colour_profile_is_applied() -> None:
    # a profile whose red and blue are exchanged would be ideal; LAB as the connection space is what Pillow can make
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    plain = await ENCODER.encode(a_picture(form="PNG", icc_profile=profile.tobytes()))
    broken = await ENCODER.encode(a_picture(form="PNG", icc_profile=b"no profile at all"))

    for encoded in (plain, broken):
        [body] = encoded.files.values()
        assert near(opened(body).getpixel((10, 10)), (255, 0, 0))


@pytest.mark.parametrize("form", ["PNG", "WEBP", "AVIF", "GIF", "TIFF"])
async def test_format_is_accepted_whatever_its_mode(form: str) -> None:
    encoded = await ENCODER.encode(a_picture(form=form))

    assert len(encoded.files) == 1


async def test_modes_are_kept_apart() -> None:
    clear = saved_as(Image.new("RGBA", (40, 30), (255, 0, 0, 0)), "PNG")
    deep = saved_as(Image.new("I;16", (40, 30), 32_768), "PNG")
    inks = saved_as(Image.new("CMYK", (40, 30), (0, 255, 255, 0)), "JPEG")

    [[transparent], [grey], [red]] = [
        [*(await ENCODER.encode(upload)).files.values()] for upload in (clear, deep, inks)
    ]

    assert opened(transparent).getpixel((5, 5))[3] == 0  # type: ignore[index]
    assert near(opened(grey).getpixel((5, 5)), (128, 128, 128)), "16 bits are not clipped to white"
    assert near(opened(red).getpixel((5, 5)), (255, 0, 0))


async def test_second_picture_of_a_camera_is_ignored() -> None:
    two = [Image.new("RGB", (60, 40), colour) for colour in ("red", "blue")]
    upload = saved_as(two[0], "MPO", save_all=True, append_images=two[1:])

    [body] = (await ENCODER.encode(upload)).files.values()

    assert near(opened(body).getpixel((5, 5)), (255, 0, 0))


@pytest.mark.parametrize(
    ("upload", "refusal"),
    [
        (b"This is a letter, renamed to photo.jpg", UnsupportedPicture),
        (SVG, UnsupportedPicture),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", UnsupportedPicture),
        (b"%PDF-1.7", UnsupportedPicture),
        (animated("GIF"), AnimatedPicture),
        (animated("PNG"), AnimatedPicture),
        (animated("WEBP"), AnimatedPicture),
        (a_picture((400, 300))[:900], DamagedPicture),
        (a_picture((400, 300), "PNG")[:300], DamagedPicture),
        (a_picture((400, 300), "WEBP")[:200], DamagedPicture),
        (b"\xff\xd8\xff\xe0 no picture", DamagedPicture),
        (huge_png(8001, 8000), PictureTooLarge),
        (huge_png(2_000_000_000, 2_000_000_000), PictureTooLarge),
        (huge_png(8000, 8000), DamagedPicture),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else repr(value[:12]),
)
async def test_upload_is_refused_for_its_reason(upload: bytes, refusal: type[MarketplaceError]) -> None:
    with pytest.raises(MarketplaceError) as refused:
        await ENCODER.encode(upload)

    assert type(refused.value) is refusal


async def test_avatar_is_the_centre_as_a_square() -> None:
    encoded = await ENCODER.encode_avatar(a_picture((90, 60)))

    [body] = encoded.files.values()
    assert (encoded.width, opened(body).size) == (AVATAR_WIDTH, (AVATAR_WIDTH, AVATAR_WIDTH))


async def test_avif_has_the_sizes_of_webp() -> None:
    first = await ENCODER.encode(a_picture((900, 600)))

    second = await ENCODER.encode_avif(first.files[900])

    assert [*second.files] == [*first.files] == [900, *sorted((each for each in WIDTHS if each < 900), reverse=True)]
    assert {opened(body).format for body in second.files.values()} == {"AVIF"}


async def test_uploads_beyond_what_may_wait_are_refused() -> None:
    own = PillowEncoder()
    upload = a_picture((30, 20))

    answers = await asyncio.gather(
        *(own.encode(upload) for _ in range(encoding.MAX_WAITING + 2)), return_exceptions=True
    )

    assert sum(isinstance(each, PicturesBusy) for each in answers) == 2
    assert sum(not isinstance(each, BaseException) for each in answers) == encoding.MAX_WAITING
