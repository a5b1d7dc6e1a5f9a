import openapi_spec_validator
import pytest

from openapi_document import described_api

pytestmark = pytest.mark.thorough  # slow, and `make check` compares the document with its types


def test_document_follows_the_openapi_standard() -> None:
    openapi_spec_validator.validate(described_api())
