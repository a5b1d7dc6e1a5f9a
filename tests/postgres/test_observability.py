"""Alerts and the dashboard use metric names that the program exports: an unknown name would never alert."""

import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import promql_parser
import pytest
import pytest_asyncio
import yaml

from builders import stored_session
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from ports import free_port
from postgres.http_clients import book, people
from postgres.servers import servers

pytestmark = pytest.mark.flaky(reruns=1)  # starts programs, which a full machine gives no turn

ROOT = Path(__file__).parents[2]
FILES = ROOT / "deploy" / "observability"
RULES: list[dict[str, Any]] = yaml.safe_load((FILES / "alerts.yaml").read_text())["groups"][0]["rules"]
DASHBOARD: dict[str, Any] = json.loads((FILES / "dashboard.json").read_text())
SCRAPED: dict[str, Any] = yaml.safe_load((FILES / "prometheus.yaml").read_text())
SCRAPED_PODS: dict[str, Any] = yaml.safe_load((FILES / "prometheus-kubernetes.yaml").read_text())
JOBS = [{"job": each["job_name"]} for each in SCRAPED["scrape_configs"]]
OF_PROMETHEUS = {"job", "instance"}
"""Labels that Prometheus adds to every series."""
FAILURES = {"status"}
"""Labels whose values only appear after failures, which a test cannot wait for."""
PARTS = ("lhs", "rhs", "expr", "args", "param", "vector_selector")

Exported = dict[str, list[dict[str, str]]]


def parts(expression: Any) -> Iterator[Any]:
    """Yield an expression and its parts."""
    yield expression
    for name in PARTS:
        inner = getattr(expression, name, None)
        for each in inner if isinstance(inner, list) else [inner]:
            if each is not None:
                yield from parts(each)


def grouped_by(expression: Any) -> set[str]:
    """Return the labels that an expression groups by or matches on."""
    labels: set[str] = set()
    for part in parts(expression):
        modifier = getattr(part, "modifier", None)
        within = getattr(modifier, "matching", modifier)
        labels |= set(getattr(within, "labels", None) or ())
    return labels


ALERTS = {rule["alert"]: rule for rule in RULES}
PANELS = {
    f"{panel['title']} {number}": target
    for panel in DASHBOARD["panels"]
    for number, target in enumerate(panel["targets"])
}
EXPRESSIONS = {name: each["expr"] for name, each in (ALERTS | PANELS).items()}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def exported(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Exported]:
    """Return every series, by name, of a program that has served a booking and a refused login."""
    own = await connect(database, PoolLimits(min_size=1, max_size=1))
    storage = postgres_storage(own)
    session, [buyer] = await stored_session(storage), await people(storage, 1)
    await own.close()
    port = free_port()
    settings = {"metrics_port": port, "worker_inside": "on"}
    async with servers(1, database, tmp_path_factory.mktemp("logs"), **settings) as [server]:
        await book(server, buyer, session)
        await server.client.post("/api/auth/login/", json={"email": "ada@example.org", "password": "wrong"})
        async with httpx.AsyncClient(trust_env=False) as client:
            text = (await client.get(f"http://127.0.0.1:{port}/metrics")).text
    series: Exported = defaultdict(list)
    for name, labels in re.findall(r"^(\w+)(?:\{(.*)\})? ", text, re.MULTILINE):
        series[name].append(dict(re.findall(r'(\w+)="([^"]*)"', labels)))
    series["up"] = JOBS
    yield series


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_expression_uses_existing_metrics_and_labels_only(exported: Exported, name: str) -> None:
    expression = promql_parser.parse(EXPRESSIONS[name])
    selectors = [part for part in parts(expression) if isinstance(part, promql_parser.VectorSelector)]
    assert selectors
    labels: set[str] = set()
    for selector in selectors:
        assert selector.name
        series = exported[selector.name]
        for matcher in selector.matchers.matchers:
            assert all(matcher.name in each for each in series), matcher.name
            if matcher.op == promql_parser.MatchOp.Equal and matcher.name not in FAILURES:
                series = [each for each in series if each[matcher.name] == matcher.value]
        assert series, selector
        labels |= set(series[0])
    assert grouped_by(expression) <= labels | OF_PROMETHEUS


@pytest.mark.parametrize("name", ALERTS)
def test_alert_has_a_rule_and_a_runbook_section(name: str) -> None:
    rule = ALERTS[name]
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"\d+[smh]", rule.get("for", "0s"))
    assert rule["labels"]["severity"] in {"page", "ticket"}
    args = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
    assert args <= grouped_by(promql_parser.parse(rule["expr"]))
    page, anchor = rule["annotations"]["runbook"].split("#")
    assert f"\n## {name}\n" in (ROOT / page).read_text()
    assert anchor == name.lower()


@pytest.mark.parametrize("name", PANELS)
def test_legend_shows_labels_that_distinguish_its_lines(name: str) -> None:
    target = PANELS[name]
    named = set(re.findall(r"\{\{(\w+)\}\}", target.get("legendFormat", "")))
    assert named == grouped_by(promql_parser.parse(target["expr"])) - {"le"}


def test_every_runbook_section_belongs_to_an_alert() -> None:
    sections = re.findall(r"^## (\w+)$", (ROOT / "docs" / "runbook.md").read_text(), re.MULTILINE)
    assert sections == list(ALERTS)


def test_every_metrics_process_is_scraped_on_one_machine() -> None:
    compose = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
    port = int(compose["x-program"]["environment"]["MARKETPLACE_METRICS_PORT"])
    found = {each["job_name"]: each["dns_sd_configs"][0] for each in SCRAPED["scrape_configs"]}
    assert {(one["names"][0], one["port"]) for one in found.values()} == {("backend", port), ("worker", port)}
    assert {"backend", "worker"} <= set(compose["services"])


def test_every_metrics_process_is_scraped_in_cluster_and_reachable() -> None:
    base = ROOT / "deploy" / "kubernetes" / "base"
    policies = {
        each["metadata"]["name"]: each["spec"] for each in yaml.safe_load_all((base / "network.yaml").read_text())
    }
    assert {job["job_name"] for job in SCRAPED_PODS["scrape_configs"]} == {job["job"] for job in JOBS}
    for job in SCRAPED_PODS["scrape_configs"]:
        name, port = job["relabel_configs"][0]["regex"].split(";")
        deployment = next(yaml.safe_load_all((base / f"{name}.yaml").read_text()))
        [container] = deployment["spec"]["template"]["spec"]["containers"]
        assert port in {each["name"] for each in container["ports"]}
        assert policies[name]["podSelector"]["matchLabels"] == deployment["spec"]["template"]["metadata"]["labels"]
        assert port in {each["port"] for rule in policies[name]["ingress"] for each in rule["ports"]}
