"""Common passwords, for forms that rate a password while it is typed."""

from typing import Any

from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get

from marketplace.core.services.users import UserService
from marketplace.http.answers import Ask, json_answer
from marketplace.http.kept import KeptAnswers, PublicAnswer
from marketplace.http.public_answers import public_answer
from marketplace.http.security.authorization import Access, opt

CACHE_CONTROL = "public, max-age=86400"


class CommonPasswordController(Controller):
    """The list that new passwords are compared with. Not under `/api/auth`, whose answers a proxy does not compress."""

    path = "/api/common-passwords"
    tags = ["accounts"]  # noqa: RUF012 - Litestar reads a plain list

    @get("/", operation_id="list_common_passwords", summary="List common passwords", opt=opt(Access.PUBLIC))
    async def list_all(
        self, request: Request[Any, Any, Any], users: FromDishka[UserService], kept: FromDishka[KeptAnswers]
    ) -> Response[list[str]]:
        """Passwords that are long enough but refused as too common, in lower case and sorted. About 50 kB."""

        async def read() -> PublicAnswer:
            return PublicAnswer(json_answer(users.common_passwords(), headers={"Cache-Control": CACHE_CONTROL}))

        return (await public_answer(Ask(request.scope), kept, read)).response()
