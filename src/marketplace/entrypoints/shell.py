"""An IPython with the services wired, for what no page has a button for."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import fields
from typing import Any

import IPython
from dishka import AsyncContainer
from traitlets.config import Config

from marketplace.bootstrap.container import make_container
from marketplace.bootstrap.services import Services
from marketplace.core.domain.principals import Origin, Principal
from marketplace.core.errors import NotFound
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.system import Clock, Ids
from marketplace.settings import Settings

BANNER = """The sessions marketplace. Available: {names}.
Top-level `await` works: `await storage.users.find_by_email("ada@example.org")`. Where a service needs a caller, pass
`await acting_as("root@example.org")`: it acts as that account, and the audit log records your name as the origin."""


def open_shell(settings: Settings, origin: Origin, code: str | None = None) -> None:
    """Open it until it is left, or run `code` instead, and close what was opened. Exits with 1 when the code fails."""
    with asyncio.Runner() as runner:
        container = make_container(settings)
        try:
            namespace = runner.run(_namespace(settings, container, origin))
            IPython.start_ipython(
                argv=[] if code is None else ["-c", code], user_ns=namespace, config=_config(runner, namespace)
            )
        finally:
            runner.run(container.close())


def _config(runner: asyncio.Runner, namespace: dict[str, Any]) -> Config:
    config = Config()

    # the pool belongs to one loop, so everything that is awaited must run in that one
    def run(awaited: Coroutine[Any, Any, Any]) -> Any:
        return runner.run(awaited)

    config.InteractiveShell.loop_runner = run
    config.InteractiveShell.banner2 = BANNER.format(names=", ".join(sorted(namespace))) + "\n"
    config.InteractiveShell.enable_tip = False
    config.TerminalInteractiveShell.confirm_exit = False
    return config


async def _namespace(settings: Settings, container: AsyncContainer, origin: Origin) -> dict[str, Any]:
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
        """Somebody as the services know them, by their e-mail address. Raises `NotFound`."""
        user = await storage.users.find_by_email(email)
        if user is None:
            raise NotFound
        # no login of theirs is used, so none is named
        return user.principal(user.id, origin)

    return acting_as
