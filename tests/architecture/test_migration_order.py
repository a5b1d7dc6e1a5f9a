"""The order of migrations: a program takes the last number for the schema that it needs."""

import re
from itertools import pairwise

from marketplace.adapters.postgres.schema.revisions import VERSIONS, newest_revision

REVISION = re.compile(r'^(down_)?revision = "?(\w+)"?$', re.MULTILINE)


def test_migrations_follow_each_other_in_the_order_of_their_numbers() -> None:
    paths = sorted(VERSIONS.glob("[0-9]*_*.py"))
    found = [dict(REVISION.findall(path.read_text())) for path in paths]

    assert [each[""] for each in found] == [path.name.partition("_")[0] for path in paths]
    assert all(after["down_"] == before[""] for before, after in pairwise(found))
    assert found[-1][""] == newest_revision()
