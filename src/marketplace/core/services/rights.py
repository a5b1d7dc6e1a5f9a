"""The current rights of a principal, from an account that is locked in the transaction they allow to write.

The principal of a request may have been cached before its rights were taken away, so it must not decide about effects.
Neither may its login, where the effect outlasts it: a request can be held open, by a slow body, until that has ended.
"""

from uuid import UUID

from marketplace.core.domain.principals import Principal
from marketplace.core.domain.users import User
from marketplace.core.ports.unit_of_work import Transaction
from marketplace.core.ports.users import UserDirectory


async def acquire_principal(tx: Transaction, principal: Principal) -> Principal:
    """Return the principal with current rights, which stay until the transaction ends. Raises `NotSignedIn`."""
    return (await tx.users.acquire_shared(principal.user_id)).current(principal)


async def acquire_own(tx: Transaction, principal: Principal) -> User:
    """Acquire the principal's account, to change what gives access to it.

    Raises `NotSignedIn`, also if the login ended since the request was authorized.
    """
    account = await tx.users.acquire(principal.user_id)
    account.current(principal)
    await tx.tokens.require_not_ended(principal.family_id)
    return account


async def acquire_staff(tx: Transaction, staff: Principal) -> Principal:
    """Acquire the principal, who must be staff. Raises `NotSignedIn`, `NotStaff`."""
    current = (await acquire_principal(tx, staff)).require_staff()
    await tx.tokens.require_not_ended(staff.family_id)
    return current


async def acquire_with_staff(
    tx: Transaction, staff: Principal, user_id: UUID, *, with_sessions: bool = False
) -> tuple[Principal, User]:
    """Acquire the staff member and the account that they change. Raises `NotFound`, `NotSignedIn`, `NotStaff`."""
    user, account = await tx.users.acquire_with_staff(user_id, staff.user_id, with_sessions=with_sessions)
    current = account.current(staff).require_staff()
    await tx.tokens.require_not_ended(staff.family_id)
    return current, user


async def require_still_staff(users: UserDirectory, staff: Principal) -> None:
    """Check, without a lock, that a principal is still staff, for long reads. Raises `NotSignedIn`, `NotStaff`."""
    (await users.get(staff.user_id)).current(staff).require_staff()
