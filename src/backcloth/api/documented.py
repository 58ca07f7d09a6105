"""What OpenAPI says of the routes: bodies, answers and errors."""

from __future__ import annotations

from typing import Any, Literal

from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

from backcloth.api.idempotency import DOCUMENTED as REPLAYED
from backcloth.api.idempotency import PARAMETER as IDEMPOTENCY_KEY
from backcloth.api.limits import DOCUMENTED as LIMITS
from backcloth.api.made_by import DOCUMENTED as ENGINE
from backcloth.api.standing import DOCUMENTED as STANDING
from backcloth.api.wire import ReplaceBackgroundBody
from backcloth.errors import (
    BackclothError,
    Cancelled,
    Conflict,
    DownloadFailed,
    Forbidden,
    ImageNotFound,
    InternalError,
    InvalidRequest,
    ModerationRefused,
    NotFound,
    SlowBody,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    UnsupportedMedia,
)


class ErrorObject(BaseModel):
    """What went wrong."""

    code: int = Field(description="The HTTP status.")
    message: str
    details: str


class ErrorBody(BaseModel):
    """The one error body."""

    error: ErrorObject
    request_id: str


class ResultObject(BaseModel):
    """A finished picture. `refined_prompt` is present for jobs with a prompt."""

    image_url: str
    seed: int
    refined_prompt: str = ""


class ResultBody(BaseModel):
    """A sync answer. `notes` is present when something asked for could not be honoured."""

    result: ResultObject
    request_id: str
    notes: list[str] = []


class AcceptedBody(BaseModel):
    """An accepted job."""

    request_id: str
    status_url: str


class StatusBody(BaseModel):
    """Where a job stands; only the keys that apply are present."""

    request_id: str
    status: Literal["IN_PROGRESS", "COMPLETED", "ERROR", "UNKNOWN"]
    result: ResultObject | None = None
    error: ErrorObject | None = None
    notes: list[str] = []


class NotFoundBody(BaseModel):
    """No such job."""

    status: Literal["NOT_FOUND"]


class PlacementObject(BaseModel):
    """How the subject was moved: pixels to the right and down, and what its size was multiplied by."""

    moved: list[int]
    scale: float


class NotesBody(BaseModel):
    """How a job was made. Absent keys do not apply (yet)."""

    request_id: str
    notes: list[str] = []
    cutout: str = ""
    segmenter: str = ""
    engine: str = ""
    scene: str = ""
    size: list[int] = []
    matte: dict[str, float] = {}
    placement: PlacementObject | None = None
    subject_pixels_changed: int = 0
    seconds: dict[str, float] = {}


def _errors(*classes: type[BackclothError]) -> dict[int | str, dict[str, Any]]:
    return {error.status: {"model": ErrorBody, "description": error.message} for error in classes}


_TOKEN_ERRORS = (Unauthenticated, Forbidden, TooManyRequests, InternalError, Unavailable)

_SUBMITTED = {**REPLAYED, **LIMITS}

REPLACE_BACKGROUND: dict[str, Any] = {
    "tags": ["image editing"],
    "response_model": None,
    "responses": {
        200: {
            "model": ResultBody,
            "description": "The result of a sync request.",
            "headers": {**ENGINE, **_SUBMITTED},
        },
        202: {"model": AcceptedBody, "description": "Accepted; ask the status URL.", "headers": _SUBMITTED},
        **_errors(
            InvalidRequest,
            ImageNotFound,
            Conflict,
            Cancelled,
            SlowBody,
            TooLarge,
            UnsupportedMedia,
            ModerationRefused,
            DownloadFailed,
            *_TOKEN_ERRORS,
        ),
    },
    "openapi_extra": {
        "parameters": [IDEMPOTENCY_KEY],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": ReplaceBackgroundBody.model_json_schema()}},
        },
    },
}

STATUS: dict[str, Any] = {
    "tags": ["status"],
    "response_model": None,
    "responses": {
        200: {
            "model": StatusBody,
            "description": "Where the job stands.",
            "headers": {**ENGINE, **STANDING, **LIMITS},
        },
        404: {"model": NotFoundBody, "description": "No such job."},
        **_errors(*_TOKEN_ERRORS),
    },
}

CANCEL: dict[str, Any] = {
    **STATUS,
    "responses": {
        **STATUS["responses"],
        200: {"model": StatusBody, "description": "How the job ended.", "headers": LIMITS},
        **_errors(Conflict),
    },
}

EVENTS: dict[str, Any] = {
    **STATUS,
    "responses": {
        **STATUS["responses"],
        200: {
            "content": {"text/event-stream": {}},
            "description": "Server-Sent Events: `progress` with status, stage, progress and queue_position, "
            "then `end` with the status body.",
            "headers": LIMITS,
        },
    },
}

NOTES: dict[str, Any] = {
    **STATUS,
    "responses": {**STATUS["responses"], 200: {"model": NotesBody, "description": "How it was made."}},
}

FILES: dict[str, Any] = {
    "tags": ["files"],
    "response_model": None,
    "responses": {
        200: {"content": {"image/png": {}}, "description": "The picture."},
        206: {"content": {"image/png": {}}, "description": "A range of it."},
        **_errors(NotFound),
        416: {"model": ErrorBody, "description": "No such range."},
    },
}

METRICS: dict[str, Any] = {
    "tags": ["operations"],
    "response_class": PlainTextResponse,
    "responses": {200: {"description": "The text format of Prometheus."}},
}
