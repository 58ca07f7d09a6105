from __future__ import annotations

import contextlib
import gc
import io
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backcloth.errors import BackclothError, InvalidRequest, TooLarge, Unavailable, UnsupportedMedia
from backcloth.imaging import decoder as decoder_module
from backcloth.imaging.decode import Photo, decode
from backcloth.imaging.decode_wire import ANSWER, READY, REQUEST, Kind, Limits, take
from backcloth.imaging.decoder import Decoder, real_time
from harness.pictures import encoded, subject_picture

LIMITS = Limits(max_pixels=2_000_000, seconds=1.5, megapixel_s=0.2, memory=256 * 2**20, pixel_bytes=32)

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture
def decoder() -> Iterator[Decoder]:
    """A decoder with one process started."""
    opened = Decoder(LIMITS)
    opened.open()
    yield opened
    opened.close()


_before: set[int] = set()
"""Processes that decode for other tests of this process."""


@pytest.fixture(autouse=True)
def _apart() -> None:
    _before.clear()
    _before.update(children())


def children() -> list[int]:
    """The processes that this test has had started."""
    found = []
    for tasks in Path("/proc/self/task").iterdir():
        for pid in (tasks / "children").read_text().split():
            with contextlib.suppress(OSError):
                if int(pid) not in _before and "decode_child" in Path(f"/proc/{pid}/cmdline").read_text():
                    found.append(int(pid))
    return found


def child() -> Path:
    """The only such process, in /proc."""
    (pid,) = children()
    return Path(f"/proc/{pid}")


def same(one: Photo, other: Photo) -> bool:
    """Whether two photos are equal to the bit."""
    if one.alpha is None or other.alpha is None:
        return one.alpha is other.alpha and np.array_equal(one.picture, other.picture)
    return np.array_equal(one.picture, other.picture) and np.array_equal(one.alpha, other.alpha)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n",
        encoded(subject_picture())[:900],
        encoded(subject_picture(2000, 1500)),
    ],
    ids=["nothing", "GIF", "signature", "cut short", "too large"],
)
def test_it_refuses_with_the_same_words(decoder: Decoder, data: bytes) -> None:
    """Class and sentence of a refusal do not tell that another process came to it."""
    with pytest.raises(BackclothError) as here:
        decode(data, parameter="ref_images[1]", max_pixels=LIMITS.max_pixels)
    with pytest.raises(type(here.value)) as there:
        decoder.decode(data, parameter="ref_images[1]")
    assert there.value.details == here.value.details
    assert same(decoder.decode(encoded(subject_picture()), parameter="image"), _here(subject_picture()))


def _here(image: Image.Image) -> Photo:
    return decode(encoded(image), parameter="image", max_pixels=LIMITS.max_pixels)


@linux
def test_a_process_is_used_again(decoder: Decoder) -> None:
    """Many pictures, good and bad, one after the other, are decoded by the one process that was started."""
    before = children()
    for _ in range(5):
        decoder.decode(encoded(subject_picture()), parameter="image")
        with pytest.raises(UnsupportedMedia):
            decoder.decode(b"GIF89a", parameter="image")
    assert children() == before


@linux
@pytest.mark.usefixtures("decoder")
def test_the_process_may_nearly_nothing() -> None:
    """No file, connection, disk, core dump or process; and where memory runs out it is the first to go."""
    limits = {
        line[:26].strip(): line[26:].split()[:2] for line in (child() / "limits").read_text().splitlines()[1:]
    }
    for name in ("Max open files", "Max file size", "Max core file size", "Max processes"):
        assert limits[name] == ["0", "0"], name
    assert (child() / "oom_score_adj").read_text().strip() == "1000"


