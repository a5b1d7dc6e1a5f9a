"""The cost of the job queue for bookings and workers, against that of pgqueuer's tables: the figures of decision 0029.

The worker on pgqueuer was measured by this program as of the commit "Measure pgqueuer against a job table of our own".
Variants run interleaved, round after round, so that other load on the machine affects all of them alike. Judge by the
ratios, and by the server's CPU time and WAL, which hardly depend on the load of the machine.

    PYTHONPATH=tests .venv/bin/python tests/benchmarks/job_queue.py [bookings] [claims] [reads] [latency] [idle]
"""

import asyncio
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import asyncpg

from databases import migrate_now
from marketplace.adapters.postgres.embedded.binaries import find_binaries
from marketplace.adapters.postgres.embedded.postmaster import find_postmaster
from marketplace.adapters.postgres.embedded.server import embedded_postgres
from marketplace.adapters.postgres.jobs.queue import CLAIM, PostgresJobQueue, connect_worker
from marketplace.adapters.system import SystemClock
from marketplace.core.services.job_worker import JobWorker, Pace

ROUNDS = int(os.environ.get("ROUNDS", "5"))
SECONDS = int(os.environ.get("SECONDS", "3"))
CLIENTS = (1, 8, 32)
BACKLOGS = (1_000, 100_000)
"""Jobs of the coming weeks, which wait while others are due."""
DUE = 500
LATENCIES = 60
IDLE = 15
"""Seconds."""
POLLS = (1.0, 0.25, 0.1)
"""Seconds."""

