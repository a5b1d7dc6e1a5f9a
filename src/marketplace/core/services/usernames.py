"""Usernames: none looks like another's, and a given-up one stays reserved."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from marketplace.core.domain.derived_usernames import derived_username, derived_usernames
from marketplace.core.domain.fields import require
from marketplace.core.domain.users import RESERVED_USERNAME, User, username_keys
from marketplace.core.errors import FieldErrors, UsernameTaken
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.security import Confusables
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.retries import with_retries

MIXED_SCRIPTS = "Use letters of one script, such as only Latin or only Cyrillic."
ONLY_DOTS = "Use a letter or digit, too."
LOOKS_TAKEN = "This username is taken, or looks like one that is or was until recently."
ACCOUNTS_PER_TRANSACTION = 200
TRANSACTIONS_PER_JOB = 50
"""Transactions per job. A long job would delay the shutdown of its worker."""
PAUSE = timedelta(seconds=1)
DAY = timedelta(days=1)


class UsernameService:
    """Claims to usernames."""

    def __init__(self, *, unit_of_work: UnitOfWork, confusables: Confusables, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._confusables = confusables
        self._clock = clock

    def validate(self, username: str) -> FieldErrors:
        """Validate the scripts of a new username, and that its page has an address. Stored ones stay valid."""
        if not username.strip("."):  # browsers take `/creators/..` for `/`
            return {"username": [ONLY_DOTS]}
        return {"username": [MIXED_SCRIPTS]} if self._confusables.mixes_scripts(username) else {}

    def derived(self, first_name: str, last_name: str, user_id: UUID) -> tuple[str, ...]:
        """Return usernames to try in order, for an account whose person chose none."""
        return derived_usernames(first_name, last_name, user_id, self._is_allowed)

    def derived_from(self, first_name: str, last_name: str) -> str | None:
        """Return the names as a username, without a number; `None` if they spell none."""
        return derived_username(first_name, last_name, self._is_allowed)

    def _is_allowed(self, username: str) -> bool:
        return not self.validate(username)

    async def claim(self, tx: Transaction, user: User, before: User | None = None) -> None:
        """Claim the username of an account that was just saved, if it is new, and release its previous one.

        Raises `Invalid`, `UsernameTaken`.
        """
        old = "" if before is None else before.username
        if user.username == old:
            return
        require(self.validate(user.username))
        now, keys = self._clock.now(), self._keys(user.username)
        try:
            await tx.usernames.claim(user, keys, now - RESERVED_USERNAME)
        except UsernameTaken:
            raise UsernameTaken(LOOKS_TAKEN) from None
        if old:
            await tx.usernames.release(user.id, self._keys(old) - keys, now)

    async def begin(self) -> None:
        """Enqueue `claim_all` now; it then repeats daily."""
        await self._claim_all_at(self._clock.now())

    async def claim_all(self, _: UUID | None = None) -> None:
        """Claim the usernames of accounts that an older release created or renamed, and release their former ones.

        The handler of `claim_usernames`: works up to a limit per job, and enqueues the next job: the rest, or
        tomorrow's. Where accounts look alike already, each keeps its name, and the oldest has the claim.
        """
        now, after = self._clock.now(), None
        for _transaction in range(TRANSACTIONS_PER_JOB):
            after = await with_retries(partial(self._claim_some, after))
            if after is None:
                await self._claim_all_at(now.replace(hour=0, minute=0, second=0, microsecond=0) + DAY)
                return
        # not at `now`, which may be this job's own time: chores are unique per time
        await self._claim_all_at(now + PAUSE)

    async def _claim_some(self, after: UUID | None) -> UUID | None:
        """Claim a batch of usernames, and return the last account's ID, or `None` if it was the last batch."""
        async with self._unit_of_work() as tx:
            users = await tx.usernames.acquire_without(after, ACCOUNTS_PER_TRANSACTION)
            present = [(key, user) for user in users for key in self._keys(user.username)]
            owners: dict[str, User] = {}
            for key, user in present:
                owners.setdefault(key, user)
            await tx.usernames.claim_free(owners)
            await tx.usernames.release_others([(key, user.id) for key, user in present], self._clock.now())
        return users[-1].id if len(users) == ACCOUNTS_PER_TRANSACTION else None

    async def _claim_all_at(self, run_at: datetime) -> None:
        async with self._unit_of_work() as tx:
            await tx.jobs.enqueue(Job(kind="claim_usernames", subject=None, run_at=run_at))

    def _keys(self, username: str) -> frozenset[str]:
        return username_keys(username, self._confusables.skeleton)