@linux
def test_the_process_holds_nothing_of_ours(decoder: Decoder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its environment has no secret, its descriptors are the socket and the void, its folder is no one's."""
    monkeypatch.setenv("BACKCLOTH_BOOTSTRAP_TOKEN", "secret")
    with socket.socket() as ours, open(os.devnull, "rb") as file:  # noqa: PTH123  # kept open beside a child
        os.set_inheritable(ours.fileno(), True)
        os.set_inheritable(file.fileno(), True)
        started = Decoder(LIMITS)
        before = set(children())
        started.open()
        (pid,) = set(children()) - before
    environment = Path(f"/proc/{pid}/environ").read_text().split("\0")
    held = {link.name: str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()}
    started.close()
    assert {line.partition("=")[0] for line in environment if line} <= {
        "LD_LIBRARY_PATH",
        "OPENBLAS_NUM_THREADS",
        "PYTHONPATH",
        "PYTHONUTF8",
    }
    assert held.pop("0").startswith("socket:")
    assert held == {"1": "/dev/null", "2": "/dev/null"}
    decoder.decode(encoded(subject_picture()), parameter="image")


def test_it_imports_nothing_of_the_service() -> None:
    """numpy, Pillow and our own few modules; no OpenCV, no web framework, no settings."""
    program = (
        "import sys, backcloth.imaging.decode_child;"
        "print(*{name for name in sys.modules if name.startswith('backcloth.')});"
        "sys.exit(any(name in sys.modules for name in ('cv2', 'aiohttp', 'fastapi', 'pydantic')))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    ours = {name.split(".")[1] for name in done.stdout.split()}
    assert ours == {"domain", "errors", "imaging"}


@linux
def test_a_picture_that_needs_too_much_memory_is_refused() -> None:
    """It is too large, whatever its header says; the process is replaced, and the next picture decoded."""
    close = Limits(60_000_000, 20, 1, LIMITS.memory, 1)
    decoder = Decoder(close)
    decoder.open()
    before = children()
    with pytest.raises(TooLarge, match=r"image: .* memory"):
        decoder.decode(encoded(Image.new("L", (9000, 6000)), "PNG", compress_level=1), parameter="image")
    assert not set(children()) & set(before)
    assert decoder.decode(encoded(subject_picture()), parameter="image").picture.shape == (240, 320, 3)
    decoder.close()


def many_scans(side: int, copies: int) -> bytes:
    """A progressive JPEG whose last scan, which alters every coefficient anew, is there many times."""
    data = encoded(Image.effect_noise((side, side), 90), "JPEG", progressive=True, quality=30)
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * copies + data[-2:]


@linux
def test_a_picture_that_takes_too_long_is_refused() -> None:
    """The kernel ends the process once its CPU seconds are spent; the next picture is decoded."""
    decoder = Decoder(Limits(2_000_000, 0.2, 0.05, LIMITS.memory, LIMITS.pixel_bytes))
    decoder.open()
    begun = time.process_time(), sum(os.times()[2:4])
    with pytest.raises(TooLarge, match=r"image: .* time"):
        decoder.decode(many_scans(1400, 200), parameter="image")
    assert sum(os.times()[2:4]) - begun[1] < 1.5, "CPU seconds of the ended process"
    assert decoder.decode(encoded(subject_picture()), parameter="image").picture.shape == (240, 320, 3)
    decoder.close()


@linux
def test_a_process_that_hangs_is_ended() -> None:
    """Real time has its end too; then it is not the picture that is at fault, and a later one is decoded."""
    impatient = Decoder(LIMITS, lambda _cpu_s: 0.3)
    impatient.open()
    (pid,) = children()
    os.kill(pid, signal.SIGSTOP)
    begun = time.monotonic()
    with pytest.raises(Unavailable, match=r"image: .* not decoded in time") as refusal:
        impatient.decode(encoded(subject_picture()), parameter="image")
    assert time.monotonic() - begun < 3
    assert refusal.value.headers == {"Retry-After": "30"}
    assert pid not in children()
    impatient.close()


@linux
def test_a_process_that_is_held_up_is_waited_for(decoder: Decoder) -> None:
    """On a machine with too much to do, a good picture takes its time and is decoded."""
    (pid,) = children()
    os.kill(pid, signal.SIGSTOP)
    on = threading.Timer(0.5, os.kill, (pid, signal.SIGCONT))
    on.start()
    begun = time.monotonic()
    assert same(decoder.decode(encoded(subject_picture()), parameter="image"), _here(subject_picture()))
    assert time.monotonic() - begun > 0.4
    assert children() == [pid]
    on.join()


def test_real_time_is_many_times_cpu_time() -> None:
    """As on a machine that does ten things at once, and for the smallest allowance as long as it takes."""
    assert [real_time(cpu_s) for cpu_s in (0.2, 3.0, 11.5)] == [30.0, 30.0, 115.0]


@linux
def test_a_process_that_died_is_replaced(decoder: Decoder) -> None:
    """Whatever ended it between two pictures, the next one does not notice."""
    os.kill(children()[0], signal.SIGKILL)
    assert same(decoder.decode(encoded(subject_picture()), parameter="image"), _here(subject_picture()))


@linux
def test_a_picture_under_which_processes_die_is_damaged() -> None:
    """After the second death nobody tries it again: a refusal like any other, and others are decoded."""
    decoder = Decoder(Limits(2_000_000, 30, 1, LIMITS.memory, LIMITS.pixel_bytes))
    decoder.open()
    ended: set[int] = set()
    over = threading.Event()

    def end_them() -> None:
        while not over.wait(0.02):
            for pid in children():
                if _ticks(pid) > 40:  # at work, and not just started
                    os.kill(pid, signal.SIGSEGV)
                    ended.add(pid)

    killer = threading.Thread(target=end_them)
    killer.start()
    try:
        with pytest.raises(InvalidRequest, match="image: the picture is damaged or cut short"):
            decoder.decode(many_scans(1400, 4000), parameter="image")
    finally:
        over.set()
        killer.join()
    assert len(ended) == 2
    assert decoder.decode(encoded(subject_picture()), parameter="image").picture.shape == (240, 320, 3)
    decoder.close()


def _ticks(pid: int) -> int:
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])
    return 0


