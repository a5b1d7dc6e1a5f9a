"""Connections of the real program whose clients sent more than was read."""

from pathlib import Path

from postgres.servers import servers

JSON = {"Content-Type": "application/json"}


async def test_refused_large_body_is_answered_and_connection_stays_usable(database: str, tmp_path: Path) -> None:
    async with servers(1, database, tmp_path) as [server]:
        for size in [400_000, 2_000_000] * 10:
            refused = await server.client.post("/api/bookings/", content=b"[" * size, headers=JSON)
            assert refused.status_code == 401
            assert (await server.client.post("/api/auth/login/", json={})).status_code == 400
