"""What leaves says how it was made, signed by the operator, and nothing of where its inputs came from."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from backcloth.domain.background import Solid
from backcloth.domain.colour import Colour
from backcloth.domain.request import Checks, ReplaceBackground, Stored
from backcloth.errors import Unavailable
from backcloth.imaging.credentials import Credentials
from backcloth.pipeline.run import remove_background, replace_background
from harness.answers import finished, image_file
from harness.command import backcloth
from harness.credentials import Signer, make_signer, validated
from harness.fakes import engines_around
from harness.images_server import KEY, MODEL, ImagesServer
from harness.marked import marked_jpeg, marked_png, marked_webp, marks, png_chunks
from harness.naughty import HARD
from harness.plain import PLAIN
from harness.quick_cutout import quick_cutout
from harness.quick_job import quick_job, quick_picture
from harness.service_process import ServiceProcess, free_port

VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"
COMPOSITE = VOCABULARY + "composite"
INPAINTED = VOCABULARY + "compositeWithTrainedAlgorithmicMedia"
ALTERED = VOCABULARY + "algorithmicallyEnhanced"

PAINTED = """
[engines.painter]
kind = "remote"
flavour = "vllm-omni"
model = "{model}"
base_urls = ["{url}"]
api_key_env = "PAINTER_KEY"
check = false
least_area = 4096

[[route]]
modes = ["base"]
references = false
engines = ["painter"]

[[route]]
references = true
engines = ["reference"]

[[route]]
references = false
engines = ["studio"]
"""

INPUTS = {"JPEG": marked_jpeg(), "PNG": marked_png(), "WEBP": marked_webp()}
CORNERS = {
    "JPEG": {"comment", "iptc", "segment", "tail", "thumbnail"},
    "PNG": {"keyword", "private", "tail", "text", "zipped"},
    "WEBP": set[str](),
}
"""What has a mark in one format alone; in all of them EXIF, XMP and the profile have theirs."""

COMMON = {"artist", "copyright", "make", "model", "bodyserialnumber", "lensserialnumber", "cameraownername"}
COMMON |= {"makernote", "usercomment", "gps", "icc", "xmp"}

ONLY_HARD = pytest.mark.skipif(not HARD, reason="`make test-hard` starts one more command here")

CHUNKS = {b"IHDR", b"sRGB", b"iTXt", b"caBX", b"IDAT", b"IEND"}


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    """The operator's files."""
    return make_signer(tmp_path_factory.mktemp("signer"))


