"""The process that decodes what strangers sent: `python -m backcloth.imaging.decode_child LIMITS…`.

Its socket is its standard input. Before it takes a file it gives away what decoding does not need: it can
open no file and no connection, write nothing to disk and leave no core dump; nor, unless it is root, start a
process or thread. The kernel ends it when a picture costs more CPU time than `Limits` allow, and refuses it
memory beyond them. It ends when its socket does, so that it does not outlive the service.
"""

from __future__ import annotations

import contextlib
import resource
import signal
import socket
import sys
import warnings
from pathlib import Path

# All that decoding imports at some time has to be here before files can no longer be opened.
import numpy.ma  # numpy.median asks for it
from PIL import Image, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin

from backcloth.errors import InvalidRequest, TooLarge, UnsupportedMedia
from backcloth.imaging.decode import Photo, decode
from backcloth.imaging.decode_wire import ANSWER, READY, REQUEST, Kind, Limits, limits_of, take

_USED = (numpy.ma, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin)

_NEVER = (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_NOFILE)


def main() -> None:
    """Decodes until the socket ends."""
    limits = limits_of(sys.argv[1:])
    channel = socket.socket(fileno=0)
    Image.preinit()
    warnings.simplefilter("ignore")  # of files; formatting one would open the source
    _give_away()
    with contextlib.suppress(EOFError, OSError):  # the service is gone or wants this process gone
        channel.sendall(READY)
        while True:
            _serve(channel, limits)


def _give_away() -> None:
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGPROF])
    with contextlib.suppress(OSError):  # Linux alone: where memory runs out, this process goes first
        Path("/proc/self/oom_score_adj").write_text("1000", "ascii")
    for limit in _NEVER:
        resource.setrlimit(limit, (0, 0))


def _serve(channel: socket.socket, limits: Limits) -> None:
    size, most = REQUEST.unpack(take(channel, REQUEST.size))
    data = bytes(take(channel, size))
    kind, photo, (width, height) = _decoded(data, limits, most)
    del data
    alpha = photo is not None and photo.alpha is not None
    channel.sendall(ANSWER.pack(kind, alpha, width, height))
    for plane in (photo.picture, photo.alpha) if photo else ():
        if plane is not None:
            channel.sendall(plane.data.cast("B"))


def _decoded(data: bytes, limits: Limits, most: int) -> tuple[Kind, Photo | None, tuple[int, int]]:
    size = (0, 0)

    def on_header(width: int, height: int) -> None:
        nonlocal size
        size = (width, height)
        _allow(limits, min(width * height, most), len(data))

    _allow(limits, 0, len(data))
    try:
        photo = decode(data, parameter="", max_pixels=most, on_header=on_header)
    except UnsupportedMedia:
        return Kind.UNSUPPORTED, None, size
    except TooLarge:
        return Kind.TOO_MANY_PIXELS, None, size
    except InvalidRequest:
        return Kind.DAMAGED, None, size
    except MemoryError:
        return Kind.NO_MEMORY, None, size
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        _limit_memory(None)
    height, width = photo.picture.shape[:2]
    return Kind.PICTURE, photo, (width, height)


def _allow(limits: Limits, pixels: int, size: int) -> None:
    """Sets what may be spent from now on, for a picture of that many pixels in a file of that many bytes."""
    signal.setitimer(signal.ITIMER_PROF, limits.seconds_for(pixels))
    _limit_memory(limits.memory_for(pixels, size))


def _limit_memory(most: int | None) -> None:
    """Allows so many bytes of address space, None as many as the operator allows."""
    if sys.platform != "linux":  # macOS takes the number and does not hold to it, or refuses it
        return
    _, highest = resource.getrlimit(resource.RLIMIT_AS)
    if most is None or resource.RLIM_INFINITY != highest < most:
        most = highest
    resource.setrlimit(resource.RLIMIT_AS, (most, highest))


if __name__ == "__main__":
    main()
