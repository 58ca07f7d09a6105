"""Who is asking: the `api_token` header, or a bearer token."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import APIKeyHeader

from backcloth.accounts.tokens import Principal
from backcloth.api.context import Ctx
from backcloth.errors import Unauthenticated

_scheme = APIKeyHeader(
    name="api_token",
    auto_error=False,
    description="An API token of your organisation. `Authorization: Bearer` works too.",
)


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated caller. `token` is kept only for the length of the request."""

    principal: Principal
    token: str

    @property
    def organisation(self) -> str:
        """Whose jobs the caller may see."""
        return self.principal.organisation


async def _caller(request: Request, context: Ctx, header: Annotated[str | None, Depends(_scheme)]) -> Caller:
    token = header or _bearer(request.headers.get("authorization", ""))
    if not token:
        raise Unauthenticated("The api_token header is missing.")
    address = request.client.host if request.client else ""
    context.failures.admit(address, token)
    try:
        principal = await asyncio.to_thread(context.tokens.authenticate, token)
    except Unauthenticated:
        context.failures.failed(address)
        raise
    return Caller(principal, token)


def _bearer(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


Authenticated = Annotated[Caller, Depends(_caller)]
