"""Every failure Backcloth tells a caller about, as one tree. The class decides the status.

    BackclothError
    ├── InvalidRequest        400  a missing, malformed or contradictory field
    │   └── NoSubject         400  no subject was found in `image`
    ├── Unauthenticated       401  no token, or an unknown one
    ├── Forbidden             403  the token was revoked, or the month's quota is used up
    ├── NotFound              404  no such route, job or file
    │   └── ImageNotFound     404  the URL of a picture answers 404 or 410
    ├── MethodNotAllowed      405
    ├── SlowBody              408  the body did not arrive in time
    ├── Conflict              409  contradicts what was asked before, or what has happened
    ├── Cancelled             410  the caller took the job back
    ├── TooLarge              413  body, file or picture over its cap
    ├── UnsupportedMedia      415  not JPEG, PNG or WEBP by content; body not JSON
    ├── RangeNotSatisfiable   416  a byte range behind the end of a picture
    ├── ModerationRefused     422  a moderation check refused a parameter
    ├── PromptNotUnderstood   422  the scene engine cannot draw what `prompt` asks for
    ├── TooManyRequests       429  over the rate limit
    ├── DownloadFailed        460  a picture's URL could not be fetched for any other reason
    ├── InternalError         500  our fault; details stay in the log
    └── Unavailable           503  full, draining, or an enabled check cannot run
        └── EngineDown        503  a scene engine could not begin

`details` is for the caller and never holds a secret, an address or a stack trace. What operators need
goes into the exception's cause and so into the log.
"""

from __future__ import annotations

from typing import ClassVar


class BackclothError(Exception):
    """A failure with a status and a sentence for the caller.

    Args:
        details: One or two sentences for the caller, naming the field where there is one.
        retry_after: Whole seconds after which a retry makes sense, for the `Retry-After` header.
    """

    status: ClassVar[int] = 500
    message: ClassVar[str] = "Internal server error"

    def __init__(self, details: str, *, retry_after: int | None = None) -> None:
        super().__init__(details)
        self.details = details
        self.retry_after = retry_after

    @property
    def headers(self) -> dict[str, str]:
        """Headers that belong to the answer."""
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}


class InvalidRequest(BackclothError):
    """A field is missing, malformed or contradicts another."""

    status = 400
    message = "Invalid request"


class NoSubject(InvalidRequest):
    """The cut-out found nothing that stands out from the background."""

    message = "No subject found"


class Unauthenticated(BackclothError):
    """The `api_token` header is missing or unknown."""

    status = 401
    message = "Unauthorized"


class Forbidden(BackclothError):
    """The token is known and was revoked, or its organisation's quota is used up."""

    status = 403
    message = "Forbidden"


class NotFound(BackclothError):
    """No such route, job or file; also the answer for someone else's."""

    status = 404
    message = "Not found"


class ImageNotFound(NotFound):
    """The server behind a picture's URL answers 404 or 410."""

    message = "Image not found"


class MethodNotAllowed(BackclothError):
    """The route exists and does not answer this method."""

    status = 405
    message = "Method not allowed"


class SlowBody(BackclothError):
    """The request body did not arrive within its time limit."""

    status = 408
    message = "Request timeout"


class Conflict(BackclothError):
    """The request contradicts an earlier one, or comes too late."""

    status = 409
    message = "Conflict"


class Cancelled(BackclothError):
    """The job was taken back before it was done: what the status and a sync answer then say."""

    status = 410
    message = "Cancelled"

    def __init__(self) -> None:
        super().__init__("The job was cancelled on request.")


class TooLarge(BackclothError):
    """A body, a file or a picture is over its cap."""

    status = 413
    message = "Payload too large"


class UnsupportedMedia(BackclothError):
    """The bytes are not JPEG, PNG or WEBP, or the body is not JSON."""

    status = 415
    message = "Unsupported media type"


class RangeNotSatisfiable(BackclothError):
    """The byte range asked for lies behind the end of the picture.

    Args:
        size: Bytes of the picture.
    """

    status = 416
    message = "Range not satisfiable"

    def __init__(self, size: int) -> None:
        super().__init__(f"The picture has {size} bytes.")
        self._size = size

    @property
    def headers(self) -> dict[str, str]:
        """RFC 9110 §15.5.17: how long the picture is."""
        return {"Content-Range": f"bytes */{self._size}"}


class ModerationRefused(BackclothError):
    """A moderation check refused the parameter that `details` names.

    Args:
        parameter: The request's field, or `result`.
        category: What it was refused for, as callers are told.
    """

    status = 422
    message = "Content moderation failed"

    def __init__(self, details: str, *, parameter: str, category: str) -> None:
        super().__init__(details)
        self.parameter = parameter
        self.category = category


class PromptNotUnderstood(BackclothError):
    """The scene engine cannot draw what `prompt` asks for, and the operator wants no stand-in."""

    status = 422
    message = "Prompt not understood"


class TooManyRequests(BackclothError):
    """Over the rate limit."""

    status = 429
    message = "Too many requests"


class DownloadFailed(BackclothError):
    """A picture's URL could not be fetched. 460 is the contract's own number."""

    status = 460
    message = "Failed to download image"


class InternalError(BackclothError):
    """A fault of ours. The details given to the caller are neutral."""


class Unavailable(BackclothError):
    """The service is full or draining, or an enabled check cannot run."""

    status = 503
    message = "Service unavailable"


class EngineDown(Unavailable):
    """A scene engine could not begin, so that nothing was done or paid for: another one may be asked."""


def one_line(problem: Exception) -> str:
    """What went wrong, without the lines that libraries add for developers."""
    return str(problem).splitlines()[0] if str(problem) else type(problem).__name__
