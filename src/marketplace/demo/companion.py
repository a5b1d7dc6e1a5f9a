"""Programs of the demo next to `serve`: each answers on a loopback port until its standard input is closed."""

import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType

import uvicorn

from marketplace.demo.wire import Application

HOST = "127.0.0.1"
NEXT_PORTS = 20
GRACE = 1
"""Seconds for running requests at the end; one that never answers would wait for ever."""


class _Server(uvicorn.Server):
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Ignore Ctrl-C, which reaches the whole process group: the shop may still ask while it shuts down."""
        if sig != signal.SIGINT:
            super().handle_exit(sig, frame)


def bind(port: int) -> socket.socket:
    """Listen on the port, or on one of the next if it is taken, else on any."""
    for each in (*range(port, port + NEXT_PORTS), 0) if port else (0,):
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, each))
            listening.listen()
        except OSError:
            listening.close()
        else:
            return listening
    raise OSError(f"no port is free on {HOST}")


def run(port: int, build: Callable[[str], Application]) -> None:
    """Build the application for its address, print that once it answers, and serve."""
    listening = bind(port)
    address = f"http://{HOST}:{listening.getsockname()[1]}"
    config = uvicorn.Config(
        build(address), log_level="critical", access_log=False, timeout_graceful_shutdown=GRACE, lifespan="on"
    )
    server = _Server(config)

    def end_with_input() -> None:
        sys.stdin.buffer.read()
        server.should_exit = True

    threading.Thread(target=end_with_input, daemon=True).start()
    print(address, flush=True)  # noqa: T201 - read by the program that started this one
    server.run(sockets=[listening])