@linux
def test_worn_processes_are_replaced(decoder: Decoder, monkeypatch: pytest.MonkeyPatch) -> None:
    """After some pictures another process takes over."""
    monkeypatch.setattr(decoder_module, "_WORN", 3)
    seen = set()
    for _ in range(4):
        seen |= set(children())
        decoder.decode(encoded(Image.new("RGB", (8, 8))), parameter="image")
    seen |= set(children())
    assert len(seen) == 2


@linux
def test_threads_decode_side_by_side(decoder: Decoder) -> None:
    """Each picture comes back to who asked for it, and as many processes stay as there were threads."""
    pictures = [encoded(Image.new("RGB", (300 + n, 200), (n, 2 * n, 3 * n))) for n in range(4)]
    wrong: list[int] = []

    def work(number: int) -> None:
        for _ in range(10):
            photo = decoder.decode(pictures[number], parameter="image")
            if photo.picture.shape != (200, 300 + number, 3) or photo.picture[0, 0, 2] != 3 * number:
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert 1 <= len(children()) <= 4


@linux
@pytest.mark.usefixtures("decoder")
def test_nothing_is_left_after_the_end() -> None:
    """Closed or merely forgotten, a decoder leaves no process and no descriptor."""
    before = set(children()), len(os.listdir("/proc/self/fd"))  # noqa: PTH208  # a count
    closed, forgotten = Decoder(LIMITS), Decoder(LIMITS)
    for each in (closed, forgotten):
        each.open()
        each.decode(encoded(subject_picture()), parameter="image")
    closed.close()
    del forgotten, each
    gc.collect()
    assert (set(children()), len(os.listdir("/proc/self/fd"))) == before  # noqa: PTH208
    with pytest.raises(OSError, match="closed"):
        closed.decode(encoded(subject_picture()), parameter="image")


