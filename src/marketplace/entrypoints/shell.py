"""IPython shell with the services, for tasks that the back office has no page for."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import fields
from typing import Any

import IPython
from dishka import AsyncContainer
from traitlets.config import Config

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


def open_shell(settings: Settings, origin: Origin, code: str | None = None) -> None:
    """Open a shell, or run `code` instead, and close the container afterwards. Exits with 1 if the code fails."""
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

    # The connection pool belongs to one event loop, so all coroutines must run in it.
    def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
        return runner.run(coroutine)

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
        """Return the principal of the account with this e-mail address. Raises `NotFound`."""
        user = await storage.users.find_by_email(email)
        if user is None:
            raise NotFound
        # No login of the user is involved, so the user's own id stands in for one.
        return user.principal(user.id, origin)

    return acting_as
