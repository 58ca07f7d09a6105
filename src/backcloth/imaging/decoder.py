"""Decodes what others sent, in processes that may do nothing else and cost only so much.

A process is kept and used again, as starting one takes a tenth of a CPU-second. It is replaced once it has
decoded `_WORN` pictures, was short of memory, or died. docs/security.md says what that stops and what not.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable

import numpy as np
import structlog

from backcloth.errors import BackclothError, TooLarge, Unavailable
from backcloth.imaging.decode import Photo, damaged, too_many_pixels, unsupported
from backcloth.imaging.decode_wire import ANSWER, READY, REQUEST, Kind, Limits, fill, hurry, take

_log = structlog.get_logger(__name__)

_CHILD = "backcloth.imaging.decode_child"

_PASSED_ON = ("LD_LIBRARY_PATH", "PYTHONPATH")
"""Of the environment, what an interpreter may need to find its libraries; the rest may hold secrets."""

_START_S = 30.0
_WAITS = 10.0
_WAITS_LEAST_S = 30.0
"""A process gets this many times its CPU seconds of real time, and no less than that many, for it may have to
wait for others. What costs too much is ended by its CPU time long before, unless the machine is starved: this
ends what hangs."""
_RETRY_S = 30

_WORN = 500
"""Pictures after which a process is replaced: leaks of the libraries end there, and so does what a file may
have changed in it. Of half-megapixel photos, starting it is then less than a hundredth of the work."""


class _Died(Exception):
    """The process ended under a picture, or had to be ended.

    Args:
        signal: What ended it, a negative exit status, or another exit status.
    """

    def __init__(self, status: int) -> None:
        super().__init__(f"exit status {status}")
        self.status = status


class _HeldUp(Exception):
    """The process did not answer in its real time and was ended."""


def real_time(cpu_s: float) -> float:
    """Seconds that a process is waited for which may take so many seconds of CPU time."""
    return max(_WAITS_LEAST_S, _WAITS * cpu_s)


class Decoder:
    """Decodes files of strangers; for many threads at once.

    It has as many processes as threads were decoding at once. They end when it is closed, forgotten or gone.

    Args:
        limits: What one picture may cost.
        patience: Seconds that a picture is waited for, by its CPU seconds.
    """

    def __init__(self, limits: Limits, patience: Callable[[float], float] = real_time) -> None:
        self._limits = limits
        self._patience = patience
        self._lock = threading.Lock()
        self._idle: list[_Child] = []
        self._all: set[_Child] = set()
        self._closed = False
        weakref.finalize(self, _end_all, self._all)

    def open(self) -> None:
        """Starts a process, to see that it can be done; otherwise the first picture does.

        Raises:
            OSError: it cannot.
        """
        child = self._start()
        child.wait_until_ready()
        with self._lock:
            self._idle.append(child)

    def decode(self, data: bytes, *, parameter: str, max_pixels: int | None = None) -> Photo:
        """As `decode.decode`, within the limits.

        Args:
            data: The file.
            parameter: The request's parameter, for the error's sentence.
            max_pixels: Pixels above which this file is refused; None as many as the limits say.

        Raises:
            UnsupportedMedia: the bytes are not JPEG, PNG or WEBP.
            TooLarge: more pixels than the limit, or decoding costs more time or memory than that.
            InvalidRequest: the file is damaged or cut short, or it is the death of the process.
            Unavailable: the process did not get far enough in real time: the machine is starved.
            OSError: no process can be started, or this was closed.
        """
        most = self._limits.max_pixels if max_pixels is None else max_pixels
        for attempt in range(2):
            child = self._take(fresh=attempt > 0)
            try:
                answer = child.decode(data, most)
            except _Died as death:
                self._discard(child)
                _log.warning("decoder_died", parameter=parameter, status=death.status, attempt=attempt + 1)
                if death.status == -signal.SIGPROF:
                    raise _too_costly(parameter) from death
                # It may have been ended for something else, such as a machine short of memory: once more.
                continue
            except _HeldUp as problem:
                self._discard(child)
                _log.warning("decoder_held_up", parameter=parameter)
                raise Unavailable(
                    f"{parameter}: the picture was not decoded in time, as the service has too much to do.",
                    retry_after=_RETRY_S,
                ) from problem
            except BaseException:
                self._discard(child)
                raise
            self._give_back(child)
            if isinstance(answer, Photo):
                return answer
            raise _refusal(*answer, parameter, most)
        raise damaged(parameter)

    def close(self) -> None:
        """Ends the processes. A picture in work fails with OSError."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            busy = self._all.difference(idle)
        for child in idle:
            self._discard(child)
        for child in busy:
            child.kill()

    def _take(self, *, fresh: bool) -> _Child:
        with self._lock:
            if self._idle and not fresh:
                return self._idle.pop()
        return self._start()

    def _start(self) -> _Child:
        child = _Child(self._limits, self._patience)
        with self._lock:
            if not self._closed:
                self._all.add(child)
                return child
        child.end()
        raise OSError("the decoder was closed")

    def _give_back(self, child: _Child) -> None:
        with self._lock:
            if not child.worn and not self._closed:
                self._idle.append(child)
                return
        self._discard(child)

    def _discard(self, child: _Child) -> None:
        child.end()
        with self._lock:
            self._all.discard(child)


