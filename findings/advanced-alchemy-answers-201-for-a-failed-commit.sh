#!/usr/bin/env bash
# What is surprising: the "autocommit" handler of advanced-alchemy for Litestar commits after the answer was made and
#   decides by its status code. When the COMMIT itself fails, the client still reads 201 with the body, and nothing
#   was saved.
# Whom it hurts: everything that is checked at commit (deferred constraints, serialisable transactions, a lost
#   connection): the buyer reads that the seat is booked, and it is not.
# What we do: decision 0002: a service commits before it returns, so an answer is only made of what was saved.
# Versions: advanced-alchemy 1.12.0, litestar 2.25.0, SQLAlchemy 2.1.9, aiosqlite 0.22.1, httpx 0.28.1.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages advanced-alchemy==1.12.0 litestar==2.25.0 sqlalchemy==2.1.9 aiosqlite==0.22.1 greenlet==3.5.6 httpx==0.28.1

cd "$WORK"
"$PY" - <<'PY'
import logging, sqlite3, sys
from advanced_alchemy.extensions.litestar import SQLAlchemyAsyncConfig, SQLAlchemyPlugin
from litestar import Litestar, post
from litestar.testing import TestClient
from sqlalchemy import event, text
from sqlalchemy.engine import Engine
from sqlalchemy.ext.asyncio import AsyncSession

with sqlite3.connect("bookings.db") as database:
    database.executescript("""
        CREATE TABLE slots (id integer PRIMARY KEY);
        CREATE TABLE bookings (slot_id integer REFERENCES slots DEFERRABLE INITIALLY DEFERRED)""")

@event.listens_for(Engine, "connect")
def check_foreign_keys(connection, _):
    connection.execute("PRAGMA foreign_keys = ON")

@post("/bookings")
async def book(db_session: AsyncSession) -> dict[str, str]:
    await db_session.execute(text("INSERT INTO bookings VALUES (7)"))  # there is no slot 7, which only COMMIT looks at
    return {"status": "booked"}

logged = []
class Keep(logging.Handler):
    def emit(self, record):
        if record.exc_info and "FOREIGN KEY" in str(record.exc_info[1]):
            logged.append(record.levelname)
logging.basicConfig(level=logging.DEBUG, handlers=[Keep()])

config = SQLAlchemyAsyncConfig(connection_string="sqlite+aiosqlite:///bookings.db", before_send_handler="autocommit")
with TestClient(Litestar([book], plugins=[SQLAlchemyPlugin(config)], logging_config=None)) as client:
    answer = client.post("/bookings")
rows = sqlite3.connect("bookings.db").execute("SELECT count(*) FROM bookings").fetchone()[0]
print(f"answer: {answer.status_code} {answer.text}; rows saved: {rows}; the failed COMMIT was logged as {logged or 'nothing'}")
if (answer.status_code, rows) != (201, 0):
    sys.exit(f"Changed: the answer is {answer.status_code}, with {rows} rows saved")
PY
echo "As described."
