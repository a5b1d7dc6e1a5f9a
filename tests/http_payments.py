"""Notices of the payment provider, delivered over HTTP."""

from due_jobs import run_due
from http_api import Api
from marketplace.bootstrap.service_set import Services

WEBHOOK = "/api/payments/webhooks/memory/"


async def notify(api: Api) -> None:
    """Deliver what is due, and run what follows."""
    assert api.payments is not None
    for body, headers in api.payments.notices():
        assert (await api.visitor.send("POST", WEBHOOK, content=body, headers=headers)).status_code == 204
    services = await api.container.get(Services)
    while await services.events.deliver():
        pass
    handlers = {kind: run for kind, run in services.handlers().items() if kind.startswith("settle_")}
    await run_due(api.storage.job_queue, api.clock.now(), handlers)
