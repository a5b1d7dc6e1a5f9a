"""Injects the container's dependencies into route handlers."""

from inspect import getmembers
from typing import Any, Self

from dishka.integrations.litestar import inject
from litestar import Controller, Router
from litestar.handlers import HTTPRouteHandler
from litestar.routes import BaseRoute
from litestar.types import ControllerRouterHandler


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
