"""Hashing of the password that all demo accounts share."""

import asyncio

from marketplace.core.ports.security import Passwords


class SharedHash:
    """Hashes the password that all demo accounts share only once, since hashing is deliberately slow."""

    def __init__(self, passwords: Passwords) -> None:
        self._passwords = passwords
        self._hash: asyncio.Task[str] | None = None

    async def hash(self, password: str) -> str:
        self._hash = self._hash or asyncio.create_task(self._passwords.hash(password))
        return await asyncio.shield(self._hash)

    async def verify(self, password: str, password_hash: str | None) -> bool:
        return await self._passwords.verify(password, password_hash)

    def needs_rehash(self, password_hash: str) -> bool:
        return self._passwords.needs_rehash(password_hash)

    def common(self, minimum: int) -> tuple[str, ...]:
        return self._passwords.common(minimum)

    def is_common(self, password: str) -> bool:
        return self._passwords.is_common(password)

    def is_breached(self, password: str) -> bool:
        return self._passwords.is_breached(password)
