"""What the first request works out is kept for the others."""

from http_api import Api
from profiled_calls import profiled_calls

EVALUATION = ("msgspec._utils.", "inspect.", "re._compiler.", "typing.get_")


async def test_pages_after_the_first_evaluate_no_types_and_compile_no_patterns(empty_api: Api) -> None:
    creator = await empty_api.creator()
    for _ in range(3):
        await empty_api.session(creator)
    path = f"/api/sessions/?creator={creator.id}&limit=1&min_duration=1&available_from=2030-01-08"
    next_page = (await creator.get(path)).links["next"]["url"]

    empty_api.both.compares = False
    with profiled_calls() as calls:
        second = await creator.get(next_page)

    assert second.links["next"]["url"] != next_page
    assert calls["marketplace.http.pagination.answer"] == 1
    assert [name for name in calls if name.startswith(EVALUATION)] == []
