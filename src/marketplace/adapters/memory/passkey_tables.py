"""Tables of passkeys."""

from uuid import UUID

from marketplace.adapters.memory.tables import Table
from marketplace.core.domain.passkeys import Passkey, PasskeyChallenge


class PasskeyTables:
    """`registered` is by credential ID, `handles` by account, `challenges` by hash."""

    def __init__(self) -> None:
        self.registered: Table[bytes, Passkey] = Table("passkeys", lambda row: row.user_id)
        self.handles: Table[UUID, bytes] = Table("passkey_handles")
        self.challenges: Table[bytes, PasskeyChallenge] = Table("passkey_challenges")
