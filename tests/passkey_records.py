"""Stored passkeys."""

from secrets import token_bytes
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from builders import stored_user
from fakes import NOW
from marketplace.core.domain.passkeys import Passkey, new_handle
from marketplace.core.ports.storage import Storage


def a_passkey(user_id: UUID, **changes: Any) -> Passkey:
    values: dict[str, Any] = {
        "id": uuid7(),
        "user_id": user_id,
        "credential_id": token_bytes(32),
        "public_key": token_bytes(77),
        "sign_count": 0,
        "is_backup_eligible": True,
        "is_backed_up": False,
        "name": "Firefox on Linux",
        "transports": ("internal", "hybrid"),
        "created_at": NOW,
    }
    return Passkey(**values | changes)


async def stored_passkey(storage: Storage, user_id: UUID | None = None, **changes: Any) -> Passkey:
    passkey = a_passkey(user_id or (await stored_user(storage)).id, **changes)
    async with storage.unit_of_work() as tx:
        await tx.users.acquire(passkey.user_id)
        await tx.passkeys.handle_of(passkey.user_id, new_handle())
        await tx.passkeys.add(passkey)
    return passkey
