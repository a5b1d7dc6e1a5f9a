"""Second factors."""

import asyncio
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from marketplace.adapters.memory.database import MemoryDatabase, Rows
from marketplace.adapters.memory.records import RecoveryCodeRow
from marketplace.core.domain.second_factors import SecondFactorState, TotpFactor


class MemorySecondFactorDirectory:
    """`SecondFactorDirectory` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def state(self, user_id: UUID) -> SecondFactorState:
        await asyncio.sleep(0)
        factor = self._database.second_factors.rows.get(user_id)
        if factor is None or not factor.is_on:
            return SecondFactorState()
        codes = self._database.recovery_codes.groups[user_id].values()
        return SecondFactorState(since=factor.confirmed_at, recovery_codes_left=sum(not each.used_at for each in codes))


class MemorySecondFactors:
    """`SecondFactors` in a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._factors, self._codes = rows.database.second_factors, rows.database.recovery_codes

    async def find(self, user_id: UUID) -> TotpFactor | None:
        await asyncio.sleep(0)
        return self._rows.find(self._factors, user_id)

    async def begin(self, factor: TotpFactor) -> bool:
        found = await self._rows.acquire_key(self._factors, factor.user_id)
        if found is not None and found.is_on:
            return False
        self._rows.put(self._factors, factor.user_id, factor)
        return True

    async def confirm(self, user_id: UUID, step: int, now: datetime) -> bool:
        factor = await self._rows.acquire_key(self._factors, user_id)
        if factor is None or factor.is_on:
            return False
        self._rows.put(self._factors, user_id, replace(factor, confirmed_at=now, last_step=step))
        return True

    async def use_step(self, user_id: UUID, step: int, sealed_secret: bytes) -> bool:
        factor = await self._rows.acquire_key(self._factors, user_id)
        if factor is None or not factor.is_on or (factor.last_step is not None and factor.last_step >= step):
            return False
        self._rows.put(self._factors, user_id, replace(factor, last_step=step, sealed_secret=sealed_secret))
        return True

    async def replace_recovery_codes(self, user_id: UUID, hashes: Collection[bytes], now: datetime) -> None:
        await self._delete_codes(user_id)
        for code_hash in sorted(hashes):
            await self._rows.lock(self._codes, (user_id, code_hash))
            self._rows.put(
                self._codes, (user_id, code_hash), RecoveryCodeRow(user_id=user_id, code_hash=code_hash, created_at=now)
            )

    async def use_recovery_code(self, user_id: UUID, code_hash: bytes, now: datetime) -> int | None:
        row = await self._rows.acquire_key(self._codes, (user_id, code_hash))
        factor = self._rows.find(self._factors, user_id)
        if row is None or row.used_at is not None or factor is None or not factor.is_on:
            return None
        self._rows.put(self._codes, (user_id, code_hash), replace(row, used_at=now))
        return sum(each.used_at is None for each in self._rows.group(self._codes, user_id))

    async def remove(self, user_id: UUID) -> bool:
        factor = await self._rows.acquire_key(self._factors, user_id)
        await self._delete_codes(user_id)
        if factor is not None:
            self._rows.drop(self._factors, user_id)
        return factor is not None and factor.is_on

    async def _delete_codes(self, user_id: UUID) -> None:
        for row in [*self._rows.group(self._codes, user_id)]:
            await self._rows.lock(self._codes, (user_id, row.code_hash))
            self._rows.drop(self._codes, (user_id, row.code_hash))
