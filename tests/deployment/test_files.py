"""The files of the deployment, as far as they can be checked without an engine."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from databases import PROGRAM
from deployment.proxy import DEPLOY, DIST, ROOT, write_configuration
from marketplace.settings import PREFIX, VARIABLES, read_settings

KUBERNETES = DEPLOY / "kubernetes"
OF_THE_CLUSTER = {"Kustomization", "Cluster", "ObjectStore", "ScheduledBackup", "Pooler"}
"""Kinds that Kubernetes does not define: kustomize's and those of the database operator."""
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
MANIFESTS = sorted(KUBERNETES.rglob("*.yaml"))


def documents(path: Path) -> list[dict[str, Any]]:
    return [each for each in yaml.safe_load_all(path.read_text()) if each]


def tool(name: str) -> str:
    found = shutil.which(name, path=str(Path(sys.executable).parent))
    assert found, f"{name} is not installed: make install"
    return found


def run(*command: str | Path) -> str:
    ended = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


def test_compose_follows_its_specification() -> None:
    run(
        tool("check-jsonschema"),
        "--builtin-schema",
        "vendor.compose-spec",
        DEPLOY / "compose.yaml",
        ROOT / "compose.yaml",
    )


def test_the_dockerfile_passes_hadolint() -> None:
    run(tool("hadolint"), DEPLOY / "Dockerfile")


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: str(path.relative_to(KUBERNETES)))
def test_manifests_are_valid_to_the_last_field(path: Path, tmp_path: Path) -> None:
    known = [each for each in documents(path) if each["kind"] not in OF_THE_CLUSTER]
    if known:
        evaluated = tmp_path / "judged.yaml"
        evaluated.write_text(yaml.safe_dump_all(known))
        run(tool("kubernetes-validate"), "--strict", evaluated)


@pytest.mark.parametrize("path", sorted(KUBERNETES.rglob("kustomization.yaml")), ids=lambda path: path.parent.name)
def test_every_file_of_a_kustomization_is_there_and_every_manifest_is_in_one(path: Path) -> None:
    (kustomization,) = documents(path)
    named = [(path.parent / each).resolve() for each in kustomization["resources"]]
    assert all(each.is_file() or (each / "kustomization.yaml").is_file() for each in named)
    siblings = {each.resolve() for each in path.parent.glob("*.yaml")} - {path.resolve()}
    assert siblings <= set(named)


def pod_specs() -> list[tuple[str, dict[str, Any]]]:
    found = []
    for path in MANIFESTS:
        for each in documents(path):
            template = each.get("spec", {}).get("template", {})
            if each["kind"] in {"Deployment", "Job"}:
                found.append((each["metadata"]["name"], template["spec"]))
    return found


@pytest.mark.parametrize(("name", "spec"), pod_specs(), ids=lambda part: part if isinstance(part, str) else "")
def test_pods_run_unprivileged_with_read_only_root(name: str, spec: dict[str, Any]) -> None:
    assert spec["securityContext"]["runAsNonRoot"], name
    assert spec["automountServiceAccountToken"] is False, name
    for container in spec["containers"]:
        context = container["securityContext"]
        assert (context["readOnlyRootFilesystem"], context["allowPrivilegeEscalation"]) == (True, False), name
        assert context["capabilities"] == {"drop": ["ALL"]}, name
        assert "memory" in container["resources"]["limits"], name


def test_settings_have_the_names_that_the_program_reads() -> None:
    # of libpq, which the driver follows
    known = {f"{PREFIX}{name.upper()}" for name in VARIABLES} | {"PGSSLMODE", "PGSSLROOTCERT"}
    compose = documents(DEPLOY / "compose.yaml")[0]["x-program"]["environment"]
    (settings,) = documents(KUBERNETES / "base" / "settings.yaml")
    image = re.findall(rf"({PREFIX}\w+)=", DOCKERFILE)
    for name in (*compose, *settings["data"], *image):
        assert name.removesuffix("_FILE") in known, name


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = documents(DEPLOY / "compose.yaml")[0]["services"]
    return found


