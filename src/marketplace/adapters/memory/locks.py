"""Locks held until a transaction ends, granted in order of request."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import timedelta

from marketplace.core.errors import TransactionConflict


@dataclass(eq=False, slots=True)
class _Waiter:
    owner: object
    shared: bool
    granted: asyncio.Future[None]


@dataclass(eq=False, slots=True)
class _Lock:
    holders: dict[object, bool] = field(default_factory=dict)
    """The owners that hold the lock, each with whether it is shared."""
    queue: deque[_Waiter] = field(default_factory=deque)

    def admits(self, owner: object, *, shared: bool) -> bool:
        return all(holder is owner or (shared and is_shared) for holder, is_shared in self.holders.items())


class Locks:
    """Shared and exclusive locks by key.

    Fair: a request queues behind earlier ones, so a stream of shared holders cannot starve an exclusive one.
    Deadlocks are not detected; the timeout ends them.
    """

    def __init__(self, timeout: timedelta) -> None:
        self._timeout = timeout.total_seconds()
        self._locks: dict[Hashable, _Lock] = {}
        self._held: defaultdict[object, set[Hashable]] = defaultdict(set)

    async def acquire(self, owner: object, key: Hashable, *, shared: bool = False) -> None:
        """Hold the lock of a key until `release_all`. Raises `TransactionConflict` after the timeout."""
        await asyncio.sleep(0)
        lock = self._locks.setdefault(key, _Lock())
        held = lock.holders.get(owner)
        if held is False or (held is True and shared):
            return
        if lock.admits(owner, shared=shared) and (held is not None or not lock.queue):
            self._grant(lock, key, owner, shared=shared)
            return
        waiter = _Waiter(owner, shared, asyncio.get_running_loop().create_future())
        if held is None:
            lock.queue.append(waiter)
        else:
            # an upgrade queued last would wait for requests that wait for its own shared lock: a deadlock
            lock.queue.appendleft(waiter)
        try:
            async with asyncio.timeout(self._timeout):
                await waiter.granted
        except TimeoutError as error:
            raise TransactionConflict from error
        finally:
            if waiter in lock.queue:
                lock.queue.remove(waiter)
                self._grant_waiting(lock, key)

    def try_acquire(self, owner: object, key: Hashable) -> bool:
        """Hold the lock of a key until `release_all` if that takes no waiting. Return whether it is held."""
        lock = self._locks.setdefault(key, _Lock())
        if lock.holders.get(owner) is False:
            return True
        if lock.queue or not lock.admits(owner, shared=False):
            return False
        self._grant(lock, key, owner, shared=False)
        return True

    def is_held(self, key: Hashable) -> bool:
        """Tell whether the lock of a key is held."""
        return key in self._locks and bool(self._locks[key].holders)

    def release_all(self, owner: object) -> None:
        """Release every lock of an owner."""
        for key in self._held.pop(owner, ()):
            lock = self._locks[key]
            del lock.holders[owner]
            self._grant_waiting(lock, key)

    def _grant(self, lock: _Lock, key: Hashable, owner: object, *, shared: bool) -> None:
        lock.holders[owner] = shared
        self._held[owner].add(key)

    def _grant_waiting(self, lock: _Lock, key: Hashable) -> None:
        while lock.queue and (
            lock.queue[0].granted.done() or lock.admits(lock.queue[0].owner, shared=lock.queue[0].shared)
        ):
            waiter = lock.queue.popleft()
            # a cancelled waiter may not have run yet to remove itself from the queue
            if not waiter.granted.done():
                self._grant(lock, key, waiter.owner, shared=waiter.shared)
                waiter.granted.set_result(None)
        if not lock.holders and not lock.queue:
            self._locks.pop(key, None)
