"""A migration does the same in every release: it has its own copy of the program's tables."""

import ast

from marketplace.adapters.postgres.schema.revisions import VERSIONS


def test_migrations_import_no_constants_of_the_core() -> None:
    imported = [
        (path.name, alias.name)
        for path in VERSIONS.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("marketplace.core")
        for alias in node.names
        if alias.name.isupper()
    ]

    assert imported == []
