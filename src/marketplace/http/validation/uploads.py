"""Reading uploads: `multipart/form-data` (RFC 7578) with one file and texts, bounded while it is received."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Request
from litestar.exceptions import HTTPException
from litestar.exceptions.http_exceptions import ClientException
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from marketplace.core.domain.pictures import MAX_UPLOAD, Upload
from marketplace.core.errors import Invalid
from marketplace.core.errors.pictures import PicturesBusy, PictureTooLarge
from marketplace.http.answers import ArrivalTimes, BodyTooSlow, CutShort, arriving_within, headers_of
from marketplace.http.problems import UnsupportedMediaType

FORM = "multipart/form-data"
MAX_AROUND = 64 * 1024
"""Bytes of a body besides the file."""
MAX_BODY = MAX_UPLOAD + MAX_AROUND
MAX_PARTS = 20
MAX_PART_HEADER = 8 * 1024
"""Bytes."""
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

    file: Upload
    texts: Mapping[str, str]


async def read_upload(request: Request[Any, Any, Any]) -> UploadedForm:
    """Read a form with a part `file`.

    Raises `FormExpected`, `PictureTooLarge`, `PicturesBusy`, `CutShort`, `BodyTooSlow`, `Invalid` if it is malformed
    or has no file.
    """
    media_type, parameters = parse_options_header(next(iter(headers_of(request, b"content-type")), ""))
    boundary = parameters.get("boundary")
    if media_type != FORM or not boundary:
        raise FormExpected
    parts = await _parts_of(request, boundary.encode("latin-1"))
    file = parts.pop("file", None)
    if not file:
        raise Invalid({"file": ["Choose a picture."]})
    if len(file) > MAX_UPLOAD:
        raise PictureTooLarge
    try:
        return UploadedForm(file, {name: value.decode() for name, value in parts.items()})
    except UnicodeDecodeError as error:
        raise Invalid(detail="The texts of the form must be UTF-8.") from error


async def _parts_of(request: Request[Any, Any, Any], boundary: bytes) -> dict[str, bytearray]:
    """Return the parts of a body by name, taken apart while they arrive: 8 MB at once would hold up other requests."""
    room: UploadRoom = request.app.state.upload_room
    times: ArrivalTimes = request.app.state.arrival_times
    form, size = _Form(), 0
    try:
        with PushMultipartParser(boundary, max_header_size=MAX_PART_HEADER, max_segment_count=MAX_PARTS) as parser:
            async with arriving_within(times.upload):
                async for chunk in request.stream():
                    if size + len(chunk) > MAX_BODY:
                        raise PictureTooLarge
                    room.take(len(chunk))
                    size += len(chunk)
                    for event in parser.parse(chunk):
                        form.take(event)
    except BodyTooSlow:
        raise
    except MultipartError as error:
        raise Invalid(detail="The form is malformed.") from error
    except (ClientException, HTTPException) as error:
        raise CutShort from error
    finally:
        room.release(size)
    return form.parts


class _Form:
    """The parts that have arrived, by name."""

    def __init__(self) -> None:
        self.parts: dict[str, bytearray] = {}
        self._name = ""

    def take(self, event: MultipartSegment | bytearray | None) -> None:
        """Take what the parser found: the head of a part, or a piece of it. Raises `Invalid` for a second one."""
        if isinstance(event, MultipartSegment):
            self._name = event.name or ""
            if self._name in self.parts:
                raise Invalid({self._name: ["Send this only once."]})
            self.parts[self._name] = bytearray()
        elif event is not None:
            self.parts[self._name] += event