@linux
def test_the_process_dies_with_its_parent() -> None:
    """Killed outright, a service leaves none behind: their sockets end."""
    program = (
        "import os, signal; from backcloth.imaging.decoder import Decoder;"
        "from backcloth.imaging.decode_wire import Limits;"
        "decoder = Decoder(Limits(1000, 1, 1, 2**28, 32)); decoder.open();"
        "print([child._process.pid for child in decoder._all][0], flush=True);"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    pid = int(done.stdout.split()[-1])
    deadline = time.monotonic() + 10
    while _alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _alive(pid)


def _alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return "decode_child" in Path(f"/proc/{pid}/cmdline").read_text()
    return False


def test_where_no_process_starts_it_is_no_fault_of_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interpreter that cannot run the program is an OSError, at the start and under a picture."""
    monkeypatch.setattr(decoder_module, "_CHILD", "backcloth.no_such_module")
    broken = Decoder(LIMITS)
    with pytest.raises(OSError, match="did not start"):
        broken.open()
    with pytest.raises(OSError, match="did not start"):
        broken.decode(encoded(subject_picture()), parameter="image")
    broken.close()


@pytest.mark.parametrize(
    "answer",
    [
        ANSWER.pack(Kind.PICTURE, False, 2**31, 2**31),
        ANSWER.pack(Kind.PICTURE, False, 0, 5),
        ANSWER.pack(99, False, 5, 5),
    ],
    ids=["more pixels than there may be", "no pixels", "no such kind"],
)
def test_what_a_process_says_is_not_trusted(answer: bytes) -> None:
    """One that was taken over cannot have us take memory for what it claims; its picture is refused."""
    ours, theirs = socket.socketpair()

    def lie() -> None:
        theirs.sendall(READY)
        size, _ = REQUEST.unpack(take(theirs, REQUEST.size))
        take(theirs, size)
        theirs.sendall(answer)

    liar = threading.Thread(target=lie)
    liar.start()
    child = decoder_module._Child(LIMITS, real_time)
    child.end()
    child._channel = ours
    with pytest.raises(decoder_module._Died):
        child.decode(encoded(subject_picture()), LIMITS.max_pixels)
    liar.join()
    ours.close()
    theirs.close()


def test_bytes_that_drip_end_in_time() -> None:
    """A process that sends a byte now and then does not get more time by each of them."""
    ours, theirs = socket.socketpair()
    over = threading.Event()

    def drip() -> None:
        theirs.sendall(READY)
        with contextlib.suppress(OSError):
            theirs.sendall(ANSWER.pack(Kind.PICTURE, False, 1000, 1000))
            while not over.wait(0.05):
                theirs.sendall(b"\0")

    dripping = threading.Thread(target=drip)
    dripping.start()
    child = decoder_module._Child(LIMITS, lambda _cpu_s: 0.3)
    child.end()
    child._channel = ours
    begun = time.monotonic()
    with pytest.raises(decoder_module._HeldUp):
        child.decode(b"GIF", LIMITS.max_pixels)
    assert time.monotonic() - begun < 3
    over.set()
    ours.close()
    dripping.join()
    theirs.close()


def test_the_canvas_of_a_webp_is_judged_before_it_is_made() -> None:
    """The library takes memory for a canvas as soon as it opens a file; too many pixels are refused first."""
    vp8x = b"VP8X" + (10).to_bytes(4, "little") + bytes(4) + 2 * (16382).to_bytes(3, "little")
    file = io.BytesIO(b"RIFF" + (4 + len(vp8x)).to_bytes(4, "little") + b"WEBP" + vp8x)
    with pytest.raises(TooLarge, match="16383 × 16383"):
        decode(file.getvalue(), parameter="image", max_pixels=50_000_000)
