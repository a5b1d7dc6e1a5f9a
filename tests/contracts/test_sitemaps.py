from datetime import timedelta
from itertools import count

from builders import stored_session, stored_user
from fakes import NOW
from marketplace.core.ports.storage import Storage

_days = count()


async def test_listed_sessions_of_a_window_come_newest_first(storage: Storage) -> None:
    begin = NOW - timedelta(days=9_000 + next(_days))
    creator = await stored_user(storage, role="creator")
    shown = [
        await stored_session(storage, creator_id=creator.id, created_at=begin + timedelta(hours=hours))
        for hours in (0, 1, 2)
    ]
    await stored_session(storage, creator_id=creator.id, created_at=begin + timedelta(days=1))
    await stored_session(storage, creator_id=creator.id, created_at=begin - timedelta(seconds=1))

    async def found(limit: int) -> list[object]:
        return [*await storage.listed_sessions.created_between(begin, begin + timedelta(days=1), limit)]

    assert await found(10) == [session.id for session in reversed(shown)]
    assert await found(2) == [shown[2].id, shown[1].id]


async def test_sitemap_leaves_out_what_the_catalog_does(storage: Storage) -> None:
    begin = NOW - timedelta(days=9_500 + next(_days))
    deactivated = await stored_user(storage, role="creator", is_active=False)
    await stored_session(storage, creator_id=deactivated.id, created_at=begin)
    for changes in ({"status": "inactive"}, {"archived_at": NOW}, {"hidden_at": NOW, "hidden_reason": "Spam."}):
        await stored_session(storage, created_at=begin, **changes)

    assert await storage.listed_sessions.created_between(begin, begin + timedelta(days=1), 10) == ()


async def test_oldest_listed_session_is_known(storage: Storage) -> None:
    begin = NOW - timedelta(days=10_000 + next(_days))
    await stored_session(storage, created_at=begin - timedelta(days=1), status="inactive")
    await stored_session(storage, created_at=begin)

    assert await storage.listed_sessions.oldest() == begin
