"""`/` and `/docs`: the try-it page and the API reference, which may load nothing from elsewhere."""

from __future__ import annotations

import asyncio
from importlib.resources import files

from fastapi import APIRouter
from fastapi.responses import Response

from backcloth.api.context import Ctx
from backcloth.errors import NotFound

router = APIRouter(include_in_schema=False)

_TYPES = {
    "app.js": "text/javascript",
    "docs.js": "text/javascript",
    "style.css": "text/css",
    "favicon.svg": "image/svg+xml",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'{results} blob: data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@router.get("/")
async def page(context: Ctx) -> Response:
    """The page. It shows results from wherever their URLs lead, which may be a bucket."""
    origin = await asyncio.to_thread(lambda: context.links.origin)
    return _asset("index.html", "text/html", results=f" {origin}")


@router.get("/docs")
async def reference() -> Response:
    """The API reference. Its library comes with the service, because some users may not talk to others'."""
    return _asset("docs.html", "text/html")


@router.get("/web/{name}")
async def asset(name: str) -> Response:
    """The pages' scripts and style."""
    if name not in _TYPES:
        raise NotFound("There is no such route.")
    return _asset(name, _TYPES[name])


def _asset(name: str, media_type: str, *, results: str = "") -> Response:
    content = files("backcloth.web").joinpath(name).read_bytes()
    headers = {"Content-Security-Policy": _POLICY.format(results=results), "Cache-Control": "no-cache"}
    return Response(content, media_type=media_type, headers=headers)
