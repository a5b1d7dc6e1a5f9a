import ast
import sys
from pathlib import Path

import marketplace.core

CORE = Path(marketplace.core.__file__).parent
ALLOWED = {*sys.stdlib_module_names, "marketplace.core"}


def imported(module: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(module.read_text())))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    # a relative import has no module to judge it by, so it counts as foreign
    return names | {node.module or "" if not node.level else "." for node in nodes if isinstance(node, ast.ImportFrom)}


def test_core_imports_the_standard_library_and_itself_only() -> None:
    modules = list(CORE.rglob("*.py"))
    foreign = {
        (module.name, name)
        for module in modules
        for name in imported(module)
        if name.split(".")[0] not in ALLOWED and ".".join(name.split(".")[:2]) not in ALLOWED
    }
    assert foreign == set()
    assert len(modules) > 20
