"""What stands for an e-mail address where its text is not kept."""

from hashlib import sha256

from marketplace.core.domain.users import fold


def address_digest(email: str) -> bytes:
    """Return the digest of an address, compared folded."""
    return sha256(fold(email).encode()).digest()
