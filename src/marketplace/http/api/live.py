"""The route of live seats, in the document; `http/live` answers its GET."""

from uuid import UUID

from dishka.integrations.litestar import FromDishka
from litestar import Controller, Response, get
from litestar.params import FromPath

from marketplace.core.errors import NotFound
from marketplace.core.services.slots import SlotService
from marketplace.http.security.authorization import Access, opt

EVENT_STREAM = "text/event-stream"
"""Always UTF-8, so there is no `charset` (WHATWG HTML, 9.2.5)."""


class LiveController(Controller):
    """Live seats."""

    path = "/api/sessions/{session_id:uuid}/live"
    tags = ["schedules"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/",
        operation_id="watch_seats",
        summary="Watch the seats of a session",
        media_type=EVENT_STREAM,
        opt=opt(Access.PUBLIC, errors=(NotFound,), files=(EVENT_STREAM,)),
    )
    async def watch(self, session_id: FromPath[UUID], slots: FromDishka[SlotService]) -> Response[bytes]:
        """Server-sent events, for `EventSource`, about the starts of the next 62 days. A token is ignored.

        Each has the session as `session` in its data. `seats`: `starts` are those that changed, as in the list of
        bookable starts, with `seats_left` 0 if they can't be booked now. `reread`: changes may have been missed, so
        read the list again. `gone`: the session isn't public any more, and the stream ends.
        """
        await slots.public(session_id)
        # only HEAD comes here
        return Response(b"", media_type=EVENT_STREAM)
