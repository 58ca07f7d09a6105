"""Other people's collections of hostile input, where `CORPORA_DIR` names a folder that holds them.

Our own specimens stand in the other tests and always run; these folders are large and have other licences:
`json/test_parsing` (JSONTestSuite), `png` (the image-png crate's tests with PngSuite) and `exif`
(exif-orientation-examples). The strings of `strings/blns.json` join ours in tests/security/test_strings.py.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image, ImageOps

from backcloth.errors import BackclothError
from backcloth.imaging.decode import Photo, decode
from backcloth.imaging.decode_wire import Limits
from backcloth.imaging.decoder import Decoder
from harness.answers import finished, image, refusal
from harness.quick_cutout import quick_cutout
from harness.raw_http import SUBMIT
from harness.service_process import ServiceProcess

FOLDER = os.environ.get("CORPORA_DIR", "")
pytestmark = pytest.mark.skipif(not FOLDER, reason="CORPORA_DIR is not set: hostile corpora are NOT tested")

COLOUR = "#336699"
IMAGE_CODES = (400, 413, 415)
MOST_PIXELS = 50_000_000


def corpus(folder: str, pattern: str) -> list[Path]:
    """The files of one collection; an empty one is a mistake in the setup."""
    found = sorted((Path(FOLDER) / folder).rglob(pattern))
    assert found, f"{folder} is missing in CORPORA_DIR"
    return found


def submit(client: httpx.Client, content: bytes) -> httpx.Response:
    """Posts bytes as JSON."""
    return client.post(SUBMIT, content=content, headers={"content-type": "application/json"})


@pytest.fixture
def client(service: ServiceProcess) -> Any:
    """A client with the token."""
    with httpx.Client(base_url=service.url, headers={"api_token": service.token}, timeout=60) as opened:
        yield opened


@pytest.fixture(scope="module")
def sorter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a service that cuts out nothing: whatever can be decoded becomes a result."""
    folder = tmp_path_factory.mktemp("sorter")
    running = ServiceProcess(folder, quick_cutout(folder, everything=True)).start()
    with httpx.Client(base_url=running.url, headers={"api_token": running.token}, timeout=60) as opened:
        yield opened
    running.stop()


def test_json_that_must_be_refused_is_400(client: httpx.Client) -> None:
    """JSONTestSuite's `n_` files."""
    for path in corpus("json/test_parsing", "n_*.json"):
        details = refusal(submit(client, path.read_bytes()), 400)
        assert "not valid JSON" in details or "too many values" in details, path.name


def test_other_json_is_a_400_about_its_content(client: httpx.Client) -> None:
    """The `y_` files parse, and are no request; the `i_` files may be either."""
    for path in corpus("json/test_parsing", "y_*.json"):
        assert "not valid JSON" not in refusal(submit(client, path.read_bytes()), 400), path.name
    for path in corpus("json/test_parsing", "i_*.json"):
        refusal(submit(client, path.read_bytes()), 400)


def test_json_in_every_string_field_is_no_fault(client: httpx.Client) -> None:
    """What parses may hold anything; as a field's value it is refused or taken, and never a fault."""
    for path in corpus("json/test_parsing", "y_*.json"):
        value = path.read_text(encoding="utf-8")
        for field in ("image", "prompt", "seed", "ref_images"):
            answer = submit(client, f'{{"{field}": {value}}}'.encode())
            refusal(answer, 400)


def converted(client: httpx.Client, path: Path) -> httpx.Response:
    """One hex job at the file's own size."""
    body = {
        "image": base64.b64encode(path.read_bytes()).decode(),
        "prompt": COLOUR,
        "original_quality": True,
        "sync": True,
    }
    return client.post(SUBMIT, json=body)


def picture_folders() -> list[str]:
    """The collections that hold pictures, whichever were put there."""
    if not FOLDER:
        return []
    names = {path.relative_to(FOLDER).parts[0] for path in Path(FOLDER).rglob("*") if _is_picture(path)}
    return sorted(names)


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in (
        ".png",
        ".jpg",
        ".jpeg",
        ".webp",
        ".apng",
        ".gif",
        ".bmp",
        ".tif",
        ".tiff",
        ".ico",
    )


@pytest.mark.parametrize("folder", picture_folders())
def test_every_picture_is_a_picture_or_a_refusal(sorter: httpx.Client, folder: str) -> None:
    """Every depth, colour type and palette, animated, broken on purpose, in any format: never a fault."""
    paths = list(filter(_is_picture, corpus(folder, "*")))
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda path: _made(sorter, path), paths))
    print(f"{folder}: {len(paths)} files, {sum(made)} results")  # noqa: T201  # the report
    assert any(made)


def _made(client: httpx.Client, path: Path) -> bool:
    """Whether there was a result, which is judged; so is a refusal."""
    answer = converted(client, path)
    if answer.status_code != 200:
        refusal(answer, answer.status_code)
        assert answer.status_code in IMAGE_CODES, path.name
        return False
    with Image.open(path) as source:
        assert image(finished(answer)).size == ImageOps.exif_transpose(source).size, path.name
    return True


@pytest.mark.parametrize("folder", picture_folders())
@pytest.mark.filterwarnings("ignore::UserWarning")  # of broken files, by Pillow
def test_a_process_of_its_own_decodes_every_picture_alike(folder: str) -> None:
    """The pixels, or the refusal, are those that decoding in this process gives."""
    decoder = Decoder(Limits(MOST_PIXELS, 5, 1, 256 * 2**20, 32))
    for path in filter(_is_picture, corpus(folder, "*")):
        data = path.read_bytes()
        try:
            here: Photo | str = decode(data, parameter="image", max_pixels=MOST_PIXELS)
        except BackclothError as refused:
            here = refused.details
        try:
            there: Photo | str = decoder.decode(data, parameter="image")
        except BackclothError as refused:
            there = refused.details
        assert alike(here, there), path.name
    decoder.close()


def alike(one: Photo | str, other: Photo | str) -> bool:
    """Whether two outcomes are the same, to the bit."""
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    if one.alpha is None or other.alpha is None:
        return one.alpha is other.alpha and np.array_equal(one.picture, other.picture)
    return np.array_equal(one.picture, other.picture) and np.array_equal(one.alpha, other.alpha)


@pytest.mark.parametrize("shape", ["Landscape", "Portrait"])
def test_every_exif_orientation_comes_out_upright(client: httpx.Client, shape: str) -> None:
    """All of a set are the same photo, so all results have the same size and look alike where it was kept."""
    results = []
    for path in corpus("exif", f"{shape}_*.jpg"):
        answer = converted(client, path)
        if answer.status_code == 200:
            results.append(image(finished(answer)))
        else:
            refusal(answer, 400, "subject")
    assert len({result.size for result in results}) <= 1
    small = [np.asarray(result.resize((32, 32)), dtype=np.int16) for result in results]
    for other in small[1:]:
        assert np.abs(other - small[0]).mean() < 12