SCHEMA = """
    CREATE TABLE bench_slots (id int PRIMARY KEY, seats_taken int NOT NULL);
    INSERT INTO bench_slots SELECT n, 0 FROM generate_series(0, 63) n;
    CREATE TABLE bench_bookings (id uuid PRIMARY KEY, slot int NOT NULL, user_id uuid NOT NULL,
        starts_at timestamptz NOT NULL, status text NOT NULL, created_at timestamptz NOT NULL);
    CREATE INDEX ON bench_bookings (user_id, status, created_at);
    CREATE INDEX ON bench_bookings (slot, starts_at);
    CREATE INDEX ON bench_bookings (created_at);
    CREATE TABLE bench_steps (booking_id uuid NOT NULL, n bigint GENERATED ALWAYS AS IDENTITY, at timestamptz,
        actor uuid, to_status text, reason text, PRIMARY KEY (booking_id, n));
"""
ADD = {
    "own table": """
        INSERT INTO jobs (kind, subject, run_at)
        SELECT 'attend_booking', gen_random_uuid(), now() + random() * $2::interval FROM generate_series(1, $1::int)
    """,
    "pgqueuer": """
        INSERT INTO pgqueuer (priority, entrypoint, payload, execute_after, status)
        SELECT 0, 'attend_booking', uuid_send(gen_random_uuid()), now() + random() * $2::interval, 'queued'
        FROM generate_series(1, $1::int)
    """,
}
WEEKS = "now() + interval '9 days'"
IN_PGQUEUER = """, queued AS (
    INSERT INTO pgqueuer (priority, entrypoint, payload, execute_after, status)
    SELECT 0, 'attend_booking', uuid_send(id), {}, 'queued' FROM booked)
"""
IN_OWN = """, queued AS (
    INSERT INTO jobs (kind, subject, run_at) SELECT 'attend_booking', id, now() + interval '9 days' FROM booked)
"""
AUTHORS_ENQUEUE = """
    WITH input AS MATERIALIZED (
        SELECT nextval((SELECT pg_get_serial_sequence('pgqueuer', 'id'))) AS id, priority, entrypoint, payload,
            execute_after, dedupe_key, headers, ord
        FROM UNNEST('{0}'::int[], '{attend_booking}'::text[], ARRAY[uuid_send(gen_random_uuid())]::bytea[],
            '{9 days}'::interval[], '{NULL}'::text[], '{NULL}'::jsonb[])
            WITH ORDINALITY AS t(priority, entrypoint, payload, execute_after, dedupe_key, headers, ord)),
    inserted AS (
        INSERT INTO pgqueuer AS job (id, priority, entrypoint, payload, execute_after, dedupe_key, headers, status)
        SELECT id, priority, entrypoint, payload, execute_after + NOW(), dedupe_key, headers, 'queued' FROM input
        RETURNING id, entrypoint, priority, dedupe_key),
    logged AS (
        INSERT INTO pgqueuer_log (job_id, status, entrypoint, priority)
        SELECT id, 'queued', entrypoint, priority FROM inserted WHERE id IN (SELECT id FROM input))
    SELECT i.ord AS ord, ins.id AS id FROM inserted ins JOIN input i ON i.id = ins.id ORDER BY i.ord;
"""
"""The statement of `Queries.enqueue` in pgqueuer 1.6.0 for one job."""
BOOK = """
BEGIN;
SELECT seats_taken FROM bench_slots WHERE id = :client_id;
WITH taken AS (UPDATE bench_slots SET seats_taken = seats_taken + 1 WHERE id = :client_id RETURNING id),
booked AS (INSERT INTO bench_bookings
    SELECT gen_random_uuid(), id, gen_random_uuid(), now() + interval '9 days', 'confirmed', now()
    FROM taken RETURNING id){job}
INSERT INTO bench_steps (booking_id, at, actor, to_status, reason)
SELECT id, now(), gen_random_uuid(), 'confirmed', '' FROM booked;
{second}
COMMIT;
"""
OUR_TRIGGERS = (
    "ALTER TABLE pgqueuer ENABLE TRIGGER USER",
    "DROP TRIGGER IF EXISTS tg_pgqueuer_authors ON pgqueuer",
)
NO_TRIGGER = (*OUR_TRIGGERS, "ALTER TABLE pgqueuer DISABLE TRIGGER USER")
MAKE_AUTHORS_TRIGGER = """
    CREATE TRIGGER tg_pgqueuer_authors AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON pgqueuer
    EXECUTE FUNCTION fn_pgqueuer_changed()
"""
VARIANTS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "no job": ((), "", ""),
    "own table": ((), IN_OWN, ""),
    "pgqueuer's table, no trigger": (NO_TRIGGER, IN_PGQUEUER.format(WEEKS), ""),
    "pgqueuer's table, our trigger, due in 9 days": (OUR_TRIGGERS, IN_PGQUEUER.format(WEEKS), ""),
    "pgqueuer's table, our trigger, due in 5 s": (OUR_TRIGGERS, IN_PGQUEUER.format("now() + interval '5 s'"), ""),
    "as pgqueuer's authors mean it": ((*NO_TRIGGER, MAKE_AUTHORS_TRIGGER), "", AUTHORS_ENQUEUE.strip()),
}
"""For each variant: preceding statements, its part of the booking's statement, and a separate statement."""
CLAIMED_BY_PGQUEUER = """
    SELECT job.id FROM (SELECT unnest('{attend_booking}'::text[]) AS entrypoint) available CROSS JOIN LATERAL (
        SELECT candidate.id, candidate.priority FROM pgqueuer candidate
        WHERE candidate.entrypoint = available.entrypoint AND candidate.status = 'queued'
            AND candidate.execute_after < now()
        ORDER BY candidate.priority DESC, candidate.id LIMIT 5 FOR UPDATE SKIP LOCKED) job
    ORDER BY job.priority DESC, job.id LIMIT 5
"""
"""The statement with which pgqueuer 1.6.0 finds the next jobs."""
READS = (50, 500, 5_000)
"""Number of jobs due at the same time."""
READ_BACKLOG = 200_000

Handle = Callable[[UUID | None], Awaitable[None]]


class Server:
    """A database and the resources it has used."""

    def __init__(self, dsn: str, postmaster: int) -> None:
        self.dsn = dsn
        self._postmaster = postmaster

    def cpu(self) -> float:
        """Return the CPU milliseconds of its processes, including those that ended."""
        total, pid = 0, self._postmaster
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for each in (str(pid), *children):
            with suppress(FileNotFoundError):
                fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
                total += sum(map(int, fields[11:15] if each == str(pid) else fields[11:13]))
        return 1000 * total / os.sysconf("SC_CLK_TCK")

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        connection: asyncpg.Connection = await asyncpg.connect(self.dsn)
        try:
            yield connection
        finally:
            await connection.close()

    async def execute(self, *statements: str) -> None:
        """Run each statement separately."""
        async with self.connection() as connection:
            for statement in statements:
                await connection.execute(statement)

    async def add(self, queue: str, number: int, within: str) -> None:
        async with self.connection() as connection:
            await connection.execute(ADD[queue].replace("$2", f"'{within}'"), number)

    async def set_backlog(self, number: int) -> None:
        """Leave only jobs of the coming weeks in both queues."""
        await self.execute("TRUNCATE pgqueuer, pgqueuer_log, jobs")
        for queue in ADD:
            await self.add(queue, number, "60 days")
        await self.execute("VACUUM ANALYZE")


