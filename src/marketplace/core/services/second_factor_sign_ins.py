"""The second half of a sign-in, with a code."""

from marketplace.core.domain.audit import Change
from marketplace.core.domain.principals import UNKNOWN_ORIGIN, Origin
from marketplace.core.domain.tokens import SignedIn
from marketplace.core.domain.users import User
from marketplace.core.errors.second_factors import BadSecondFactor
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import UnitOfWork
from marketplace.core.ports.users import UserDirectory
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.retries import with_retries
from marketplace.core.services.second_factor_codes import SecondFactorCodes
from marketplace.core.services.sign_ins import SignIns


class SecondFactorSignIns:
    """Finishes sign-ins whose first factor was right."""

    def __init__(
        self,
        *,
        unit_of_work: UnitOfWork,
        users: UserDirectory,
        sign_ins: SignIns,
        codes: SecondFactorCodes,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._users = users
        self._sign_ins = sign_ins
        self._codes = codes
        self._audit = AuditWriter(unit_of_work, clock, ids)

    async def account_of(self, challenge: str) -> User:
        """Return whose the challenge is. Raises `BadChallenge`."""
        return await self._users.get(self._sign_ins.read(challenge).user_id)

    async def log_in(self, challenge: str, code: str, origin: Origin = UNKNOWN_ORIGIN) -> SignedIn:
        """Open the login of a challenge. Raises `BadChallenge`, and `BadSecondFactor` unless the code is right."""
        read = self._sign_ins.read(challenge)

        async def operation() -> SignedIn | None:
            async with self._unit_of_work() as tx:
                account = await tx.users.acquire(read.user_id)
                await self._sign_ins.require_open(tx, account, read)
                if not await self._codes.use(tx, account, code, origin):
                    return None
                return await self._sign_ins.finish(tx, account, read, origin)

        login = await with_retries(operation)
        if login is None:
            change: Change = ({}, {"code": BadSecondFactor.code})
            await self._audit.write_alone(origin, "sign_in_refused", ("user", read.user_id), change)
            raise BadSecondFactor
        return login