@pytest.fixture(scope="module")
def signing(signer: Signer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """A service that signs, and has prompts in the mode `base` painted by a model elsewhere."""
    folder = tmp_path_factory.mktemp("signing")
    with ImagesServer() as painter:
        path = folder / "engines.toml"
        path.write_text(PAINTED.format(model=MODEL, url=painter.url))
        settings = {
            "BACKCLOTH_ENGINES": str(path),
            "PAINTER_KEY": KEY,
            **signer.settings,
            **quick_cutout(folder),
        }
        running = ServiceProcess(folder, environment=settings).start()
        yield running
        running.kill()


def text(data: bytes) -> str:
    """As a request carries a file."""
    return base64.b64encode(data).decode()


def pixels(png: bytes) -> npt.NDArray[np.uint8]:
    """The file's pixels."""
    return np.asarray(Image.open(io.BytesIO(png)))


def packet(png: bytes) -> str:
    """The file's XMP."""
    found = Image.open(io.BytesIO(png)).info["XML:com.adobe.xmp"]
    assert isinstance(found, str)
    return found


BACKGROUNDS: dict[str, tuple[dict[str, Any], str]] = {
    "colour": ({"prompt": "#336699"}, COMPOSITE),
    "studio": ({"prompt": "on a wooden table"}, COMPOSITE),
    "references": ({"prompt": None, "ref_images": [text(quick_picture())]}, COMPOSITE),
    "model": ({"prompt": "on a wooden table", "mode": "base"}, INPAINTED),
}


@pytest.mark.parametrize("kind", BACKGROUNDS)
def test_a_result_says_what_made_it_and_who_signed(
    signing: ServiceProcess, signer: Signer, kind: str
) -> None:
    """In its XMP, in credentials that a reader trusts, and in the job's notes, all the same."""
    fields, term = BACKGROUNDS[kind]
    answer = signing.post(quick_job(**fields, sync=True))
    png = image_file(finished(answer))
    assert f'DigitalSourceType="{term}"' in packet(png)
    verdict, manifest = validated(png, signer.root)
    assert verdict == "Trusted"
    (actions,) = (each["data"]["actions"] for each in manifest["assertions"] if "actions" in each["label"])
    assert actions[-1]["digitalSourceType"] == term
    notes = httpx.get(
        f"{signing.url}/v2/status/{answer.json()['request_id']}/notes", headers={"api_token": signing.token}
    ).json()
    assert notes["digital_source_type"] == term
    assert notes["signed"] is True


def test_signing_changes_no_pixel_of_the_same_request(signing: ServiceProcess) -> None:
    """The files differ, by their signatures; the pixels and the packet do not."""
    body = quick_job(prompt="on a wooden table", seed=7, sync=True)
    first, second = (image_file(finished(signing.post(body))) for _ in range(2))
    assert first != second
    assert len(first) == len(second)
    assert packet(first) == packet(second)
    assert np.array_equal(pixels(first), pixels(second))


@pytest.mark.parametrize("kind", INPUTS)
def test_the_marks_are_where_they_should_be(kind: str) -> None:
    """The search finds what was planted: without this the next tests could not fail."""
    assert marks(INPUTS[kind]) == {f"PLANTED-{name}" for name in COMMON | CORNERS[kind]}


@pytest.mark.parametrize(("photo", "reference"), [("JPEG", "PNG"), ("PNG", "WEBP"), ("WEBP", "JPEG")])
def test_nothing_of_the_inputs_leaves_but_their_pixels(
    signing: ServiceProcess, photo: str, reference: str
) -> None:
    """No place, serial number, name, comment or thumbnail is in result, notes, log or data folder."""
    for more in ({"prompt": "#336699"}, {"ref_images": [text(INPUTS[reference])]}):
        answer = signing.post({"image": text(INPUTS[photo]), "original_quality": True, "sync": True, **more})
        png = image_file(finished(answer))
        assert marks(png) == set()
        assert {kind for kind, _ in png_chunks(png)} == CHUNKS
        request_id = answer.json()["request_id"]
        for path in ("", "/notes"):
            url = f"{signing.url}/v2/status/{request_id}{path}"
            assert marks(httpx.get(url, headers={"api_token": signing.token}, verify=PLAIN).content) == set()
    assert marks(signing.log.encode()) == set()
    for kept in (signing.data_dir / "data").rglob("*"):
        assert not kept.is_file() or marks(kept.read_bytes()) == set(), kept


@pytest.mark.parametrize(
    ("command", "term"),
    [
        (("cutout",), ALTERED),
        pytest.param(("replace", "--color", "#336699"), COMPOSITE, marks=ONLY_HARD),
    ],
)
def test_the_command_line_writes_the_same_kind_of_file(
    command: tuple[str, ...], term: str, tmp_path: Path, signer: Signer
) -> None:
    """Signed, with the term that fits, and without the photo's metadata."""
    photo, out = tmp_path / "in.webp", tmp_path / "out.png"
    photo.write_bytes(INPUTS["WEBP"])
    name, *options = command
    settings = {**quick_cutout(tmp_path), **signer.settings}
    done = backcloth(name, str(photo), "-o", str(out), "--json", *options, **settings)
    assert done.returncode == 0, done.stderr
    png = out.read_bytes()
    assert f'DigitalSourceType="{term}"' in packet(png)
    assert validated(png, signer.root)[0] == "Trusted"
    assert marks(png + done.stdout.encode() + done.stderr.encode()) == set()
    assert {kind for kind, _ in png_chunks(png)} == CHUNKS


def test_a_result_that_cannot_be_signed_is_not_handed_out(signer: Signer) -> None:
    """An authority that was asked for and does not answer is a 503, never an unsigned picture."""
    away = f"http://127.0.0.1:{free_port()}/"
    engines = replace(
        engines_around(lambda height, width: np.ones((height, width), np.float32)),
        credentials=Credentials(signer.certificates, signer.key, away),
    )
    engines.store.put("image", quick_picture())
    image = Stored("image")
    with pytest.raises(Unavailable):
        remove_background(image, engines, original_quality=True, force=False)
    checks = Checks(prompt=False, visual_input=False, visual_output=False)
    request = ReplaceBackground(image=image, background=Solid(Colour(1, 2, 3)), seed=1, checks=checks)
    with pytest.raises(Unavailable):
        replace_background("job", request, engines)


@pytest.mark.parametrize("command", [pytest.param("serve", marks=ONLY_HARD), "cutout"])
def test_a_wrong_key_stops_every_command_with_a_sentence(
    command: str, tmp_path: Path, signer: Signer
) -> None:
    """Before anything could leave unsigned."""
    photo = tmp_path / "in.webp"
    photo.write_bytes(INPUTS["WEBP"])
    arguments = {
        "serve": ("serve", "--port", "0", "--data-dir", str(tmp_path / "data")),
        "cutout": ("cutout", str(photo), "-o", str(tmp_path / "out.png")),
    }
    settings = {**signer.settings, "BACKCLOTH_PROVENANCE_KEY": str(photo), "BACKCLOTH_CUTOUT_PRESET": "floor"}
    done = backcloth(*arguments[command], **settings)
    assert done.returncode == 1
    assert f"{photo} is not a private key" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out.png").exists()
