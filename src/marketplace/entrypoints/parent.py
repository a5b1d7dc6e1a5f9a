"""Ends a process whose parent is gone."""

import os
import signal
import time

CHECK_INTERVAL = 0.5
"""Seconds between checks that the parent process is alive."""


def exit_with_parent(parent: int) -> None:
    """Terminate this process when its parent is another one: for a daemon thread."""
    while os.getppid() == parent:
        time.sleep(CHECK_INTERVAL)
    os.kill(os.getpid(), signal.SIGTERM)
