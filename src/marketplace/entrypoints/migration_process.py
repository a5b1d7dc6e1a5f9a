"""Migrates in a process of its own: workers are forked from the main process, and would keep Alembic and SQLAlchemy."""

import signal
from multiprocessing import get_context
from multiprocessing.connection import Connection
from traceback import format_exception

from marketplace.adapters.postgres.schema.revisions import MigrationError
from marketplace.entrypoints.parent import watch_parent

GRACE = 10.0
"""Seconds until a migration whose parent is gone is killed."""


def migrate_apart(dsn: str, program: str | None = None) -> None:
    """Migrate to the newest revision as `migrate` does, and raise what it raised.

    The process is forked, so it logs as this one does. It ends when this one does, however that ends.
    """
    context = get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_migrate, args=(dsn, program, sender), name="migrate", daemon=True)
    process.start()
    sender.close()
    try:
        error, traceback = receiver.recv()
    except EOFError:
        process.join()
        message = f"The process that migrates ended with exit code {process.exitcode}. Start the program again."
        raise MigrationError(message) from None
    finally:
        process.terminate()
        process.join()
        receiver.close()
    if error is not None:
        error.add_note(traceback)
        raise error


def _migrate(dsn: str, program: str | None, sender: Connection) -> None:
    # Ctrl-C reaches the parent as well, which ends this process
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    watch_parent(GRACE)
    # Imported here, so that no other process has it.
    from marketplace.adapters.postgres.schema.migrate import migrate_now  # noqa: PLC0415

    try:
        migrate_now(dsn, program=program)
    except Exception as error:  # noqa: BLE001 - the parent raises it
        traceback = "".join(format_exception(error))
        try:
            sender.send((error, traceback))
        except Exception:  # noqa: BLE001 - whatever pickle raises
            sender.send((RuntimeError(str(error)), traceback))
    else:
        sender.send((None, ""))
