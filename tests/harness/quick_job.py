"""The cheapest real job, for tests whose subject is not the cut-out; and other organisations to run it."""

from __future__ import annotations

import base64
import io
from typing import Any

from PIL import Image

from backcloth.accounts.tokens import Tokens
from backcloth.storage.database import open_database
from harness.pictures import subject_picture
from harness.service_process import ServiceProcess

SIZE = (96, 72)


def quick_picture() -> bytes:
    """A PNG that brings its own cut-out, so that no segmenter has to run."""
    picture = subject_picture(*SIZE)
    picture.putalpha(Image.radial_gradient("L").resize(SIZE).point(lambda level: 255 if level < 100 else 0))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def quick_job(**fields: Any) -> dict[str, Any]:
    """The picture on one colour at its own size, changed by `fields`."""
    picture = base64.b64encode(quick_picture()).decode()
    return {"image": picture, "prompt": "#336699", "original_quality": True, **fields}


def token_of(service: ServiceProcess, organisation: str) -> str:
    """A new token of an organisation, made in the service's database beside the running service."""
    own = f"sqlite:///{(service.data_dir / 'data' / 'backcloth.db').resolve()}"
    engine = open_database(service.environment.get("BACKCLOTH_DATABASE_URL", own))
    try:
        return Tokens(engine).create(organisation).secret
    finally:
        engine.dispose()
