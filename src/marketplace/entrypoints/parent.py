"""Ends a process whose parent is gone."""

import os
import signal
import threading
import time
from multiprocessing import parent_process

CHECK_INTERVAL = 0.5
"""Seconds between checks that the parent process is alive, and between signals once it is not."""


def watch_parent(grace: float) -> None:
    """End this process when the one that started it is gone, even if it was gone before this call.

    The process is asked every `CHECK_INTERVAL` to terminate, since a signal that comes before it has a handler of its
    own goes to the one that it inherited. After `grace` seconds it is killed: nothing else would, without its parent.
    """
    started_by = parent_process()
    # of a process whose parent has ended, the parent is another one
    parent = os.getppid() if started_by is None or started_by.pid is None else started_by.pid
    threading.Thread(target=_exit_with, args=(parent, grace), name="orphan-check", daemon=True).start()


def _exit_with(parent: int, grace: float) -> None:
    while os.getppid() == parent:
        time.sleep(CHECK_INTERVAL)
    end = time.monotonic() + grace
    while time.monotonic() < end:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(CHECK_INTERVAL)
    os.kill(os.getpid(), signal.SIGKILL)
