"""People with two-step sign-in, and what they send."""

from datetime import timedelta
from typing import Any

import pyotp
from httpx import Response

from builders import PASSWORD, stored_second_factor, stored_user
from http_api import KEYS, Api, Person, problem
from marketplace.core.domain.users import User

A_NEW_PASSWORD = "a staple of batteries"
WRONG = "000000"
PASSWORD_CHANGE = {"current_password": PASSWORD, "new_password": A_NEW_PASSWORD}
LONG_AGO = timedelta(minutes=10, seconds=1)
"""After it, a proof no longer counts."""


def code_of(api: Api, secret: str, *, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(api.clock.now() + timedelta(seconds=30 * steps))


async def log_in(api: Api, user: User, password: str = PASSWORD) -> Response:
    return await api.visitor.post("/api/auth/login/", {"email": user.email, "password": password})


async def challenge_of(api: Api, user: User) -> str:
    return str(problem(await log_in(api, user), 401, "second_factor_required")["challenge"])


async def finish(api: Api, challenge: str, code: str, **more: Any) -> Response:
    return await api.visitor.post("/api/auth/login/second-factor/", {"challenge": challenge, "code": code, **more})


async def a_person_with_codes(api: Api, **changes: Any) -> tuple[User, str]:
    user = await stored_user(api.storage, **changes)
    return user, await stored_second_factor(api.storage, user, KEYS)


async def signed_in_with(api: Api, user: User, code: str) -> Person:
    answer = await finish(api, await challenge_of(api, user), code)
    assert answer.status_code == 200, answer.text
    return Person(api.client, answer.json()["access"], answer.json()["refresh"], user)
