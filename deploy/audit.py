"""Writes a bill of materials (CycloneDX) of what is shipped, and asks the advisories of the registries about it.

Run by `make audit`. Exits with 1 if a known vulnerability is found, with 2 if a registry could not be asked.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FRONTEND = ROOT / "frontend"
RUNTIME = ROOT / "requirements-runtime.lock"
FOLDER = ROOT / "dist/sbom"
TOOLS = Path(sys.executable).parent
FOUND, UNASKED = 1, 2


def run(words: Sequence[str | Path], folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(list(map(str, words)), cwd=folder, capture_output=True, text=True, check=False)


def write_materials() -> None:
    """Write one document for the packages of the program, and one for those in the pages."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    program, pages = FOLDER / "program.cdx.json", FOLDER / "pages.cdx.json"
    written = run([TOOLS / "cyclonedx-py", "requirements", RUNTIME, "--of", "JSON", "-o", program])
    if written.returncode:
        sys.exit(written.stderr)
    listed = run(["npm", "sbom", "--sbom-format", "cyclonedx", "--omit", "dev"], FRONTEND)
    if listed.returncode:
        sys.exit(listed.stderr)
    pages.write_text(listed.stdout)
    for path in (program, pages):
        components = json.loads(path.read_text())["components"]
        print(f"{path.relative_to(ROOT)}: {len(components)} packages")


def audit_program() -> tuple[list[str], str | None]:
    """Return the vulnerabilities of the Python packages, and why some could not be asked about."""
    asked = run([TOOLS / "pip-audit", "-r", RUNTIME, "--require-hashes", "--disable-pip", "--format", "json"])
    try:
        packages: list[dict[str, Any]] = json.loads(asked.stdout)["dependencies"]
    except (ValueError, KeyError):
        return [], (asked.stderr.strip().splitlines() or ["no answer"])[-1]
    found = [f"{each['name']} {each['version']}: {vuln['id']}" for each in packages for vuln in each.get("vulns", ())]
    skipped = [each["name"] for each in packages if "skip_reason" in each]
    return found, f"{len(skipped)} of {len(packages)} packages have no answer" if skipped else None


def audit_pages() -> tuple[list[str], str | None]:
    """Return the vulnerabilities of the npm packages, and why they could not be asked about."""
    asked = run(["npm", "audit", "--omit", "dev", "--json"], FRONTEND)
    try:
        answer: dict[str, Any] = json.loads(asked.stdout)
    except ValueError:
        answer = {}
    if "vulnerabilities" not in answer:
        return [], "the registry has no advisories" if asked.stdout else "no answer"
    return [f"{name}: {each['severity']}" for name, each in answer["vulnerabilities"].items()], None


def main() -> int:
    write_materials()
    code = 0
    for name, audit in (("program", audit_program), ("pages", audit_pages)):
        found, unasked = audit()
        for each in found:
            print(f"{name}: {each}")
        if unasked is not None:
            print(f"{name}: could not be audited: {unasked}")
        elif not found:
            print(f"{name}: no known vulnerability")
        code = FOUND if found else code or (UNASKED if unasked else 0)
    return code


if __name__ == "__main__":
    sys.exit(main())
