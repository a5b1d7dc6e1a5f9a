"""Argon2id (RFC 9106), with the parameters of OWASP's Password Storage Cheat Sheet."""

import asyncio
import json
import os
import subprocess
import sys
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path

from marketplace.adapters.security import hashing_process
from marketplace.adapters.security.breached_passwords import BreachedPasswords
from marketplace.core.errors import PasswordsBusy


def _common_passwords() -> frozenset[str]:
    """Load zxcvbn's list without zxcvbn, which keeps six lists with their ranks: 9 MB more in each worker."""
    package = find_spec("zxcvbn")
    if package is None or package.origin is None:
        raise ModuleNotFoundError(name="zxcvbn")
    lists = spec_from_file_location("zxcvbn_lists", Path(package.origin).with_name("frequency_lists.py"))
    if lists is None or lists.loader is None:
        raise ModuleNotFoundError(name="zxcvbn.frequency_lists")
    module = module_from_spec(lists)
    lists.loader.exec_module(module)
    return frozenset(module.FREQUENCY_LISTS["passwords"])


COMMON = _common_passwords()
MAX_WAITING = 100
"""Maximum hashes that wait for each process: three seconds at 30 ms each."""
DUMMY_HASH = "$argon2id$v=19$m=19456,t=2,p=1$oRMMIbN61rBEk2aYZLi6SQ$Bn+rcvb/RJ+DL5VkueeoPU7YBGGfdBEdpZDhSl4k3FE"
"""Of a password that was random and is forgotten, so that an unknown account takes as long as a known one."""


class _HashingProcess:
    """A process that ends when this one does, which holds the other end of its standard input.

    It has a session of its own: Linux divides a core among sessions (sched(7), autogroup), and those that wait for the
    same core as the hashes of their own session wait longer.
    """

    def __init__(self) -> None:
        program = [sys.executable, "-I", hashing_process.__file__]
        self._process = subprocess.Popen(  # noqa: S603 - no shell, and nothing that a user sends
            program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, cwd="/"
        )

    def ask(self, question: bytes) -> str | bool:
        """Raise `OSError` or `EOFError` if it has ended."""
        questions, answers = self._process.stdin, self._process.stdout
        if questions is None or answers is None:
            raise EOFError
        questions.write(question + b"\n")
        questions.flush()
        answered = answers.readline()
        if not answered.endswith(b"\n"):
            raise EOFError(f"Hashing process {self._process.pid} has ended.")
        answer: str | bool = json.loads(answered)
        return answer

    def end(self) -> None:
        """Kill it, and wait for its end."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):  # a question that was not sent
                    pipe.close()


class Argon2Passwords:
    """`Passwords` by argon2-cffi, in processes of low priority that start when they are first needed.

    Raises `PasswordsBusy` instead of letting more than `max_waiting` hashes wait for each process.
    """

    def __init__(
        self, processes: int = 1, max_waiting: int = MAX_WAITING, breached: BreachedPasswords | None = None
    ) -> None:
        self._breached = breached
        self._threads = ThreadPoolExecutor(processes, thread_name_prefix="argon2")
        self._processes = set[_HashingProcess]()
        self._idle = deque[_HashingProcess]()
        self._is_closed = False
        self._max_pending = processes * (1 + max_waiting)
        self._pending = 0

    async def hash(self, password: str) -> str:
        return str(await self._asked(password, None))

    async def verify(self, password: str, password_hash: str | None) -> bool:
        matches = await self._asked(password, password_hash or DUMMY_HASH)
        return matches is True and password_hash is not None

    def needs_rehash(self, password_hash: str) -> bool:
        return hashing_process.HASHER.check_needs_rehash(password_hash)

    def common(self, minimum: int) -> tuple[str, ...]:
        return tuple(sorted(each for each in COMMON if len(each) >= minimum))

    def is_common(self, password: str) -> bool:
        """Tell whether the password is in zxcvbn's list of the 30,000 most common ones."""
        return password.casefold() in COMMON

    def is_breached(self, password: str) -> bool:
        return self._breached is not None and password in self._breached

    def close(self) -> None:
        """End the processes; what they were asked fails."""
        self._is_closed = True
        if self._breached is not None:
            self._breached.close()
        self._threads.shutdown(wait=False, cancel_futures=True)
        for process in tuple(self._processes):
            process.end()

    async def _asked(self, password: str, password_hash: str | None) -> str | bool:
        if self._pending >= self._max_pending:
            raise PasswordsBusy
        self._pending += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._ask, password, password_hash)
        finally:
            self._pending -= 1

    def _ask(self, password: str, password_hash: str | None) -> str | bool:
        """Ask a process, on a thread that only waits for it: a cancelled request leaves no answer behind.

        What killed one process may have killed all that are idle, so a new one is asked at last. Raises
        `PasswordsBusy` if that ends, too, or cannot be started.
        """
        question = json.dumps([password, password_hash], ensure_ascii=False).encode()
        while process := self._taken_idle():
            with suppress(OSError, EOFError):
                return self._answer_of(process, question)
        try:
            with suppress(OSError, EOFError):
                return self._answer_of(self._started(), question)
            return self._answer_of(self._started(), question)
        except (OSError, EOFError) as error:
            raise PasswordsBusy from error

    def _taken_idle(self) -> _HashingProcess | None:
        with suppress(IndexError):  # another thread may take the last one
            return self._idle.pop()
        return None

    def _answer_of(self, process: _HashingProcess, question: bytes) -> str | bool:
        try:
            answer = process.ask(question)
        except (OSError, EOFError):
            process.end()
            self._processes.discard(process)
            raise
        self._idle.append(process)
        return answer

    def _started(self) -> _HashingProcess:
        if self._is_closed:
            raise EOFError("There are no hashing processes after the end.")
        process = _HashingProcess()
        self._processes.add(process)
        return process


def processes_of_worker(workers: int) -> int:
    """Return the hashing processes of each of these workers: together no more than cores, but one each."""
    return max(1, (os.cpu_count() or 1) // workers)