async def bookings(server: Server) -> None:
    """Measure bookings per second, by variant and number of clients."""
    rates: dict[tuple[str, int], list[float]] = defaultdict(list)
    costs: dict[str, list[tuple[float, float]]] = defaultdict(list)
    await server.set_backlog(max(BACKLOGS))
    async with server.connection() as listener:
        await listener.add_listener("ch_pgqueuer", lambda *_: None)
        for _ in range(ROUNDS):
            for clients in CLIENTS:
                for name in random.sample(list(VARIANTS), len(VARIANTS)):
                    rate, *cost = await booked(server, name, clients)
                    rates[name, clients].append(rate)
                    costs[name].append((cost[0], cost[1]))
    await server.execute(*OUR_TRIGGERS)
    print(f"\nbookings a second, median of {ROUNDS} rounds of {SECONDS} s, and as a share of those without a job")
    print(f"{'':46}{''.join(f'{number:4} clients     ' for number in CLIENTS)}  CPU ms  WAL bytes")
    for name in VARIANTS:
        line = f"{name:46}"
        for clients in CLIENTS:
            pairs = zip(rates[name, clients], rates["no job", clients], strict=True)
            share = statistics.median(one / none for one, none in pairs)
            line += f"{statistics.median(rates[name, clients]):8,.0f} {share:5.2f}   "
        cpu, wal = (statistics.median(each) for each in zip(*costs[name], strict=True))
        print(f"{line}{cpu:8.3f}{wal:11,.0f}")


async def booked(server: Server, name: str, clients: int) -> tuple[float, float, float]:
    """Return the rate of a run, and the server's CPU milliseconds and bytes of WAL per booking."""
    before, job, second = VARIANTS[name]
    await server.execute(*before, "CHECKPOINT")
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(BOOK.format(job=job, second=second))
        script.flush()
        async with server.connection() as connection:
            start = await connection.fetchval("SELECT pg_current_wal_lsn()")
            cpu = server.cpu()
            command = [find_binaries().program("pgbench"), "-n", "-M", "prepared", f"-c{clients}", f"-T{SECONDS}"]
            run = await asyncio.to_thread(
                subprocess.run, [*command, "-f", script.name, server.dsn], capture_output=True, text=True, check=True
            )
            used = server.cpu() - cpu
            wal = await connection.fetchval("SELECT pg_current_wal_lsn() - $1::pg_lsn", start)
    number = int(re.findall(r"transactions actually processed: (\d+)", run.stdout)[0])
    return float(re.findall(r"tps = ([\d.]+)", run.stdout)[0]), used / number, float(wal) / number


@asynccontextmanager
async def working(server: Server, handle: Handle, number: int = 1, poll: float = 0.25) -> AsyncIterator[None]:
    """Run workers for the length of the block, which starts a second later."""
    stop, pace = asyncio.Event(), Pace(poll_every=timedelta(seconds=poll))
    databases = [await connect_worker(server.dsn) for _ in range(number)]
    handlers = {"attend_booking": handle}
    workers = [JobWorker(PostgresJobQueue(database), SystemClock(), handlers, pace) for database in databases]
    tasks = [asyncio.create_task(worker.run(stop)) for worker in workers]
    await asyncio.sleep(1)
    yield
    stop.set()
    await asyncio.gather(*tasks)
    for database in databases:
        await database.close()


class Counted:
    """A handler that only counts calls and notes their times."""

    def __init__(self, number: int) -> None:
        self.at: list[float] = []
        self.over = asyncio.Event()
        self._number = number

    async def __call__(self, _: UUID | None) -> None:
        self.at.append(time.perf_counter())
        if len(self.at) >= self._number:
            self.over.set()