@pytest.mark.parametrize("name", services())
def test_service_has_limits_restart_policy_and_log_rotation(name: str) -> None:
    service = services()[name]
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory"}
    assert service["restart"] in {"unless-stopped", "on-failure:5"}
    assert set(service["logging"]["options"]) == {"max-size", "max-file"}
    if name not in {"migrate", "proxy", "backend", "frontend-dev"}:
        assert "test" in service["healthcheck"], "one that its image brings along, or one here"
    if name not in {"postgres", "frontend-dev"}:
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_compose_variables_are_documented_at_its_head() -> None:
    head, _, rest = (DEPLOY / "compose.yaml").read_text().partition("name: marketplace")
    assert set(re.findall(r"\$\{(\w+)", rest)) <= set(re.findall(r"\w+", head))


def test_files_contain_no_secret() -> None:
    for service in services().values():
        for name, value in service.get("environment", {}).items():
            secret = any(word in name for word in ("PASSWORD", "SECRET", "KEY", "TOKEN", "DATABASE_URL"))
            assert not secret or (name.endswith("_FILE") and value.startswith("/run/secrets/")), name


def test_image_sources_exist_and_pass_dockerignore() -> None:
    sources = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    let_through = [
        line[1:].rstrip("/") for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    ]
    for path in " ".join(sources).split():
        assert (ROOT / path).exists(), path
        assert any(path.rstrip("/") == each or path.startswith(f"{each}/") for each in let_through), path


def test_image_packages_match_those_of_the_tests() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^([\w.\-]+==\S+)", (ROOT / name).read_text(), re.MULTILINE))

    assert pins("requirements-runtime.lock") < pins("requirements.lock")


def test_nginx_accepts_its_configuration(tmp_path: Path) -> None:
    source = write_configuration(tmp_path, [8201, 8202], port=8203)
    environment = {"PROXY_DIR": str(tmp_path / "proxy"), "SITE": str(DIST), "PATH": "/usr/sbin:/usr/bin:/bin"}
    ended = subprocess.run([str(source / "start"), "-t"], capture_output=True, text=True, check=False, env=environment)
    assert ended.returncode == 0, ended.stderr
    assert "warn" not in ended.stderr


def test_secrets_are_generated_once_and_match(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    run(DEPLOY / "new-secrets", folder)
    created = {path.name: path.read_text() for path in folder.iterdir()}
    assert set(created) == set(documents(DEPLOY / "compose.yaml")[0]["secrets"])
    owner, program = urlsplit(created["database_url"]), urlsplit(created["program_database_url"])
    assert owner.password == created["postgres_password"]
    assert program._replace(netloc=owner.netloc) == owner
    assert (program.hostname, program.username, len(program.password or "")) == ("postgres", PROGRAM, 48)
    public = {"environment": "production", "public_url": "https://sessions.example.org"}
    settings = {**public, "database_url": created["program_database_url"], "secret_key": created["secret_key"]}
    settings["migration_database_url"] = created["database_url"]
    read = read_settings({f"{PREFIX}{name.upper()}": value for name, value in settings.items()})
    assert read.secret_key == created["secret_key"]
    assert (folder.stat().st_mode & 0o777, {path.stat().st_mode & 0o777 for path in folder.iterdir()}) == (
        0o700,
        {0o644},
    )
    (folder / "secret_key").unlink()
    run(DEPLOY / "new-secrets", folder)
    again = {path.name: path.read_text() for path in folder.iterdir()}
    assert again.pop("secret_key") != created.pop("secret_key")
    assert again == created


def test_scripts_are_well_formed() -> None:
    run("bash", "-n", DEPLOY / "backup")
    run("sh", "-n", DEPLOY / "nginx" / "start")
    run("sh", "-n", DEPLOY / "new-secrets")
    run("sh", "-n", DEPLOY / "postgres" / "start")


def test_only_migration_and_backup_have_the_address_of_the_owner() -> None:
    holders = {name for name, service in services().items() if "database_url" in service.get("secrets", [])}
    assert holders == {"migrate", "backup"}
    assert services()["migrate"]["environment"] == {
        **documents(DEPLOY / "compose.yaml")[0]["x-program"]["environment"],
        "MARKETPLACE_MIGRATION_DATABASE_URL_FILE": "/run/secrets/database_url",
    }


@pytest.mark.parametrize("name", ["migrate", "backend", "worker", "backup"])
def test_services_check_the_certificate_of_the_database(name: str) -> None:
    service = services()[name]
    assert service["environment"]["PGSSLMODE"] == "verify-full"
    assert service["environment"]["PGSSLROOTCERT"] == "/run/secrets/postgres_certificate"
    assert "postgres_certificate" in service["secrets"]
