"""The program of a hashing process: it answers the questions on its standard input, one at a time, until that ends.

It is run as a file, and imports argon2 only: 12 MB instead of the 100 of a process that has imported the server.
"""

import json
import os
import sys
from contextlib import suppress

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
NICENESS = 10
"""Added to the nice value: where every core hashes, event loops come first."""


def answer(password: str, password_hash: str | None) -> str | bool:
    """Return the hash of the password, or whether it matches one."""
    if password_hash is None:
        return HASHER.hash(password)
    try:
        return HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def main() -> None:
    """Answer until the server's end of the pipe is closed, as it is when the server is killed."""
    with suppress(OSError):
        os.nice(NICENESS)
    for question in sys.stdin.buffer:
        sys.stdout.write(json.dumps(answer(*json.loads(question))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
