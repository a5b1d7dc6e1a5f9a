"""Ports for the servers of the tests."""

import random
import socket

PORTS = range(10_100, 16_000)
"""Below the ports that kernels give to outgoing connections, and above the last one that Chromium refuses."""

_claims: list[socket.socket] = []


def free_port() -> int:
    """Return a port that no other test gets, in this process or another, for as long as this process runs."""
    while True:
        port = random.choice(PORTS)  # noqa: S311 - the choice is not a secret
        claim = socket.socket(socket.AF_UNIX)
        try:
            # a name without a file, which the kernel frees with the process
            claim.bind(f"\0marketplace-tests-port-{port}")
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            claim.close()
            continue
        _claims.append(claim)
        return port
