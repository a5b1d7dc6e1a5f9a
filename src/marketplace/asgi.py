"""What granian loads in every worker: the application over the settings of the environment."""

import logging
import os
import signal
import threading
import time

from granian.utils.proxies import wrap_asgi_with_proxy_headers
from litestar.types import ASGIApp

from marketplace.background import WorkBeside
from marketplace.container import make_container
from marketplace.http.app import make_app
from marketplace.settings import read_settings

ORPHAN_CHECK = 0.5
"""Seconds."""


def app() -> ASGIApp:
    """The application of one worker process, which ends when the process that started it is gone."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    threading.Thread(target=_end_with, args=(os.getppid(),), name="orphan-check", daemon=True).start()
    settings = read_settings(os.environ)
    container = make_container(settings)
    application = make_app(settings, container)
    if settings.works_beside:
        beside = WorkBeside(settings, container)
        application.on_startup.append(beside.start)
        # before the container is closed
        application.on_shutdown.insert(0, beside.end)
    if not settings.trusted_proxies:
        return application
    trusting: ASGIApp = wrap_asgi_with_proxy_headers(application, list(settings.trusted_proxies))
    return trusting


def _end_with(parent: int) -> None:
    # after kill -9 of the main process, workers would go on serving the port that a restart needs
    while os.getppid() == parent:
        time.sleep(ORPHAN_CHECK)
    os.kill(os.getpid(), signal.SIGTERM)
