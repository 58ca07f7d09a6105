"""The command line as an operator uses it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from harness import command
from harness.pictures import encoded, subject_picture
from harness.service_process import Launch, ServiceProcess


def backcloth(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the command on the packaged weights."""
    return command.backcloth(*arguments, **{"BACKCLOTH_CUTOUT_PRESET": "floor", **environment})


@pytest.fixture
def photo_file(tmp_path: Path) -> Path:
    """A photo in a file."""
    path = tmp_path / "in.png"
    path.write_bytes(encoded(subject_picture()))
    return path


def test_replace_writes_the_picture_and_reports_it(tmp_path: Path, photo_file: Path) -> None:
    """A flat colour behind the subject, at the photo's size, with the facts as JSON."""
    out = tmp_path / "out.png"
    done = backcloth(
        "replace", str(photo_file), "-o", str(out), "--color", "#00ff00", "--original-quality", "--json"
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["subject_pixels_changed"] == 0
    with Image.open(out) as image:
        picture = np.asarray(image)
    assert picture.shape == (240, 320, 3)
    assert (picture[2, 2] == (0, 255, 0)).all()


def test_replace_places_the_subject_and_casts_its_shadow(tmp_path: Path, photo_file: Path) -> None:
    """Smaller, in the middle, with a shadow on the colour; the report says how it was scaled."""
    out = tmp_path / "out.png"
    options = ("--color", "#dddddd", "--original-quality", "--json", "--seed", "3")
    placed = ("--placement", "ground", "--padding", "0.2", "--shadow", "hard")
    done = backcloth("replace", str(photo_file), "-o", str(out), *options, *placed)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["placement"]["scale"] < 1
    with Image.open(out) as image:
        picture = np.asarray(image)
    assert picture.shape == (240, 320, 3)
    assert (picture[:40] == 0xDD).all()
    assert (picture[194:200, 120:200] < 0xDD - 30).any()


def test_replace_with_a_reference(tmp_path: Path, photo_file: Path) -> None:
    """A reference picture becomes the background."""
    reference = tmp_path / "ref.png"
    Image.new("RGB", (400, 300), "#204060").save(reference)
    out = tmp_path / "out.png"
    done = backcloth("replace", str(photo_file), "-o", str(out), "--ref", str(reference), "--seed", "3")
    assert done.returncode == 0, done.stderr
    with Image.open(out) as picture:
        assert picture.width > 1000


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "exactly one of"),
        (["--prompt", "a beach", "--color", "#fff"], "exactly one of"),
        (["--color", "bluish"], "--color"),
        (["--color", "#fff", "--placement", "bottom"], "--placement"),
        (["--color", "#fff", "--padding", "0.5"], "--padding"),
        (["--color", "#fff", "--shadow", "long"], "--shadow"),
    ],
)
def test_replace_refuses_what_makes_no_sense(
    tmp_path: Path, photo_file: Path, arguments: list[str], says: str
) -> None:
    """Wrong options end with 2 and a sentence, not with a traceback."""
    done = backcloth("replace", str(photo_file), "-o", str(tmp_path / "out.png"), *arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_replace_draws_a_scene_written_by_hand(tmp_path: Path, photo_file: Path) -> None:
    """The spec in the report is the one in the file, and the picture is that of the report's spec."""
    scene, out = tmp_path / "scene.toml", tmp_path / "out.png"
    scene.write_text('setting = "podium"\nbackdrop_colour = "#c9d2bf"\nshadow = "none"\n')
    done = backcloth("replace", str(photo_file), "-o", str(out), "--scene", str(scene), "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["spec"] == {"setting": "podium", "backdrop_colour": "#C9D2BF", "shadow": "none"}
    assert report["scene"].startswith("A podium")
    assert report["refined_prompt"] is None
    assert out.is_file()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot read"),
        ("setting = ", "the file is no TOML"),
        ('setting = "moon"', "setting knows no 'moon'"),
        ('setting = "table"\ndragon = true', "dragon is no field of a scene"),
    ],
)
def test_replace_says_what_is_wrong_with_a_scene(
    tmp_path: Path, photo_file: Path, content: str | None, said: str
) -> None:
    """A missing or wrong file ends the command with one sentence, before any work."""
    scene, out = tmp_path / "scene.toml", tmp_path / "out.png"
    if content is not None:
        scene.write_text(content)
    done = backcloth("replace", str(photo_file), "-o", str(out), "--scene", str(scene))
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not out.exists()


def test_replace_says_what_is_wrong_with_the_photo(tmp_path: Path) -> None:
    """A missing file, a file that is no picture and a picture without a subject each get a sentence."""
    blank = tmp_path / "blank.png"
    Image.new("RGB", (200, 200), "white").save(blank)
    text = tmp_path / "note.jpg"
    text.write_text("not a picture")
    for path in (tmp_path / "missing.png", text, blank):
        done = backcloth("replace", str(path), "-o", str(tmp_path / "out.png"), "--color", "#fff")
        assert done.returncode == 1
        assert done.stderr.strip().splitlines()[-1].startswith("backcloth: ")
        assert "Traceback" not in done.stderr


