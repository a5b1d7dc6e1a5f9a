"""The image without an engine: its steps as plain commands, and its programs as an unprivileged user."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from databases import address_of, scratch_database
from deployment.container import COMPOSE, Container, close, open_again, over_tcp
from deployment.dockerfile import stages_of
from deployment.image import Built, build, context
from deployment.proxy import DEPLOY, ROOT
from http_api import a_registration
from ports import free_port

pytestmark = pytest.mark.starts_first

STAGES = stages_of(DEPLOY / "Dockerfile")
FOR_BUILDING = {"build", "hatchling", "pip", "setuptools", "uv", "wheel"}


@pytest.fixture(scope="module")
def images() -> Iterator[dict[str, Built]]:
    """Build every stage by name. As in the image, programs run at the path where they were built."""
    folder = Path(tempfile.mkdtemp(prefix="image-"))
    folder.chmod(0o755)
    built: dict[str, Built] = {}
    try:
        with ThreadPoolExecutor() as side_by_side:
            pages = side_by_side.submit(build, STAGES["frontend"], folder / "pages", built)
            built["wheel"] = build(STAGES["wheel"], folder / "image", built)
            make_the_wheel_again(built["wheel"])
            built["frontend"] = pages.result()
        built["wheel"].root = (folder / "image").rename(folder / "wheel")
        built["proxy"] = build(STAGES["proxy"], folder / "proxy", built)
        built["backend"] = build(STAGES["backend"], folder / "image", built)
        close(built["backend"].root)
        yield built
    finally:
        open_again(folder)
        shutil.rmtree(folder)


def make_the_wheel_again(wheel: Built) -> None:
    """Repeat the step with other modification times of the sources, and keep its previous result."""
    wheel.at("/wheels").rename(wheel.at("/wheels-before"))
    for path in wheel.at("/build/src").rglob("*.py"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    (step,) = (each.rest for each in wheel.stage.instructions if "pip wheel" in each.rest)
    wheel.run(step)


@pytest.fixture(scope="module")
def new_database(postgres_server: str) -> Iterator[str]:
    with scratch_database(postgres_server) as name:
        yield address_of(postgres_server, name)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def container(images: dict[str, Built], new_database: str) -> AsyncIterator[Container]:
    """Run the backend's image over a database that is not migrated yet."""
    async with over_tcp(new_database) as database:
        yield Container(images["backend"], database)


def files(root: Path) -> dict[Path, tuple[int, int]]:
    """Return the size and time of every file of the image outside its `tmp` folder."""
    kept = (path for path in root.rglob("*") if path.is_file() and root / "tmp" not in path.parents)
    return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in kept}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_only_image_sources_are_sent_to_the_engine() -> None:
    sent = {str(path) for path in context()}
    assert {path.split("/")[0] for path in sent} == {
        *("deploy", "frontend", "src"),
        *("README.md", "pyproject.toml", "requirements-build.lock", "requirements-runtime.lock"),
    }
    tests = (".test.ts", ".test.tsx")
    assert not [path for path in sent if path.endswith(tests) or path.startswith("deploy/secrets")]


def test_wheel_build_is_reproducible(images: dict[str, Built]) -> None:
    first, second = (list(images["wheel"].at(folder).glob("*.whl")) for folder in ("/wheels-before", "/wheels"))
    assert [path.name for path in first] == [path.name for path in second]
    assert first[0].read_bytes() == second[0].read_bytes()


def test_image_holds_locked_packages_and_no_build_or_test_tools(images: dict[str, Built]) -> None:
    backend = images["backend"]
    requested = (
        "import importlib.metadata as m, json; print(json.dumps({d.name: d.version for d in m.distributions()}))"
    )
    python = str(backend.at("/opt/marketplace/bin/python"))
    listed = json.loads(subprocess.run([python, "-Ic", requested], capture_output=True, check=True).stdout)
    installed = {canonical(name): version for name, version in listed.items()}
    lock = re.findall(r"^([\w.\-]+)==(\S+)", (ROOT / "requirements-runtime.lock").read_text(), re.MULTILINE)
    assert installed.pop("marketplace")
    assert installed
    assert installed.items() <= {canonical(name): version for name, version in lock}.items()
    assert not installed.keys() & FOR_BUILDING
    inside = {path.name for path in backend.root.rglob("*")}
    assert not inside & {"pip", "conftest.py", "node_modules", "package.json", "pyproject.toml", "wheels", "tests"}


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_every_package_has_a_wheel_for_the_python_of_the_image(machine: str, tmp_path: Path) -> None:
    """This Python differs from the machine's, with which the steps above were run."""
    (version,) = re.findall(r"^python:(\d+\.\d+)-", STAGES["backend"].base)
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "uv", "pip", "install", "--dry-run", "--require-hashes", "--no-build"),
            *("--python-version", version, "--python-platform", f"{machine}-manylinux_2_36"),
            *("--target", str(tmp_path), "-r", str(ROOT / "requirements-runtime.lock")),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr


def test_only_accounts_and_system_packages_need_an_engine(images: dict[str, Built]) -> None:
    left = {name: [each.split()[0] for each in built.not_done] for name, built in images.items()}
    assert left == {"frontend": [], "wheel": [], "backend": ["apt-get", "groupadd"], "proxy": ["apk"]}


def test_images_do_not_run_as_root(images: dict[str, Built]) -> None:
    assert {images["backend"].user, images["proxy"].user} == {"10001:10001"}


def test_the_proxy_has_its_start_its_configuration_and_the_pages(images: dict[str, Built]) -> None:
    proxy = images["proxy"]
    (start,) = proxy.stage.words("ENTRYPOINT")
    assert os.access(proxy.at(start), os.X_OK)
    assert proxy.at(start).with_name("nginx.conf").is_file()
    assert {"index.html", "assets", "docs"} <= {path.name for path in proxy.at("/srv/marketplace").iterdir()}


async def test_image_refuses_to_start_without_its_secrets(container: Container) -> None:
    for name in ("MARKETPLACE_SECRET_KEY_FILE", "MARKETPLACE_DATABASE_URL_FILE"):
        assert await container.ends_with(container.command("backend"), **{name: ""}) != 0
        assert name.removesuffix("_FILE") in container.log.read_text()


async def test_image_migrates_serves_and_works_unprivileged_with_read_only_root(container: Container) -> None:
    image = container.image
    before = files(image.root)
    migration = container.for_migration
    assert await container.ends_with(container.command("migrate"), **migration) == 0, container.log.read_text()
    program_of_its_own = [*image.stage.words("ENTRYPOINT"), *image.stage.words("CMD")]
    its_health = COMPOSE["services"]["worker"]["healthcheck"]["test"][1:]
    # in a container of its own the port would be free
    own = {"MARKETPLACE_METRICS_PORT": str(free_port())}
    async with (
        container.running(program_of_its_own, image.stage.words("HEALTHCHECK")) as program,
        container.running(container.command("worker"), its_health, **own) as worker,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{container.port}", trust_env=False) as client,
    ):
        page = await client.get("/")
        assert (page.status_code, "/assets/index-" in page.text) == (200, True)
        assert (await client.post("/api/auth/register/", json=a_registration())).status_code == 201
        assert (await client.get("/api/sessions/")).json() == []
        for process in (worker, program):
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0, container.log.read_text()
    assert files(image.root) == before