async def claims(server: Server) -> None:
    """Measure jobs per second while others wait for later days."""
    print(f"\n{DUE} due jobs whose handlers do nothing, while others wait: median of {ROUNDS} rounds")
    for backlog in BACKLOGS:
        found: dict[int, list[tuple[float, float, float]]] = defaultdict(list)
        for _ in range(ROUNDS):
            await server.set_backlog(backlog)
            for workers in (1, 4):
                counted = Counted(DUE)
                async with working(server, counted, workers):
                    cpu, mine, start = server.cpu(), time.process_time(), time.perf_counter()
                    await server.add("own table", DUE, "0")
                    await asyncio.wait_for(counted.over.wait(), 300)
                    took = time.perf_counter() - start
                    mine = time.process_time() - mine
                    found[workers].append((DUE / took, (server.cpu() - cpu) / DUE, 1000 * mine / DUE))
        for workers, each in sorted(found.items()):
            rate, server_ms, worker_ms = (statistics.median(one) for one in zip(*each, strict=True))
            print(
                f"{backlog:8,} wait, {workers} workers {rate:8,.0f} jobs/s,"
                f" CPU a job: server {server_ms:6.2f} ms, worker {worker_ms:5.2f} ms"
            )


async def reads(server: Server) -> None:
    """Count the blocks read to find five jobs, a figure that other load on the machine does not change."""
    print(f"\nblocks read to find five due jobs while {READ_BACKLOG:,} wait")
    own = CLAIM.partition("AS (")[2].partition(")\n    UPDATE")[0].replace("$3", "now()").replace("$4", "5")
    statements = {"pgqueuer": CLAIMED_BY_PGQUEUER, "own table": own.replace("$2", "'{attend_booking}'::text[]")}
    for due in READS:
        await server.set_backlog(READ_BACKLOG)
        for queue in ADD:
            await server.add(queue, due, "0")
        await server.execute("VACUUM ANALYZE")
        async with server.connection() as connection:
            for name, statement in statements.items():
                plan = json.loads(await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}"))[0]
                blocks = plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]
                print(f"{due:6,} due, {name:10}{blocks:8,} blocks, {plan['Execution Time']:8.2f} ms")


async def latency(server: Server) -> None:
    """Measure the time from the commit to the handler."""
    print(f"\nfrom the commit to the handler, {LATENCIES} jobs at random moments, {min(BACKLOGS):,} others wait")
    await server.set_backlog(min(BACKLOGS))
    for poll in POLLS:
        took = []
        counted = Counted(1)
        async with working(server, counted, poll=poll), server.connection() as connection:
            statement = ADD["own table"].replace("$2", "'0'")
            for _ in range(LATENCIES):
                await asyncio.sleep(random.uniform(0.05, 0.4))  # noqa: S311 - a random delay, not a secret
                counted.over.clear()
                await connection.execute(statement, 1)
                committed = time.perf_counter()
                await counted.over.wait()
                took.append(1000 * max(0.0, counted.at[-1] - committed))
        took.sort()
        print(
            f"polls every {poll:4} s: median {took[len(took) // 2]:4.0f} ms, 95 % {took[int(0.95 * len(took))]:4.0f} ms"
        )


async def idle(server: Server) -> None:
    """Measure the cost of a worker without jobs."""
    print(f"\nidle for {IDLE} s while {max(BACKLOGS):,} jobs wait: milliseconds of CPU a second")
    await server.set_backlog(max(BACKLOGS))
    for poll in POLLS:
        async with working(server, Counted(1), poll=poll):
            cpu, mine = server.cpu(), time.process_time()
            await asyncio.sleep(IDLE)
            cpu, mine = (server.cpu() - cpu) / IDLE, 1000 * (time.process_time() - mine) / IDLE
        print(f"polls every {poll:4} s: server {cpu:5.1f}, worker {mine:5.1f}")


PARTS = {"bookings": bookings, "claims": claims, "reads": reads, "latency": latency, "idle": idle}


async def main(server: Server, parts: list[str]) -> None:
    """Measure the given parts, or all."""
    # otherwise most WAL would be full pages, depending on the time since the last checkpoint
    await server.execute("ALTER SYSTEM SET full_page_writes = off", "SELECT pg_reload_conf()", SCHEMA)
    async with server.connection() as connection:
        print(await connection.fetchval("SELECT split_part(version(), ' on ', 1)"))
    for part in parts or PARTS:
        await PARTS[part](server)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "postgres"
        with embedded_postgres(data) as address:
            migrate_now(address)
            running = find_postmaster(data)
            assert running is not None
            asyncio.run(main(Server(address, running.pid), sys.argv[1:]))
