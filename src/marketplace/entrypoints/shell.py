"""Python prompt with the services, for tasks that the back office has no page for."""

import ast
import asyncio
import code
import inspect
import readline
import rlcompleter
import sys
from collections.abc import Awaitable, Callable
from dataclasses import fields
from types import CodeType, FunctionType
from typing import Any

from dishka import AsyncContainer

from marketplace.bootstrap.container import make_container
from marketplace.bootstrap.service_set import Services
from marketplace.core.domain.principals import Origin, Principal
from marketplace.core.errors import NotFound
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.system import Clock, Ids
from marketplace.settings import Settings

BANNER = """The sessions marketplace. Available: {names}.
Top-level `await` works: `await storage.users.find_by_email("ada@example.org")`. Where a service needs a caller, pass
`await acting_as("root@example.org")`: it acts as that account, and the audit log records your name as the origin."""
FILE = "<shell>"


class AwaitingConsole(code.InteractiveConsole):
    """The console of the standard library, with top-level `await` in the event loop of `runner`."""

    def __init__(self, names: dict[str, Any], runner: asyncio.Runner) -> None:
        super().__init__(names, FILE)
        self.compile.compiler.flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        self._runner = runner

    def runcode(self, code: CodeType) -> None:
        """Run a statement; print what it raises. Overrides `InteractiveInterpreter.runcode`."""
        try:
            self.run(code)
        except SystemExit:
            raise
        except BaseException:  # noqa: BLE001 - a prompt survives every statement, also an interrupted one
            self.showtraceback()

    def run(self, code: CodeType) -> None:
        """Run a statement, and await it if it awaits."""
        started = FunctionType(code, self.locals)()
        if inspect.iscoroutine(started):
            # the connection pool belongs to one event loop, so everything runs in it
            self._runner.run(started)


def open_shell(settings: Settings, origin: Origin, statements: str | None = None) -> None:
    """Open a prompt, or run `statements` instead, and close the container afterwards. Exits with 1 if they fail."""
    with asyncio.Runner() as runner:
        container = make_container(settings)
        try:
            names = runner.run(_names(settings, container, origin))
            console = AwaitingConsole({**names, "__name__": "__console__"}, runner)
            if statements is None:
                readline.set_completer(rlcompleter.Completer(console.locals).complete)
                readline.parse_and_bind("tab: complete")
                console.interact(BANNER.format(names=", ".join(sorted(names))), "")
            else:
                _run_all(console, statements)
        finally:
            runner.run(container.close())


def _run_all(console: AwaitingConsole, statements: str) -> None:
    try:
        console.run(compile(statements, FILE, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT))
    except Exception:  # noqa: BLE001 - told as at a prompt
        console.showtraceback()
        sys.exit(1)


async def _names(settings: Settings, container: AsyncContainer, origin: Origin) -> dict[str, Any]:
    storage = await container.get(Storage)
    services = await container.get(Services)
    return {
        "settings": settings,
        "storage": storage,
        "clock": await container.get(Clock),
        "ids": await container.get(Ids),
        "acting_as": _acting_as(storage, origin),
        **{field.name: getattr(services, field.name) for field in fields(services)},
    }


def _acting_as(storage: Storage, origin: Origin) -> Callable[[str], Awaitable[Principal]]:
    async def acting_as(email: str) -> Principal:
        """Return the principal of the account with this e-mail address. Raises `NotFound`."""
        user = await storage.users.find_by_email(email)
        if user is None:
            raise NotFound
        # No login of the user is involved, so the user's own id stands in for one.
        return user.principal(user.id, origin)

    return acting_as
