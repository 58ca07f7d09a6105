"""`GET /files/…`: finished pictures, by signed URL, without a token."""

from __future__ import annotations

import asyncio
import re
import time
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse

from backcloth.api.context import Ctx
from backcloth.api.documented import FILES
from backcloth.errors import NotFound, RangeNotSatisfiable

router = APIRouter()

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@router.get("/files/{key:path}", **FILES)
@router.head("/files/{key:path}", include_in_schema=False)
async def file(
    key: str,
    request: Request,
    context: Ctx,
    exp: Annotated[str, Query()] = "",
    sig: Annotated[str, Query()] = "",
) -> Response:
    """A finished picture. A wrong signature, an expired one and a missing picture look the same."""
    if not context.signer.verify(key, exp, sig, time.time()):
        raise NotFound("There is no such picture, or its URL has expired.")
    size = await asyncio.to_thread(context.store.size, key)
    if size is None:
        raise NotFound("There is no such picture, or its URL has expired.")
    span = _span(request.headers.get("range", ""), size)
    start, end = span or (0, size)
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=3600, immutable",
        # Signed URLs are made to be shown on other sites' pages.
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Content-Disposition": f'inline; filename="{key.rpartition("/")[2]}"',
        "Content-Length": str(end - start),
    }
    if span:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    status = 206 if span else 200
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type="image/png")
    return StreamingResponse(
        context.store.stream(key, start, end), status_code=status, headers=headers, media_type="image/png"
    )


def _span(header: str, size: int) -> tuple[int, int] | None:
    """(start, end) of a single range, end excluded; None for the whole. Several ranges give the whole.

    Raises:
        RangeNotSatisfiable: the range starts behind the end.
    """
    wanted = _RANGE.fullmatch(header.strip())
    if not wanted or wanted.group(1) == wanted.group(2) == "":
        return None
    first, last = wanted.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < start:
            return None
    if start >= size or start == end:
        raise RangeNotSatisfiable(size)
    return start, end
