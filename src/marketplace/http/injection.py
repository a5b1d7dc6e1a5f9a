"""Injects the container's dependencies into route handlers."""

from inspect import getmembers
from typing import Any, Generic, Self, TypeVar

from dishka import AsyncContainer
from dishka.integrations.litestar import inject
from litestar import Controller, Router
from litestar.handlers import HTTPRouteHandler
from litestar.routes import BaseRoute
from litestar.types import ControllerRouterHandler

T = TypeVar("T")


class Injected(Generic[T]):
    """A dependency of an application's container, which is asked for it once. `kind` may be a protocol."""

    def __init__(self, state: Any, kind: Any) -> None:
        self._state = state
        self._kind = kind
        self._container: AsyncContainer | None = None
        self._found: Any = None

    async def get(self) -> T:
        container: AsyncContainer = self._state.dishka_container
        if container is not self._container:
            self._found = await container.get(self._kind)
            self._container = container
        found: T = self._found
        return found


class InjectedRouter(Router):
    """Routes of one application, with dependencies injected.

    dishka's `DishkaRouter` would wrap the handlers of a controller once more for every application.
    """

    def register(self, value: ControllerRouterHandler) -> list[BaseRoute]:
        is_controller = isinstance(value, type) and issubclass(value, Controller)
        for handler in [member for _, member in getmembers(value)] if is_controller else [value]:
            if isinstance(handler, HTTPRouteHandler):
                handler(inject(handler.fn))  # once, since what is injected names no more dependencies
        return super().register(value)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Spare the application a second copy of every handler."""
        return self