def _refusal(kind: Kind, size: tuple[int, int], parameter: str, most: int) -> BackclothError:
    match kind:
        case Kind.UNSUPPORTED:
            return unsupported(parameter)
        case Kind.TOO_MANY_PIXELS:
            return too_many_pixels(parameter, size, most)
        case Kind.NO_MEMORY:
            return _too_costly(parameter)
        case _:
            return damaged(parameter)


def _too_costly(parameter: str) -> TooLarge:
    return TooLarge(f"{parameter}: decoding the picture takes more time or memory than one may take")


def _end_all(children: set[_Child]) -> None:
    for child in list(children):
        child.end()
    children.clear()


class _Child:
    """One process. Used by one thread at a time; `end` may come from any."""

    def __init__(self, limits: Limits, patience: Callable[[float], float]) -> None:
        self._limits = limits
        self._patience = patience
        self._decoded = 0
        self._ready = False
        self.worn = False
        self._process: subprocess.Popen[bytes]
        self._channel, theirs = socket.socketpair()
        with theirs:
            # A session of its own: Ctrl-C at a terminal ends the service, which then still ends its jobs.
            self._process = subprocess.Popen(  # noqa: S603  # fixed words and numbers, no shell
                [sys.executable, "-P", "-s", "-m", _CHILD, *limits.words()],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _PASSED_ON if name in os.environ}
                | {"OPENBLAS_NUM_THREADS": "1", "PYTHONUTF8": "1"},
                cwd="/",
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        """Waits until it may be sent files.

        Raises:
            OSError: it did not start.
        """
        if self._ready:
            return
        try:
            self._ready = take(self._channel, len(READY), time.monotonic() + _START_S) == READY
        except (EOFError, OSError):
            self._ready = False
        if not self._ready:
            self.end()
            raise OSError(f"the process that decodes pictures did not start ({self._process.returncode})")

    def decode(self, data: bytes, most: int) -> Photo | tuple[Kind, tuple[int, int]]:
        """The picture of at most so many pixels; or why there is none, with the (width, height) of the file.

        Raises:
            _Died: it ended, or had to be ended.
            _HeldUp: it took too long without spending its CPU time.
            OSError: it did not start.
        """
        self.wait_until_ready()
        self._decoded += 1
        patience_s = self._patience(self._limits.seconds_for(most))
        try:
            return self._exchange(data, most, time.monotonic() + patience_s)
        except TimeoutError:
            self.end()
            raise _HeldUp from None
        except (EOFError, OSError, ValueError):
            raise _Died(self._last_status()) from None

    def _last_status(self) -> int:
        """The exit status of a process that has closed its socket and so is about to end, or is ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(1)
        self.end()
        return self._process.returncode

    def kill(self) -> None:
        """Ends the process, also under a picture that another thread waits for."""
        self._process.kill()
        self._process.wait()

    def end(self) -> None:
        """Ends the process; for the thread that has it."""
        self.kill()
        self._channel.close()

    def _exchange(self, data: bytes, most: int, until: float) -> Photo | tuple[Kind, tuple[int, int]]:
        for piece in (REQUEST.pack(len(data), most), data):
            hurry(self._channel, until)
            self._channel.sendall(piece)
        number, has_alpha, width, height = ANSWER.unpack(take(self._channel, ANSWER.size, until))
        kind = Kind(number)
        self.worn = self._decoded >= _WORN or kind is Kind.NO_MEMORY
        if kind is not Kind.PICTURE:
            return kind, (width, height)
        if not 0 < width * height <= most:
            raise ValueError("no size that a picture may have")
        picture, alpha = np.empty((height, width, 3), np.uint8), None
        fill(self._channel, picture.data.cast("B"), until)
        if has_alpha:
            alpha = np.empty((height, width), np.uint8)
            fill(self._channel, alpha.data.cast("B"), until)
        return Photo(picture, alpha)
