"""Argon2id (RFC 9106), with the parameters of OWASP's Password Storage Cheat Sheet."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn.frequency_lists import FREQUENCY_LISTS

T = TypeVar("T")

COMMON = frozenset(FREQUENCY_LISTS["passwords"])


class Argon2Passwords:
    """`Passwords` by argon2-cffi, on one thread per core: hashing releases the GIL."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
        self._dummy_hash = self._hasher.hash("nobody has this password")
        self._threads = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="argon2")

    async def hash(self, password: str) -> str:
        return await self._in_thread(lambda: self._hasher.hash(password))

    async def verify(self, password: str, password_hash: str | None) -> bool:
        matches = await self._in_thread(lambda: self._matches(password, password_hash or self._dummy_hash))
        return matches and password_hash is not None

    def needs_rehash(self, password_hash: str) -> bool:
        return self._hasher.check_needs_rehash(password_hash)

    def is_common(self, password: str) -> bool:
        """Tell whether the password is in zxcvbn's list of the 30,000 most common ones."""
        return password.casefold() in COMMON

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _matches(self, password: str, password_hash: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)
