"""Builds the services of bulk actions."""

from marketplace.bootstrap.inputs import Adapters, ServiceOptions
from marketplace.core.ports.storage import Storage
from marketplace.core.services.admin.bulk import BulkService
from marketplace.core.services.admin.bulk_runner import BulkActors, BulkRunner
from marketplace.core.services.tokens import PrincipalCache


def build_bulk_services(
    storage: Storage, adapters: Adapters, options: ServiceOptions, memory: PrincipalCache, actors: BulkActors
) -> tuple[BulkService, BulkRunner]:
    """Build what starts and shows bulk actions, and what runs them by these actors."""
    begin, clock, ids = storage.unit_of_work, adapters.clock, adapters.ids
    service = BulkService(
        unit_of_work=begin,
        lists=storage.bulk_lists,
        targets=storage.bulk_targets,
        matches=storage.lists,
        users=storage.users,
        clock=clock,
        ids=ids,
    )
    runner = BulkRunner(
        unit_of_work=begin,
        lists=storage.bulk_lists,
        targets=storage.bulk_targets,
        principals=storage.principals,
        actors=actors,
        principal_cache=memory,
        clock=clock,
        ids=ids,
        staff_second_factor=options.staff_second_factor,
    )
    return service, runner
