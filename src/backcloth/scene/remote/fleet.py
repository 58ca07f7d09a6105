"""Equal servers, of which the least busy is asked, and another one only where nothing can have been done.

A picture is paid for at most once. A server cannot have begun where it was not reached, did not get the whole
request, or answered 429 or 503 with Retry-After; then the next one is asked. After anything else, a time-out
above all, the work may have been done, and nobody is asked again.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import structlog

from backcloth.errors import EngineDown, Unavailable
from backcloth.scene.remote.answer import Unusable, refusal
from backcloth.scene.remote.exchange import Answer, Lost, NotSent, Patience
from backcloth.scene.remote.form import Field
from backcloth.scene.remote.replica import Replica

_log = structlog.get_logger(__name__)

_ASK_LATER = (429, 503)
"""By these a server says that it has not begun, if it says when to come again."""

_RETRY_S = 30

_SAID = 300
"""Characters of a refusal that are logged."""


class Fleet:
    """The servers of one engine. Safe to use from several threads.

    Args:
        name: The engine's.
        replicas: The servers.
        retries: Times that a server which asks to be tried later is waited for.
    """

    def __init__(self, name: str, replicas: list[Replica], retries: int) -> None:
        self.replicas = replicas
        self._name = name
        self._retries = retries

    def trouble(self) -> str:
        """Why no server can be asked at present; empty when one can."""
        self._look_around()
        troubles = [replica.trouble for replica in self.replicas]
        return "" if "" in troubles else troubles[0]

    def paint(
        self, fields: Sequence[Field], size: tuple[int, int], patience: Patience
    ) -> tuple[npt.NDArray[np.uint8], Replica]:
        """The picture, (H, W, 3) uint8 sRGB, and who painted it.

        Args:
            fields: What is sent.
            size: (width, height) that the picture must have.
            patience: How long it may take, waiting included.

        Raises:
            EngineDown: no server could begin.
            ModerationRefused, InternalError: the server does not take what it was sent.
            Unavailable: the server failed, or was too slow.
        """
        passed: list[Replica] = []
        busy: tuple[Replica, int] | None = None
        waits = self._retries
        while True:
            replica = self._least_busy(passed)
            if replica is None:
                if not (busy and waits and _waited(busy[1], patience)):
                    raise EngineDown(f"{self._name} cannot paint at present.", retry_after=_RETRY_S)
                waits -= 1
                passed.remove(busy[0])
                busy = None
                continue
            answer = _ask(replica, fields, patience)
            if answer and answer.status == 200:
                return _picture(answer, replica, size), replica
            passed.append(replica)
            if answer:
                busy = replica, answer.retry_after or 0

    def _least_busy(self, passed: list[Replica]) -> Replica | None:
        """The server with the fewest requests open, of those that are well."""
        self._look_around()
        well = [each for each in self.replicas if each not in passed and not each.trouble]
        return min(well, key=lambda each: each.outstanding, default=None)

    def _look_around(self) -> None:
        """Looks at each server whose last look is too old; at all of them at once, as some may not answer."""
        due = [replica for replica in self.replicas if replica.due]
        if due:
            with ThreadPoolExecutor(len(due)) as threads:
                list(threads.map(Replica.look, due))


def _ask(replica: Replica, fields: Sequence[Field], patience: Patience) -> Answer | None:
    """The answer, if it is a picture or a wish to be asked later; None where the server cannot have begun."""
    url = replica.target.base_url
    patience.check()
    try:
        with replica.asked():
            answer = replica.dialect.ask(replica.target, fields, patience)
    except NotSent as problem:
        replica.unreached(f"not reached: {problem}")
        return None
    except Lost as problem:
        replica.failed(str(problem))
        _log.error("remote_engine_lost", url=url, reason=str(problem))
        late = time.monotonic() >= patience.until
        said = "The background was not painted in time." if late else "The generator broke off."
        raise Unavailable(said, retry_after=_RETRY_S) from problem
    if answer.status == 200 or (answer.status in _ASK_LATER and answer.retry_after is not None):
        return answer
    said = answer.body[:_SAID].decode("utf-8", "replace")
    _log.error("remote_engine_refused", url=url, status=answer.status, said=said)
    if answer.status >= 500 or answer.status in _ASK_LATER:
        replica.failed(f"answered {answer.status}")
        raise Unavailable("The generator failed.", retry_after=_RETRY_S)
    raise refusal(answer.body)


def _picture(answer: Answer, replica: Replica, size: tuple[int, int]) -> npt.NDArray[np.uint8]:
    try:
        picture = replica.dialect.picture(answer.body, size)
    except Unusable as problem:
        replica.failed(str(problem))
        _log.error("remote_engine_unusable", url=replica.target.base_url, reason=str(problem))
        raise Unavailable("The generator's answer could not be used.", retry_after=_RETRY_S) from problem
    except (OSError, Unavailable) as problem:
        # No fault of the server's. It is not tried again as other such faults are: the picture was paid for.
        _log.exception("remote_engine_undecoded", url=replica.target.base_url)
        raise Unavailable("The generator's answer could not be decoded.", retry_after=_RETRY_S) from problem
    replica.worked()
    return picture


def _waited(seconds: int, patience: Patience) -> bool:
    """Waits as long as a server asks; False, without waiting, where that is too long."""
    if seconds >= patience.left:
        return False
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        patience.check()
        time.sleep(min(left, 0.25))
    return True
