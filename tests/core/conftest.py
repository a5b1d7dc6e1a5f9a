import pytest

from builders import Services, services_over
from marketplace.adapters.memory.storage import memory_storage
from marketplace.core.ports.storage import Storage


@pytest.fixture
def storage() -> Storage:
    return memory_storage()


@pytest.fixture
def services(storage: Storage) -> Services:
    return services_over(storage)