def test_a_prompt_that_is_refused(tmp_path: Path, photo_file: Path) -> None:
    """The moderation that guards the service guards the command too."""
    done = backcloth(
        "replace",
        str(photo_file),
        "-o",
        str(tmp_path / "out.png"),
        "--prompt",
        "explicit pornographic sex scene",
    )
    assert done.returncode == 1
    assert "failed content moderation" in done.stderr


def test_tokens_are_created_listed_and_revoked(service: ServiceProcess, photo_base64: str) -> None:
    """A created token works at once, is listed without its secret, and stops working when revoked."""
    data = str(service.data_dir / "data")
    made = backcloth("tokens", "create", "--organisation", "agency", "--data-dir", data)
    secret = made.stdout.strip()
    assert len(secret) >= 43
    body = {"image": photo_base64, "prompt": "#fff", "original_quality": True}
    assert service.post(body, token=secret).status_code == 202
    listed = backcloth("tokens", "list", "--data-dir", data).stdout
    line = next(line for line in listed.splitlines() if "agency" in line)
    assert secret not in listed
    assert backcloth("tokens", "revoke", line.split()[0], "--data-dir", data).returncode == 0
    assert service.post(body, token=secret).status_code == 403
    assert backcloth("tokens", "revoke", line.split()[0], "--data-dir", data).returncode == 1


def test_a_token_is_replaced_without_downtime(service: ServiceProcess) -> None:
    """Old and new work beside each other, until the old one's time is over; the service is not restarted."""
    data = str(service.data_dir / "data")
    made = backcloth("tokens", "create", "--organisation", "rotating", "--data-dir", data)
    old, old_id = made.stdout.strip(), made.stderr.split()[1].rstrip(";")
    rotated = backcloth("tokens", "rotate", old_id, "--overlap-hours", "2", "--data-dir", data)
    new = rotated.stdout.strip()
    assert new not in (old, "")
    assert old_id in rotated.stderr
    unknown = "0" * 32
    assert [service.status(unknown, token=token).status_code for token in (old, new)] == [404, 404]
    listed = backcloth("tokens", "list", "--data-dir", data).stdout
    assert "active until" in next(line for line in listed.splitlines() if old_id in line)
    assert backcloth("tokens", "rotate", old_id, "--overlap-hours", "0", "--data-dir", data).returncode == 0
    assert [service.status(unknown, token=token).status_code for token in (old, new)] == [403, 404]
    assert backcloth("tokens", "rotate", old_id, "--data-dir", data).returncode == 1


def test_doctor_tells_what_can_run(tmp_path: Path) -> None:
    """The doctor names presets and engines, and what is not configured."""
    done = backcloth("doctor", "--data-dir", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    for word in (
        "cut-out floor",
        "scene studio",
        "studio meanings          model.onnx is verified",
        "moderation of pictures   open-nsfw/1",
    ):
        assert word in done.stdout


def test_a_wrong_setting_stops_the_start(tmp_path: Path) -> None:
    """The setting is named; nothing is started."""
    done = backcloth("serve", "--data-dir", str(tmp_path), BACKCLOTH_FETCH_ALLOW="not-a-network")
    assert done.returncode == 2
    assert "BACKCLOTH_FETCH_ALLOW" in done.stderr


def test_standard_without_weights_stops_the_start(tmp_path: Path) -> None:
    """A preset whose weights are missing is a clear start-up error."""
    done = backcloth(
        "serve",
        "--port",
        "0",
        "--data-dir",
        str(tmp_path),
        BACKCLOTH_CUTOUT_PRESET="standard",
        BACKCLOTH_CUTOUT_MODELS_DIR=str(tmp_path / "none"),
    )
    assert done.returncode == 1
    assert "models pull u2net" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_service_on_the_same_folder_refuses_to_start(service: ServiceProcess) -> None:
    """Two processes would run each other's jobs."""
    done = backcloth("serve", "--port", "0", "--data-dir", str(service.data_dir / "data"))
    assert done.returncode == 1
    assert "another process" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["out.jpg", "missing/out.png", "in.png"])
def test_replace_checks_its_output_before_the_work(tmp_path: Path, photo_file: Path, name: str) -> None:
    """A name that is no PNG, a missing folder and the photo itself are refused at once."""
    done = backcloth("replace", str(photo_file), "-o", str(tmp_path / name), "--color", "#fff")
    assert done.returncode == 2
    assert name in done.stderr


def test_sigterm_drains(launch: Launch, photo_base64: str) -> None:
    """Told to stop, the service finishes what it is doing; nothing is left half done."""
    service = launch()
    request_id = service.post({"image": photo_base64, "prompt": "a wooden table"}).json()["request_id"]
    assert service.stop() == 0
    service.start()
    assert service.finished(request_id)["status"] == "COMPLETED"
    service.stop()
