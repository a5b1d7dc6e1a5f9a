"""Changes of how a person signs in, of which they are told by mail."""

from typing import Literal

SecurityChange = Literal[
    "identity_connected",
    "identity_disconnected",
    "passkey_added",
    "passkey_removed",
    "passkey_copied",
    "second_factor_enabled",
    "second_factor_disabled",
    "second_factor_removed",
    "recovery_codes_renewed",
    "recovery_code_used",
    "signed_out_by_staff",
]
"""Stored as the beginning of a message's subject: never rename one."""


def change_of(subject: str) -> str:
    """Return the change in the subject of a message, which ends with an ID that makes it unique."""
    return subject.partition(":")[0]
