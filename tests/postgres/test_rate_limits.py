"""Rate limits of several programs over one database."""

import asyncio
from collections import Counter
from itertools import cycle
from pathlib import Path

from builders import PASSWORD, stored_users
from marketplace.adapters.postgres.connection.pool import connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.adapters.security.passwords import Argon2Passwords
from postgres.servers import servers

WRONG = "not my password"


async def test_rate_limits_are_shared_by_all_programs(empty_database: str, tmp_path: Path) -> None:
    database, passwords = await connect(empty_database), Argon2Passwords()
    guessed, other = await stored_users(postgres_storage(database), 2, password_hash=await passwords.hash(PASSWORD))
    passwords.close()
    await database.close()
    async with servers(2, empty_database, tmp_path, rate_limit="on") as started:
        turns = zip(range(40), cycle(started), strict=False)
        answers = await asyncio.gather(
            *(
                server.client.post("/api/auth/login/", json={"email": guessed.email, "password": WRONG})
                for _, server in turns
            )
        )
        first, second = started
        late = [
            await server.client.post("/api/auth/login/", json={"email": guessed.email, "password": PASSWORD})
            for server in started
        ]
        good = [
            await server.client.post("/api/auth/login/", json={"email": other.email, "password": PASSWORD})
            for server in started * 6
        ]
        failures = first.failures() + second.failures()

    assert Counter(answer.status_code for answer in answers) == {401: 10, 429: 30}
    assert all(
        0 < int(answer.headers["retry-after"]) <= 900 for answer in (*late, *answers) if answer.status_code == 429
    )
    assert [answer.status_code for answer in late] == [429, 429]
    assert {answer.status_code for answer in good} == {200}
    assert failures == []
