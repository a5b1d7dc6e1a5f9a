"""Pictures in a bucket of S3, or of a server that speaks its protocol, through obstore (extra `s3`)."""

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from marketplace.core.errors.pictures import StoreRefused, StoreUnknown
from marketplace.core.ports.pictures import StoredObject

T = TypeVar("T")

TIMEOUT = 20
"""Seconds for one call with its retries."""
REGION = "us-east-1"
MEDIA_TYPE = "image/{}"
REFUSALS = (PermissionDeniedError, UnauthenticatedError, FileNotFoundError)
"""Answers that say that nothing was done: of a wrong key, or a bucket that does not exist."""


class S3ObjectStore:
    """`ObjectStore` in a bucket: `s3://key:secret@bucket/folder?region=…&endpoint=…`.

    Without a key, obstore finds credentials as the tools of AWS do. Objects are private: the application serves them.
    """

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        endpoint = query.get("endpoint")
        given: dict[str, Any] = (
            {}
            if parts.username is None
            else {
                "access_key_id": unquote(parts.username),
                "secret_access_key": unquote(parts.password or ""),
            }
        )
        if endpoint is not None:
            given["endpoint"] = endpoint
        self._store = S3Store(
            parts.hostname or "",
            prefix=parts.path.strip("/") or None,
            region=query.get("region", REGION),
            client_options={"allow_http": (endpoint or "").startswith("http://"), "timeout": timedelta(seconds=10)},
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=TIMEOUT)},
            **given,
        )

    async def put(self, key: str, body: bytes) -> None:
        attributes = {"Content-Type": MEDIA_TYPE.format(key.rpartition(".")[2])}
        await _bounded(obstore.put_async(self._store, key, body, attributes=attributes))

    async def get(self, key: str) -> bytes | None:
        async def read() -> bytes | None:
            try:
                found = await obstore.get_async(self._store, key)
            except FileNotFoundError:  # obstore's own `NotFoundError` is never raised
                return None
            return bytes(await found.bytes_async())

        return await _bounded(read())

    async def delete(self, picture: UUID) -> None:
        async def delete() -> None:
            async for page in obstore.list(self._store, prefix=f"{picture}/"):
                await obstore.delete_async(self._store, [each["path"] for each in page])

        await _bounded(delete())

    async def list(self, after: str, limit: int) -> Sequence[StoredObject]:
        async def read() -> Sequence[StoredObject]:
            found: list[StoredObject] = []
            async for page in obstore.list(self._store, offset=after or None, chunk_size=limit):
                found += (StoredObject(each["path"], each["last_modified"]) for each in page)
                if len(found) >= limit:
                    break
            return sorted(found, key=lambda each: each.key)[:limit]

        return await _bounded(read())


async def _bounded(work: Awaitable[T]) -> T:
    """Await a call. Raises `StoreRefused`, and `StoreUnknown` if no answer says what was done."""
    try:
        async with asyncio.timeout(TIMEOUT):
            return await work
    except REFUSALS as error:
        raise StoreRefused from error
    except (BaseError, TimeoutError, OSError) as error:
        raise StoreUnknown from error
