"""Reading uploads: `multipart/form-data` (RFC 7578) with one file and texts, bounded while it is received."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from typing import Any

from litestar import Request
from litestar.exceptions import HTTPException
from litestar.exceptions.http_exceptions import ClientException

from marketplace.core.domain.pictures import MAX_UPLOAD
from marketplace.core.errors import Invalid
from marketplace.core.errors.pictures import PicturesBusy, PictureTooLarge
from marketplace.http.answers import ArrivalTimes, BodyTooSlow, CutShort, arriving_within, headers_of
from marketplace.http.problems import UnsupportedMediaType

FORM = "multipart/form-data"
MAX_AROUND = 64 * 1024
"""Bytes of a body besides the file."""
MAX_BODY = MAX_UPLOAD + MAX_AROUND
MAX_PARTS = 20
MAX_PART_HEADERS = 8 * 1024
"""Bytes of the headers of one part; the parser takes quadratic time for their parameters."""
MAX_READ = 8 * MAX_BODY
"""Bytes of all bodies that a process holds while it reads them. The encoder bounds those that are complete."""


class UploadRoom:
    """The memory for the uploads that are being read."""

    def __init__(self, size: int = MAX_READ) -> None:
        self._free = size

    def take(self, count: int) -> None:
        """Take bytes. Raises `PicturesBusy`."""
        if count > self._free:
            raise PicturesBusy
        self._free -= count

    def release(self, count: int) -> None:
        self._free += count


class FormExpected(UnsupportedMediaType):
    """The body is not declared as a form with a file."""

    sentence = "Send a form, with Content-Type: multipart/form-data and the picture as `file`."


@dataclass(frozen=True, slots=True)
class UploadedForm:
    """The file of a form, and its texts by name."""

    file: bytes
    texts: Mapping[str, str]


async def read_upload(request: Request[Any, Any, Any]) -> UploadedForm:
    """Read a form with a part `file`.

    Raises `FormExpected`, `PictureTooLarge`, `PicturesBusy`, `CutShort`, `BodyTooSlow`, `Invalid` if it is malformed
    or has no file.
    """
    declared = Message()
    declared["content-type"] = next(iter(headers_of(request, b"content-type")), "")
    boundary = declared.get_boundary()
    if declared.get_content_type() != FORM or not boundary:
        raise FormExpected
    parts = _parts(await _body_of(request), boundary)
    file = parts.pop("file", None)
    if not file:
        raise Invalid({"file": ["Choose a picture."]})
    if len(file) > MAX_UPLOAD:
        raise PictureTooLarge
    try:
        return UploadedForm(file, {name: value.decode() for name, value in parts.items()})
    except UnicodeDecodeError as error:
        raise Invalid(detail="The texts of the form must be UTF-8.") from error


async def _body_of(request: Request[Any, Any, Any]) -> bytes:
    room: UploadRoom = request.app.state.upload_room
    times: ArrivalTimes = request.app.state.arrival_times
    chunks, size = [], 0
    try:
        async with arriving_within(times.upload):
            async for chunk in request.stream():
                if size + len(chunk) > MAX_BODY:
                    raise PictureTooLarge
                room.take(len(chunk))
                size += len(chunk)
                chunks.append(chunk)
    except BodyTooSlow:
        raise
    except (ClientException, HTTPException) as error:
        raise CutShort from error
    finally:
        room.release(size)
    return b"".join(chunks)


def _parts(body: bytes, boundary: str) -> dict[str, bytes]:
    """Return the parts of a body by name. Raises `Invalid`."""
    malformed = Invalid(detail="The form is malformed.")
    delimiter = b"\r\n--" + boundary.encode("latin-1", "replace")
    _preamble, *pieces = (b"\r\n" + body).split(delimiter)  # ignored, as is an epilogue (RFC 2046, 5.1.1)
    if not pieces or len(pieces) > MAX_PARTS or not pieces.pop().startswith(b"--"):
        raise malformed
    found = {}
    for piece in pieces:
        head, separator, content = piece.partition(b"\r\n\r\n")
        if not separator or len(head) > MAX_PART_HEADERS:
            raise malformed
        disposition = BytesParser().parsebytes(head.lstrip(b"\r\n"), headersonly=True)
        name = disposition.get_param("name", header="content-disposition")
        if not isinstance(name, str):
            raise malformed
        if name in found:
            raise Invalid({name: ["Send this only once."]})
        found[name] = content
    return found
