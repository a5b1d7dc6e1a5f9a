"""The consistency of the manifests: references resolve, and restricted pods are still reachable."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from databases import PROGRAM
from deployment.proxy import DEPLOY

KUBERNETES = DEPLOY / "kubernetes"
NAME = "app.kubernetes.io/name"


def documents(path: Path) -> list[dict[str, Any]]:
    return [each for each in yaml.safe_load_all(path.read_text()) if each]


def manifests(kind: str) -> dict[str, dict[str, Any]]:
    found = [each for path in sorted(KUBERNETES.rglob("*.yaml")) for each in documents(path)]
    return {each["metadata"]["name"]: each for each in found if each["kind"] == kind}


def pods() -> dict[str, dict[str, Any]]:
    """Return the pod templates by the label that identifies them."""
    templates = [each["spec"]["template"] for kind in ("Deployment", "Job") for each in manifests(kind).values()]
    return {template["metadata"]["labels"][NAME]: template for template in templates}


def ports(template: dict[str, Any]) -> dict[str, int]:
    return {
        port["name"]: port["containerPort"]
        for container in template["spec"]["containers"]
        for port in container.get("ports", [])
    }


def named_by(selector: dict[str, Any]) -> list[str]:
    """Return the names of the pods that a selector matches."""
    expressions = [each["values"] for each in selector.get("matchExpressions", []) if each["key"] == NAME]
    return [*selector.get("matchLabels", {}).values(), *(name for values in expressions for name in values)]


@pytest.mark.parametrize("kind", ["Service", "PodDisruptionBudget", "Deployment"])
def test_a_selector_finds_pods(kind: str) -> None:
    for name, each in manifests(kind).items():
        selector = each["spec"]["selector"]
        labels = selector if kind == "Service" else selector["matchLabels"]
        assert labels.items() <= pods()[name]["metadata"]["labels"].items(), name


def test_every_deployment_keeps_one_pod_when_nodes_are_emptied() -> None:
    assert manifests("PodDisruptionBudget").keys() == manifests("Deployment").keys()
    scaled = {each["spec"]["scaleTargetRef"]["name"] for each in manifests("HorizontalPodAutoscaler").values()}
    for name, deployment in manifests("Deployment").items():
        # only the autoscaler sets the number of replicas
        assert (name in scaled) != ("replicas" in deployment["spec"]), name
        fewest = manifests("HorizontalPodAutoscaler")[name]["spec"]["minReplicas"] if name in scaled else None
        assert (fewest or deployment["spec"]["replicas"]) >= 2, name


def test_services_and_probes_use_open_ports() -> None:
    for name, service in manifests("Service").items():
        assert {each["targetPort"] for each in service["spec"]["ports"]} <= ports(pods()[name]).keys()
    for name, deployment in manifests("Deployment").items():
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        assert "livenessProbe" in container, name
        probes = [container[each] for each in container if each.endswith("Probe")]
        assert {each["httpGet"]["port"] for each in probes} <= ports(pods()[name]).keys()


def test_scraped_pods_allow_scraping() -> None:
    metrics = {"protocol": "TCP", "port": "metrics"}
    open_to_it = {
        name
        for policy in manifests("NetworkPolicy").values()
        for way in policy["spec"].get("ingress", [])
        if metrics in way.get("ports", [])
        for name in named_by(policy["spec"]["podSelector"])
    }
    scraped = {name for name, pod in pods().items() if "prometheus.io/scrape" in pod["metadata"].get("annotations", {})}
    assert scraped == {"backend", "worker"} == open_to_it
    for name in scraped:
        assert ports(pods()[name])["metrics"] == int(pods()[name]["metadata"]["annotations"]["prometheus.io/port"])


def test_pods_that_need_the_database_can_reach_it() -> None:
    policies = manifests("NetworkPolicy")
    needing = {name for name, pod in pods().items() if "database" in {each["name"] for each in pod["spec"]["volumes"]}}
    assert needing == set(named_by(policies["database"]["spec"]["podSelector"]))
    first = policies["postgres"]["spec"]["ingress"][0]["from"][0]["podSelector"]
    assert needing == set(named_by(first))


def test_pods_mount_only_documented_secrets() -> None:
    """Only those that base/settings.yaml lists are mounted, and only the migration is the owner of the tables."""
    mounted = {
        name: {each["secret"]["secretName"] for each in pod["spec"]["volumes"] if "secret" in each}
        for name, pod in pods().items()
    }
    program = {"marketplace", "postgres-program", "postgres-ca"}
    assert mounted == {
        "backend": program,
        "worker": program,
        "migrate": program | {"postgres-app"},
        "proxy": set(),
    }


def test_the_program_has_a_role_of_its_own() -> None:
    roles = {each["name"]: each for each in manifests("Cluster")["postgres"]["spec"]["managed"]["roles"]}
    assert roles[PROGRAM]["passwordSecret"] == {"name": "postgres-program"}
    assert not {"superuser", "createdb", "createrole", "inRoles", "bypassrls", "replication"} & roles[PROGRAM].keys()
    settings = manifests("ConfigMap")["settings"]["data"]
    assert settings["MARKETPLACE_DATABASE_URL_FILE"] == "/run/secrets/database/uri"
    (migration,) = pods()["migrate"]["spec"]["containers"]
    assert migration["env"] == [{"name": "MARKETPLACE_MIGRATION_DATABASE_URL_FILE", "value": "/run/secrets/owner/uri"}]


def test_programs_check_the_certificate_of_the_database() -> None:
    settings = manifests("ConfigMap")["settings"]["data"]
    assert (settings["PGSSLMODE"], settings["PGSSLROOTCERT"]) == ("verify-full", "/run/secrets/database-ca/ca.crt")
    for name in ("backend", "worker", "migrate"):
        (container,) = pods()[name]["spec"]["containers"]
        mounts = {each["name"]: each["mountPath"] for each in container["volumeMounts"]}
        assert mounts["database-ca"] == "/run/secrets/database-ca"
        (authority,) = (each for each in pods()[name]["spec"]["volumes"] if each["name"] == "database-ca")
        # not the key, which is in the same secret
        assert authority["secret"]["items"] == [{"key": "ca.crt", "path": "ca.crt"}]


def test_public_url_names_the_host_of_the_ingress_in_each_overlay() -> None:
    base = manifests("ConfigMap")["settings"]["data"]["MARKETPLACE_PUBLIC_URL"]
    (host,) = [rule["host"] for rule in manifests("Ingress")["marketplace"]["spec"]["rules"]]
    assert base == f"https://{host}"
    (staging,) = documents(KUBERNETES / "overlays" / "staging" / "kustomization.yaml")
    patched = {
        each["path"]: each["value"]
        for patch in staging["patches"]
        if patch["target"]["kind"] in {"Ingress", "ConfigMap"}
        for each in yaml.safe_load(patch["patch"])
    }
    assert patched["/data/MARKETPLACE_PUBLIC_URL"] == f"https://{patched['/spec/rules/0/host']}"


def test_each_overlay_has_its_own_backup_destination() -> None:
    (store,) = manifests("ObjectStore").values()
    (staging,) = documents(KUBERNETES / "overlays" / "staging" / "kustomization.yaml")
    patched = next(each["patch"] for each in staging["patches"] if each["target"]["kind"] == "ObjectStore")
    (place,) = (each["value"] for each in yaml.safe_load(patched) if each["path"].endswith("/destinationPath"))
    assert place != store["spec"]["configuration"]["destinationPath"]
    (scheduled,) = manifests("ScheduledBackup").values()
    plugins = {each["name"] for each in manifests("Cluster")["postgres"]["spec"]["plugins"]}
    assert scheduled["spec"]["pluginConfiguration"]["name"] in plugins
