"""An authenticated caller whose request was counted, for the routes that have a limit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request

from backcloth.api.auth import Authenticated, Caller
from backcloth.api.context import Ctx
from backcloth.api.limits import Endpoint, refusal


def _counted(endpoint: Endpoint) -> Callable[..., Awaitable[Caller]]:
    async def count(request: Request, context: Ctx, caller: Authenticated) -> Caller:
        allowance = await asyncio.to_thread(context.limits.hit, endpoint, caller.organisation)
        if allowance:
            # Whatever the answer becomes, it says what is left.
            request.state.headers.update(allowance.headers)
            if not allowance.granted:
                raise refusal(endpoint, allowance)
        return caller

    return count


Submitting = Annotated[Caller, Depends(_counted("submit"))]
Asking = Annotated[Caller, Depends(_counted("status"))]
