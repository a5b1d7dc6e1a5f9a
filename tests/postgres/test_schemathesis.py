"""The API against its OpenAPI document: every check of schemathesis, over HTTP, as each role, on a seeded database."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from example_search import IS_LONG, TIMES
from marketplace.demo.people import ADMIN_EMAIL, CREATOR_EMAIL, DEMO_PASSWORD, LEARNER_EMAIL
from marketplace.http.openapi.document import document
from marketplace.settings import Settings
from postgres.servers import run_command, servers
from schemathesis_links import METHODS

pytestmark = pytest.mark.starts_first

TESTS = Path(__file__).parents[1]
EXCLUDED = (
    # it ends when its client leaves, and schemathesis reads whole responses
    "watch_seats",
    # only an authenticator makes valid requests of these
    "log_in_with_passkey",
    "reauthenticate_with_passkey",
    "add_passkey",
    "confirm_second_factor",
)
ANONYMOUS = ("--checks", "missing_required_header", "--phases", "coverage")
"""The check that omits Authorization, which the option of the other runs would add again; it judges this phase only.

`make test-long` runs it. The permission matrix of `tests/http` asks every route without a token each time.
"""
CHECKS = """
[checks]
enabled = true

[[operations]]
include-operation-id = "mark_messages_read"
checks.ensure_resource_availability.enabled = false
"""
"""Configuration: every check, but this operation answers 404 for a message, not for a booking that was just made."""
FEW = """
[phases]
examples.enabled = false
coverage.enabled = false
fuzzing.generation = { max-examples = 2, mode = "positive" }
stateful.generation = { max-examples = 15, mode = "positive" }
"""
"""Configuration of `make test`: valid requests, alone and in sequences by links. `make test-long` sends others, too."""


@dataclass(frozen=True, slots=True)
class Role:
    """Who sends requests: `closed` has the codes of the operations that refuse all of them.

    `least` is the share of the others that has to answer 2xx at least once in `make test`.
    """

    name: str
    email: str | None
    closed: frozenset[str]
    least: float
    unchecked: str = "missing_required_header,positive_data_acceptance"
    """The hooks know the rules across fields that a schema cannot say for operations of creators only."""
    excluded: tuple[str, ...] = ()
    is_for_long: bool = False
    """Another role may do all that this one may: `make test` leaves it out."""

    def may(self, operation: dict[str, Any]) -> bool:
        is_open = not operation["security"] or {} in operation["security"]
        return is_open if self.email is None else self.closed.isdisjoint(operation["x-error-codes"])


ROLES = (
    Role("visitor", None, frozenset(), 0.3),
    # who became a creator is no learner
    Role(
        "learner",
        LEARNER_EMAIL,
        frozenset({"not_a_creator", "not_staff"}),
        0.3,
        excluded=("become_creator",),
        is_for_long=True,
    ),
    Role("creator", CREATOR_EMAIL, frozenset({"not_staff"}), 0.4, unchecked="missing_required_header"),
    # last, since they may switch off the others; they are no creator
    Role("staff", ADMIN_EMAIL, frozenset({"not_a_creator"}), 0.4),
)


@dataclass(frozen=True, slots=True)
class Run:
    """A run of schemathesis, and the operations that answered 2xx to it."""

    ended: subprocess.CompletedProcess[str]
    reached: frozenset[str]

    def complaint(self) -> str:
        """Return what it wrote if it failed, else nothing."""
        return self.ended.stdout[-60000:] + self.ended.stderr[-2000:] if self.ended.returncode else ""


async def test_api_conforms_to_its_openapi_document_for_every_role(empty_database: str, tmp_path: Path) -> None:
    paths = document(Settings().categories)["paths"].values()
    operations = {item[method]["operationId"]: item[method] for item in paths for method in METHODS if method in item}
    await run_command(empty_database, "seed-demo")
    async with servers(1, empty_database, tmp_path) as (server,):
        address = f"http://127.0.0.1:{server.port}"
        # the first one takes long, and schemathesis does not wait on a busy machine
        assert (await server.client.get("/api/schema/openapi.json")).is_success
        runs, roles = {}, [role for role in ROLES if IS_LONG or not role.is_for_long]
        for role in roles:
            closed = [name for name, operation in operations.items() if not IS_LONG and not role.may(operation)]
            amount = ("--max-examples", "100") if IS_LONG else ()
            options = ["--exclude-checks", role.unchecked, *amount, *_without(*EXCLUDED, *role.excluded, *closed)]
            runs[role.name] = await asyncio.to_thread(_run, address, tmp_path, role, options)
        options = [*ANONYMOUS, *_without(*EXCLUDED)]
        anonymous = [await asyncio.to_thread(_run, address, tmp_path, ROLES[0], options)] if IS_LONG else []
        failures = server.failures()
    complaints = "\n".join(filter(None, (run.complaint() for run in (*runs.values(), *anonymous))))
    assert not complaints, complaints
    assert failures == []
    for role in roles:
        left_out = {*EXCLUDED, *role.excluded}
        tested = [name for name, each in operations.items() if name not in left_out and (IS_LONG or role.may(each))]
        assert f"Tested: {len(tested)}" in runs[role.name].ended.stdout
        allowed = {name for name, operation in operations.items() if role.may(operation)}
        missed = sorted(allowed - runs[role.name].reached)
        print(f"{role.name}: {len(allowed) - len(missed)} of {len(allowed)} operations answered 2xx, not {missed}")  # noqa: T201 - shown with failures, and by pytest -s
        assert len(missed) <= (1 - role.least) * len(allowed), missed


def _log_in(server: str, email: str) -> Any:
    credentials = {"email": email, "password": DEMO_PASSWORD}
    return httpx.post(f"{server}/api/auth/login/", json=credentials).raise_for_status().json()


def _without(*operations: str) -> list[str]:
    return [word for operation in sorted({*operations}) for word in ("--exclude-operation-id", operation)]


def _run(server: str, folder: Path, role: Role, options: Sequence[str]) -> Run:
    configured = folder / f"{role.name}.toml"
    configured.write_text(CHECKS if IS_LONG else FEW + CHECKS)
    login = None if role.email is None else _log_in(server, role.email)
    headers = {} if login is None else {"Authorization": f"Bearer {login['access']}"}
    sessions = httpx.get(f"{server}/api/sessions/", params={"limit": 100}).raise_for_status().json()
    others = [each for each in sessions if login is None or each["creator"] != login["user"]["id"]]
    others = [each for each in others if each["format"] != "at_yours"]  # they need an address, others take none
    others.sort(key=lambda each: not each["is_open"])
    attended = httpx.get(
        f"{server}/api/bookings/my_bookings/", params={"limit": 100, "status": "completed"}, headers=headers
    )
    pairs = [f"{each['session']}/{each['id']}" for each in attended.json()] if login else []
    words = [
        *(str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(configured)),
        *("run", f"{server}/api/schema/openapi.json"),
        *([] if IS_LONG else ["--seed", "1"]),
        *("--suppress-health-check", "all", "--request-timeout", "60", *options),
        *(word for name, value in headers.items() for word in ("--header", f"{name}: {value}")),
    ]
    reached = folder / f"{role.name}.reached"
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent / "src")]),
        "SCHEMATHESIS_HOOKS": "schemathesis_hooks",
        "SCHEMATHESIS_ATTENDED": " ".join(pairs),
        "SCHEMATHESIS_EMAIL": LEARNER_EMAIL,
        "SCHEMATHESIS_PASSWORD": DEMO_PASSWORD,
        "SCHEMATHESIS_REACHED": str(reached),
        "SCHEMATHESIS_SESSIONS": " ".join(str(each["id"]) for each in others),
        "SCHEMATHESIS_TOKEN": login["access"] if login else "",
    }
    ended = subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=600 * TIMES
    )
    return Run(ended, frozenset(reached.read_text().split() if reached.exists() else ()))
