"""The unchanged proxy of deploy/, in front of programs on ports of this machine."""

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from ports import free_port
from postgres.servers import becomes_true

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
DIST = ROOT / "frontend" / "dist"
STARTS_WITHIN = 90
"""Seconds."""


def write_configuration(folder: Path, replicas: Sequence[int], *, port: int, secure_port: int = 0) -> Path:
    """Write the folder that the image has at /etc/marketplace, with the ports and the replicas of this test."""
    source = folder / "image"
    shutil.copytree(DEPLOY / "nginx", source)
    shutil.copy(DEPLOY / "nginx.conf", source)
    if os.getuid() == 0:
        # nginx workers would run as the user nobody, who cannot read this folder; the image does not run as root
        conf = source / "nginx.conf"
        conf.write_text(f"user root;\n{conf.read_text()}")
    upstream = (source / "upstream.conf").read_text()
    own = re.sub(r"resolver .*;\n", "", upstream)
    own = re.sub(
        r" +server backend:8000 resolve (.*);",
        lambda match: "\n".join(f"    server 127.0.0.1:{each} {match[1]};" for each in replicas),
        own,
    )
    (source / "upstream.conf").write_text(own)
    for path in (*source.glob("servers/*.conf"), *source.glob("tls/*.conf")):
        text = path.read_text().replace("listen 8080", f"listen 127.0.0.1:{port}")
        path.write_text(text.replace("listen 8443", f"listen 127.0.0.1:{secure_port}"))
    return source


class Proxy:
    """An nginx process."""

    def __init__(
        self,
        folder: Path,
        replicas: Sequence[int],
        certificate: Path | None = None,
        files: Mapping[str, str] | None = None,
    ) -> None:
        self.port, self.secure_port = free_port(), free_port()
        folder.mkdir(parents=True, exist_ok=True)
        source = write_configuration(folder, replicas, port=self.port, secure_port=self.secure_port)
        for name, text in (files or {}).items():
            (source / name).write_text(text)
        self.log, self.access_log = folder / "nginx.log", folder / "nginx-access.log"
        own = {"PROXY_DIR": str(folder / "proxy"), "SITE": str(DIST)}
        if certificate is not None:
            own |= {"CERTIFICATE": str(certificate), "MARKETPLACE_PUBLIC_URL": "https://sessions.example.org/"}
        path = f"{os.environ.get('PATH', '')}:/usr/sbin"
        with self.log.open("w") as errors, self.access_log.open("w") as output:
            self.process = subprocess.Popen(
                [str(source / "start")], stdout=output, stderr=errors, env={**os.environ, **own, "PATH": path}
            )
        self.client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=60, trust_env=False)

    async def starts(self) -> None:
        """Wait until it listens. Raises `AssertionError` with its log when it does not."""
        for _ in range(int(STARTS_WITHIN / 0.05)):
            assert self.process.poll() is None, self.log.read_text()
            with suppress(httpx.TransportError):
                if (await self.client.get("/proxy/health")).status_code == httpx.codes.OK:
                    return
            await asyncio.sleep(0.05)
        raise AssertionError(self.log.read_text())

    async def log_line(self, response: httpx.Response) -> dict[str, Any]:
        """Return the line of this answer in the access log. nginx writes it after the client has the answer.

        The request needs an `X-Request-Id`: a kept answer has that of the request it was made for.
        """
        request_id = response.request.headers["x-request-id"]
        lines: list[dict[str, Any]] = []

        def is_written() -> bool:
            logged = map(json.loads, self.access_log.read_text().splitlines())
            lines[:] = [line for line in logged if line["request_id"] == request_id]
            return bool(lines)

        assert await becomes_true(is_written, STARTS_WITHIN), self.access_log.read_text()
        return lines[0]

    def failures(self) -> list[str]:
        """Return no failures: the servers behind the proxy report their own. Needed to stand in for a `Server`."""
        return []

    async def end(self) -> None:
        """Stop it with the image's stop signal."""
        await self.client.aclose()
        self.process.send_signal(signal.SIGQUIT)
        if not await becomes_true(lambda: self.process.poll() is not None, 5):
            self.process.kill()
        self.process.wait()


@asynccontextmanager
async def proxy(
    folder: Path, replicas: Sequence[int], certificate: Path | None = None, files: Mapping[str, str] | None = None
) -> AsyncIterator[Proxy]:
    """Run nginx over these ports, with some files of its folder replaced, once it is ready."""
    started = Proxy(folder, replicas, certificate, files)
    try:
        await started.starts()
        yield started
    finally:
        await started.end()
