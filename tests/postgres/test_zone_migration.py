"""Migration of zones that were stored under the old names that browsers report."""

import asyncpg

from builders import a_schedule, a_session, a_user
from fakes import NOW
from marketplace.adapters.postgres.connection.pool import connect
from marketplace.adapters.postgres.schedules import document_of
from marketplace.adapters.postgres.schema.migrate import migrate
from marketplace.adapters.postgres.storage import postgres_storage

ACCOUNT_OF_THAT_RELEASE = """
    INSERT INTO users (id, email, email_folded, username, username_folded, password_hash, role, first_name, last_name,
        is_active, is_staff, is_superuser, date_joined, time_zone)
    VALUES ($1, $3 || '@example.org', $3 || '@example.org', $2, $3, '', 'creator', '', '', true, false, false, $4, $5)
"""
OF_THAT_RELEASE = """
    INSERT INTO sessions (id, creator_id, title, title_key, description, duration, price, max_participants, status,
        tags, created_at, searched, schedule)
    VALUES ($1, $2, 'Yoga', 'yoga', 'Quiet.', 60, 10, 1, 'active', '{}', $3, '', $4::jsonb)
"""


async def test_old_zone_names_of_accounts_and_schedules_become_the_present_ones(empty_database: str) -> None:
    await migrate(empty_database, "0022")
    database = await connect(empty_database)
    try:
        storage = postgres_storage(database)
        old, kept, creator = (a_user(time_zone=zone) for zone in ("Asia/Calcutta", "Europe/Oslo", "UTC"))
        sessions = [a_session(creator_id=creator.id) for _ in range(2)]
        connection = await asyncpg.connect(empty_database)
        for user in (old, kept, creator):
            names = (user.username, user.username.lower())
            await connection.execute(ACCOUNT_OF_THAT_RELEASE, user.id, *names, NOW, user.time_zone)
        for session, zone in zip(sessions, ("Europe/Kiev", "Europe/Amsterdam"), strict=True):
            schedule = document_of(a_schedule(time_zone=zone, buffer_after=15))
            await connection.execute(OF_THAT_RELEASE, session.id, creator.id, NOW, schedule)
        await connection.close()

        await migrate(empty_database)

        accounts = [(await storage.users.get(user.id)).time_zone for user in (old, kept)]
        found = [await storage.availabilities.find(session.id, NOW, NOW) for session in sessions]
    finally:
        await database.close()
    assert accounts == ["Asia/Kolkata", "Europe/Oslo"]
    assert [each and each.schedule for each in found] == [
        a_schedule(time_zone=zone, buffer_after=15) for zone in ("Europe/Kyiv", "Europe/Amsterdam")
    ]
