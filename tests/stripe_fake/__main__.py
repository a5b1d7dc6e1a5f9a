"""`python -m stripe_fake ADDRESS-OF-NOTICES`: prints its address, and ends when its standard input is closed."""

import socket
import sys
import threading

import uvicorn

from stripe_fake.app import Fake

with socket.socket() as listening:
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    config = uvicorn.Config(
        Fake(base, sys.argv[1]).application(), log_level="critical", access_log=False, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)

    def end_with_input() -> None:
        sys.stdin.buffer.read()
        server.should_exit = True

    threading.Thread(target=end_with_input, daemon=True).start()
    print(base, flush=True)  # noqa: T201 - read by the test that started it
    server.run(sockets=[listening])
