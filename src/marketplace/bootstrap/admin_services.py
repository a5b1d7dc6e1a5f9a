"""Builds services of the back office."""

from typing import Any

from marketplace.bootstrap.inputs import Adapters
from marketplace.core.ports.storage import Storage
from marketplace.core.services.admin.dashboards import DashboardService
from marketplace.core.services.admin.lists import AdminListService
from marketplace.core.services.admin.refusals import RefusalService
from marketplace.core.services.personal_limits import PersonalCounts
from marketplace.core.services.rate_limits import RateLimitService


def build_admin_services(
    storage: Storage, adapters: Adapters, limits: RateLimitService, counts: PersonalCounts
) -> dict[str, Any]:
    """Build the dashboard, the lists and the record of refusals, by name."""
    begin, clock, ids = storage.unit_of_work, adapters.clock, adapters.ids
    return {
        "refusals": RefusalService(unit_of_work=begin, users=storage.users, limits=limits, clock=clock, ids=ids),
        "dashboards": DashboardService(
            unit_of_work=begin,
            dashboards=storage.dashboards,
            failing_jobs=storage.failing_jobs,
            users=storage.users,
            clock=clock,
            ids=ids,
        ),
        "admin_lists": AdminListService(
            unit_of_work=begin,
            lists=storage.lists,
            files=adapters.files,
            counts=counts,
            clock=clock,
            ids=ids,
        ),
    }
