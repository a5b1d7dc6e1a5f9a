"""Requests for mails to addresses, and their tokens."""

import asyncio
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from marketplace.adapters.memory.database import MemoryDatabase, Rows
from marketplace.core.domain.email_tokens import EmailPurpose, EmailRequest, EmailToken
from marketplace.core.ports.email_tokens import PURGE_BATCH


class MemoryEmailTokenDirectory:
    """`EmailTokenDirectory` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def find(self, token_hash: bytes) -> EmailToken | None:
        await asyncio.sleep(0)
        token = self._database.email_tokens.rows.get(token_hash)
        request = token and self._database.email_requests.rows.get(token.request.id)
        return replace(token, request=request) if token and request else None


class MemoryEmailRequests:
    """`EmailRequests` in a transaction. Tokens are looked up through their request, which is what is deleted."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._requests, self._tokens = rows.database.email_requests, rows.database.email_tokens

    async def add(self, request: EmailRequest) -> None:
        await self._rows.lock(self._requests, request.id)
        self._rows.put(self._requests, request.id, request)

    async def acquire(self, request_id: UUID) -> EmailRequest | None:
        return await self._rows.acquire_key(self._requests, request_id)

    async def assign(self, request_id: UUID, user_id: UUID) -> None:
        request = await self.acquire(request_id)
        if request is not None:
            self._rows.put(self._requests, request_id, replace(request, user_id=user_id))

    async def mint(self, token: EmailToken) -> None:
        await self._rows.lock(self._tokens, token.token_hash)
        self._rows.put(self._tokens, token.token_hash, token)

    async def consume(self, user_id: UUID, token_hash: bytes, now: datetime) -> bool:
        token = self._rows.find(self._tokens, token_hash)
        if token is None or token.expires_at <= now:
            return False
        request = await self.acquire(token.request.id)
        if request is None or request.user_id != user_id:
            return False
        await self.discard(request.id)
        return True

    async def drop(self, user_id: UUID, *purposes: EmailPurpose) -> None:
        requests = self._rows.all(self._requests)
        for request_id in sorted(r.id for r in requests if r.user_id == user_id and r.purpose in purposes):
            await self.discard(request_id)

    async def discard(self, request_id: UUID) -> None:
        await self._rows.lock(self._requests, request_id)
        self._rows.drop(self._requests, request_id)
        for token_hash in [
            token.token_hash for token in self._rows.all(self._tokens) if token.request.id == request_id
        ]:
            await self._rows.lock(self._tokens, token_hash)
            self._rows.drop(self._tokens, token_hash)

    async def purge(self, before: datetime) -> int:
        old = sorted((r.created_at, r.id) for r in self._rows.all(self._requests) if r.created_at < before)[
            :PURGE_BATCH
        ]
        for _, request_id in old:
            await self.discard(request_id)
        return len(old)
