"""Which other sites' pages may call the API from a browser; none, unless the operator names them."""

from __future__ import annotations

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp

from backcloth.api.idempotency import HEADER as IDEMPOTENCY_KEY
from backcloth.api.idempotency import REPLAYED
from backcloth.api.limits import HEADERS as LIMIT_HEADERS
from backcloth.api.made_by import HEADER as MADE_BY
from backcloth.api.standing import HEADERS as STANDING_HEADERS
from backcloth.errors import InvalidRequest


class Cors(CORSMiddleware):
    """Starlette's middleware with what this API has, and a refused preflight in the one error body.

    No cookie means anything here, so credentials are never allowed: a page needs a token of its own.

    Args:
        app: The application.
        origins: Origins whose pages may call it; `*` is every one.
    """

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=("GET", "HEAD", "POST", "DELETE"),
            allow_headers=("api_token", "Authorization", "Content-Type", "Range", IDEMPOTENCY_KEY),
            expose_headers=(
                *("X-Request-Id", MADE_BY, "Retry-After", "Content-Range", REPLAYED),
                *LIMIT_HEADERS,
                *STANDING_HEADERS,
            ),
        )

    def preflight_response(self, request_headers: Headers) -> Response:
        """Whether a browser may send a request that it asks about.

        Raises:
            InvalidRequest: it may not.
        """
        response = super().preflight_response(request_headers)
        if response.status_code >= 400:
            raise InvalidRequest("Pages of this origin may not send such a request.")
        return response
