"""The databases of compose and of Kubernetes, as far as this machine can run them."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import asyncpg
import pytest
import pytest_asyncio
import yaml

from deployment.container import hand_on
from deployment.proxy import DEPLOY
from marketplace.adapters.postgres.embedded.binaries import find_binaries
from marketplace.adapters.postgres.embedded.postmaster import server_user
from postgres.servers import environment
from programs import run_program


def initdb_arguments() -> list[str]:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    arguments: str = compose["services"]["postgres"]["environment"]["POSTGRES_INITDB_ARGS"]
    return arguments.split()


def cluster() -> dict[str, Any]:
    documents = yaml.safe_load_all((DEPLOY / "kubernetes" / "postgres" / "cluster.yaml").read_text())
    found: dict[str, Any] = next(each["spec"] for each in documents if each["kind"] == "Cluster")
    return found


def test_postgresql_accepts_initdb_arguments_of_compose(tmp_path: Path) -> None:
    data = tmp_path / "data"
    binaries = find_binaries()
    user = server_user(data, binaries)
    user.own(tmp_path)
    created = user.run([binaries.program("initdb"), "-D", str(data), "--auth=trust", *initdb_arguments()])
    assert created.returncode == 0, created.stderr
    output = user.run([binaries.program("pg_controldata"), str(data)]).stdout
    assert "Data page checksum version:" in output
    assert not output.partition("Data page checksum version:")[2].split()[0].startswith("0")


def test_compose_and_kubernetes_create_the_database_alike() -> None:
    created = cluster()["bootstrap"]["initdb"]
    assert set(initdb_arguments()) == {
        f"--locale-provider={created['localeProvider']}",
        f"--builtin-locale={created['builtinLocale']}",
        f"--encoding={created['encoding']}",
        *(["--data-checksums"] if created["dataChecksums"] else []),
    }


def test_compose_and_kubernetes_end_idle_transactions_alike() -> None:
    settings = (DEPLOY / "postgres" / "postgresql.conf").read_text()
    name = "idle_in_transaction_session_timeout"
    assert f"{name} = {cluster()['postgresql']['parameters'][name]}\n" in settings


SSL_REQUEST = bytes.fromhex("0000000804d2162f")
"""What a client of PostgreSQL sends first if it wants TLS (Message Formats of its documentation)."""


async def create_secrets(folder: Path) -> None:
    await asyncio.to_thread(subprocess.run, [DEPLOY / "new-secrets", folder], check=True, capture_output=True)


class Secured(NamedTuple):
    """A database behind TLS with the certificate of `new-secrets`: the embedded build has none of its own."""

    secrets: Path
    port: int
    account: str

    @property
    def certificate(self) -> Path:
        return self.secrets / "postgres_certificate"

    def address(self, **parameters: object) -> str:
        return f"postgresql://{self.account}@127.0.0.1:{self.port}/postgres?{urlencode(parameters)}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def secured(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Secured]:
    secrets = tmp_path_factory.mktemp("secured") / "secrets"
    await create_secrets(secrets)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(secrets / "postgres_certificate", secrets / "postgres_key")

    async def secure(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            assert await reader.readexactly(len(SSL_REQUEST)) == SSL_REQUEST
            writer.write(b"S")
            await writer.start_tls(context)
            await hand_on(postgres_server, reader, writer)

    async with await asyncio.start_server(secure, "127.0.0.1", 0) as server:
        account = urlsplit(postgres_server).netloc.rpartition("@")[0]
        yield Secured(secrets, server.sockets[0].getsockname()[1], account)


async def connects(dsn: str) -> bool:
    connection: Any = await asyncpg.connect(dsn)
    try:
        return bool(await connection.fetchval("SELECT true"))
    finally:
        await connection.close()


async def test_program_connects_with_tls_to_who_has_the_certificate(secured: Secured, tmp_path: Path) -> None:
    await create_secrets(tmp_path / "others")
    others = tmp_path / "others" / "postgres_certificate"

    assert await connects(secured.address(sslmode="verify-ca", sslrootcert=secured.certificate))
    for mode in ("require", "verify-ca", "verify-full"):
        with pytest.raises(ssl.SSLCertVerificationError, match="self-signed certificate"):
            await connects(secured.address(sslmode=mode, sslrootcert=others))


async def test_certificate_is_of_the_host_of_compose(secured: Secured) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="IP address mismatch"):
        await connects(secured.address(sslmode="verify-full", sslrootcert=secured.certificate))
    # as strict as newer versions of Python are by themselves
    context = ssl.create_default_context(cafile=str(secured.certificate))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    reader, writer = await asyncio.open_connection("127.0.0.1", secured.port)
    writer.write(SSL_REQUEST)
    assert await reader.readexactly(1) == b"S"
    await writer.start_tls(context, server_hostname="postgres")
    assert writer.get_extra_info("ssl_object").version() == "TLSv1.3"
    writer.close()


async def test_variables_of_libpq_hold_for_an_address_without_parameters(secured: Secured) -> None:
    variables = environment("", database_url=secured.address()) | {"PGSSLROOTCERT": str(secured.certificate)}
    checked = {
        mode: (await asyncio.to_thread(run_program, ["check"], variables | {"PGSSLMODE": mode})).stdout
        for mode in ("verify-full", "verify-ca")
    }

    assert "NO  database: SSLCertVerificationError" in checked["verify-full"]
    assert "ok  database: PostgreSQL" in checked["verify-ca"]


def test_postgresql_starts_with_a_key_that_only_it_can_read(tmp_path: Path) -> None:
    subprocess.run([DEPLOY / "new-secrets", tmp_path / "secrets"], check=True, capture_output=True)
    (tmp_path / "docker-entrypoint.sh").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    (tmp_path / "docker-entrypoint.sh").chmod(0o755)
    # this machine may have no user of that name
    script = (DEPLOY / "postgres" / "start").read_text().replace("--owner=postgres --group=postgres ", "")
    script = script.replace("/run/secrets", f"{tmp_path}/secrets").replace("/var/run/postgresql", str(tmp_path))
    ended = subprocess.run(
        ["sh", "-c", script, "start", "postgres", "-c", "jit=off"],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
    )

    key = tmp_path / "server.key"
    assert (key.read_text(), key.stat().st_mode & 0o777) == ((tmp_path / "secrets" / "postgres_key").read_text(), 0o600)
    assert ended.stdout.split() == [
        *("postgres", "-c", "jit=off", "-c", "ssl=on"),
        *("-c", f"ssl_cert_file={tmp_path}/secrets/postgres_certificate"),
        *("-c", f"ssl_key_file={key}", "-c", "ssl_min_protocol_version=TLSv1.3"),
    ]
