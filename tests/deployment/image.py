"""Run the steps of deploy/Dockerfile as plain commands, each stage in a clean folder that stands for its `/`.

This machine stands for the base images: its Python (in a virtual environment with pip, as the image has) and its
Node, in the versions of the machine. Steps that would change the machine itself are skipped: accounts and its
packages.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from deployment.dockerfile import Instruction, Stage, pairs
from deployment.proxy import ROOT
from example_search import IS_LONG

CHANGES_THE_MACHINE = ("groupadd ", "apk add ", "apt-get update ")
OF_THE_MACHINE = re.compile(r"(?i)(pip|npm)_.*|https?_proxy|no_proxy|ssl_cert_.*|node_extra_ca_certs|home|lang")
"""Variables with the sources of packages and the locale, which an engine would pass too."""
FRONTEND = ROOT / "frontend"
ABSOLUTE = re.compile(r"(?<![\w/}.*\-])/(?=[a-z])")


def is_reachable(path: Path) -> bool:
    """Return whether other users of the machine can enter the path."""
    return all(each.stat().st_mode & 0o001 for each in (path, *path.parents))


def base_python() -> str:
    """Return a Python that the image's user can start too, outside of home folders."""
    own = Path(sys.base_prefix, "bin", "python3").resolve()
    if os.getuid() != 0 or is_reachable(own):
        return str(own)
    found = shutil.which("python3", path="/usr/local/bin:/usr/bin")
    assert found, f"{own} cannot be entered by other users: install Debian's python3 and python3-venv"
    return found


@cache
def context() -> list[Path]:
    """Return the files of the repository that .dockerignore includes; its last matching line decides."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    files = [Path(each) for each in listed if each and (ROOT / each).is_file()]
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    return [each for each in files if _is_included(each, lines)]


def _is_included(path: Path, lines: list[str]) -> bool:
    verdict = True
    for line in lines:
        pattern = line.lstrip("!").rstrip("/")
        expression = re.escape(pattern).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
        if any(re.fullmatch(expression, str(each)) for each in (path, *path.parents)):
            verdict = line[0] == "!"
    return verdict


@dataclass
class Built:
    """A stage whose steps have been run; `root` stands for its `/`."""

    stage: Stage
    root: Path
    python: Path
    variables: dict[str, str]
    working: str = "/"
    user: str = "root"
    not_done: list[str] = field(default_factory=list)

    def at(self, path: str) -> Path:
        """Return the location of a path of the image."""
        return self.root / os.path.normpath(Path("/", self.working, path))[1:]

    def mapped(self, text: str) -> str:
        """Replace absolute paths of the image with their locations."""
        return ABSOLUTE.sub(f"{self.root}/", text)

    def environment(self) -> dict[str, str]:
        """Return only the image's variables."""
        base = f"{self.python}/bin:{os.environ['PATH']}" if self.stage.base.startswith("node") else f"{self.python}/bin"
        path = f"{base}:/usr/bin:/bin"
        own = {name: self.mapped(value) for name, value in self.variables.items()}
        return own | {"PATH": own.get("PATH", "$PATH").replace("$PATH", path)}

    def run(self, command: str) -> None:
        """Run a step as the build would. Raises `AssertionError` with its output when it fails."""
        provided = {name: value for name, value in os.environ.items() if OF_THE_MACHINE.fullmatch(name)}
        ended = subprocess.run(
            ["/bin/sh", "-c", self.mapped(command)],
            cwd=self.at("."),
            env=provided | self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, f"{command}\n{ended.stdout[-4000:]}"


def build(stage: Stage, root: Path, others: dict[str, Built]) -> Built:
    """Run a stage's steps in a new folder."""
    root.mkdir(parents=True)
    python = root.with_name(f"{root.name}-base")
    if stage.base.startswith("python") and not python.exists():
        subprocess.run([base_python(), "-m", "venv", str(python)], check=True)
    built = Built(stage, root, python, {})
    for each in stage.instructions:
        _do(built, each, others)
    return built


def _do(built: Built, step: Instruction, others: dict[str, Built]) -> None:
    match step.word:
        case "ENV":
            for name, value in pairs(step.rest):
                built.variables[name] = re.sub(r"\$\{(\w+)\}", lambda found: built.variables[found[1]], value)
        case "WORKDIR":
            built.working = step.rest
            built.at(".").mkdir(parents=True, exist_ok=True)
        case "USER":
            built.user = step.rest
        case "COPY":
            _copy(built, step.rest.split(), others)
        case "RUN" if step.rest.startswith(CHANGES_THE_MACHINE):
            built.not_done.append(step.rest)
        case "RUN" if step.rest.startswith("npm ci ") and _is_what_make_installed(built.at("package-lock.json")):
            shutil.copytree(FRONTEND / "node_modules", built.at("node_modules"), symlinks=True, copy_function=os.link)
        case "RUN" if step.rest == "npm run build" and not IS_LONG and _is_what_make_built():
            shutil.copytree(FRONTEND / "dist", built.at("dist"), ignore=lambda *_: [".built"])
        case "RUN":
            built.run(step.rest)


def _is_what_make_installed(lock: Path) -> bool:
    """Return whether `make install` ran `npm ci` for this lock: an engine, too, would take the result from a layer."""
    installed = FRONTEND / "node_modules" / ".installed"
    is_newer = installed.exists() and installed.stat().st_mtime >= (FRONTEND / lock.name).stat().st_mtime
    return is_newer and lock.read_bytes() == (FRONTEND / lock.name).read_bytes()


def _is_what_make_built() -> bool:
    """Return whether `make install` built the front end from these files, as `make test-long` does from them alone."""
    built = FRONTEND / "dist" / ".built"
    sources = [ROOT / each for each in context() if each.parts[0] == "frontend"]
    return built.exists() and built.stat().st_mtime >= max(each.stat().st_mtime for each in sources)


def _copy(built: Built, words: list[str], others: dict[str, Built]) -> None:
    if words[0].startswith("--from="):
        other = others[words[0].removeprefix("--from=")]
        shutil.copytree(other.at(words[1]), built.at(words[2]), symlinks=True, copy_function=os.link)
        return
    *sources, target = words
    files = context()
    for source in map(Path, sources):
        for each in files:
            if each == source:
                _put(
                    each, built.at(target) / each.name if target.endswith("/") or len(sources) > 1 else built.at(target)
                )
            elif source in each.parents:
                _put(each, built.at(target) / each.relative_to(source))


def _put(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / path, target)
