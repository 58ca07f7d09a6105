"""The object store: pictures under keys, in a folder or in an S3-compatible bucket."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, MemoryStore, S3Store

CHUNK_BYTES = 256 * 1024
"""Least size of a streamed piece, save the last."""

UNFINISHED_S = 3600
"""Age in seconds after which a half-written local file is taken for the leftover of a killed process."""

_KEY = re.compile(r"[a-z0-9_-][a-z0-9._-]*(?:/[a-z0-9_-][a-z0-9._-]*)*")
_KEY_MAX = 512

_PNG = ".png"

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_SYSTEM_ERROR = re.compile(r"\(os error (\d+)\)")
"""How the backend quotes an errno, which it does not hand over otherwise."""

_RETRY_S = 8
"""Seconds that a bucket which fails is asked again, before whoever waits is told. Jobs are retried for
longer than that by the queue."""


class StoreFull(OSError):
    """The store has no room for the object; nothing of it is left behind."""


class Store:
    """Bytes under keys.

    A key is one or more segments of `a-z 0-9 . _ -`, joined by `/`, none of which begins with a dot. A
    put replaces what was there, and no reader ever sees half of it. Every method but `stream` blocks:
    from async code call it in a thread. All are safe to call from several threads.

    Args:
        backend: Where the bytes go.
        root: The folder of a local backend, whose files are then synced to the disk; None for others.
    """

    def __init__(self, backend: LocalStore | S3Store | MemoryStore, root: Path | None = None) -> None:
        self._backend = backend
        self._root = root

    def put(self, key: str, data: bytes) -> None:
        """Stores `data` durably before it returns.

        The local backend writes a temporary file, renames it and does not sync. We sync the file and
        the folders above it, so that what was accepted is there after a power loss, too.

        A bucket is told that `….png` is a picture, as it gives the type to whoever reads its URL.

        Raises:
            ValueError: a malformed key.
            StoreFull: there is no room.
            OSError, obstore.exceptions.BaseError: the backend failed otherwise.
        """
        kind = {"Content-Type": "image/png"} if key.endswith(_PNG) and self._root is None else None
        try:
            obstore.put(self._backend, _checked(key), data, attributes=kind, use_multipart=False)
            if self._root is not None:
                _sync(self._root / key, self._root)
        except (OSError, BaseError) as fault:
            if _is_full(fault):
                raise StoreFull("there is no room for the object") from fault
            raise

    def get(self, key: str) -> bytes:
        """All bytes of an object.

        Raises:
            ValueError: a malformed key.
            FileNotFoundError: no such object.
        """
        return bytes(obstore.get(self._backend, _checked(key)).bytes())

    def size(self, key: str) -> int | None:
        """The object's size in bytes; None when there is none.

        Raises:
            ValueError: a malformed key.
        """
        try:
            return obstore.head(self._backend, _checked(key))["size"]
        except FileNotFoundError:
            return None

    async def stream(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `start` up to and without `end`, in pieces; an `end` past the object is its end.

        Args:
            key: Of an object whose size the caller knows.
            start: 0 .. size - 1.
            end: Above `start`; otherwise there is nothing to stream.

        Raises:
            ValueError: a malformed key, or `start` below 0.
            FileNotFoundError: no such object.
            obstore.exceptions.BaseError: `start` lies past the object, or the backend failed.
        """
        if start < 0:
            raise ValueError("a range starts at 0 or later")
        if start >= end:
            return
        found = await obstore.get_async(self._backend, _checked(key), options={"range": (start, end)})
        if end > (size := found.meta["size"]):
            # Of a bucket, the backend would wait for the bytes that do not come.
            found = await obstore.get_async(self._backend, key, options={"range": (start, size)})
        async for piece in found.stream(min_chunk_size=CHUNK_BYTES):
            yield bytes(piece)

    def delete(self, keys: Iterable[str]) -> None:
        """Deletes objects; those that do not exist are passed over.

        Raises:
            ValueError: a malformed key; nothing is deleted then.
        """
        for key in [_checked(key) for key in keys]:
            # One by one: a local bulk delete stops at the first missing object.
            with contextlib.suppress(FileNotFoundError):
                obstore.delete(self._backend, key)

    def keys(self, prefix: str = "", *, older_than_s: float = 0) -> Iterator[str]:
        """The keys below a prefix made of whole segments, in no particular order.

        Args:
            prefix: Whole segments; empty for all.
            older_than_s: Leaves out objects written within these last seconds.
        """
        newest = time.time() - older_than_s
        for batch in obstore.list(self._backend, prefix or None):
            for found in batch:
                if found["last_modified"].timestamp() <= newest or not older_than_s:
                    yield found["path"]

    def ping(self) -> None:
        """Proves that the store takes, gives back and deletes an object.

        Raises:
            OSError, obstore.exceptions.BaseError: it does not.
        """
        key = f"ping/{secrets.token_hex(8)}"
        self.put(key, b"ping")
        try:
            if self.get(key) != b"ping":
                raise OSError("the store gave back other bytes than it was given")
        finally:
            self.delete([key])


def open_store(url: str) -> Store:
    """Opens a store.

    Args:
        url: A folder as a path or as `file:///path` (created when missing); `s3://bucket` or
            `s3://bucket/prefix`, with credentials, region and endpoint from the `AWS_…` environment
            variables; `memory://` for tests.

    Raises:
        ValueError: another kind of URL.
    """
    parts = urlsplit(url)
    match parts.scheme:
        case "" if url:
            return _open_folder(Path(url))
        case "file" if parts.netloc in ("", "localhost") and parts.path:
            return _open_folder(Path(unquote(parts.path)))
        case "s3" if parts.netloc:
            return Store(open_bucket(url))
        case "memory":
            return Store(MemoryStore())
        case _:
            raise ValueError("the store must be a folder, file:///folder, s3://bucket or memory://")


def open_bucket(url: str, endpoint: str = "") -> S3Store:
    """The backend of an `s3://bucket/prefix`. Sends nothing yet.

    Args:
        url: The bucket, perhaps with a prefix.
        endpoint: Where its server is; empty for the one in the environment, or else Amazon's.
    """
    parts = urlsplit(url)
    place = endpoint or os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL", "")
    return S3Store(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        config={"endpoint": endpoint} if endpoint else None,
        # Without TLS only where the operator spelt out such an address.
        client_options={"connect_timeout": timedelta(seconds=3), "allow_http": place.startswith("http://")},
        retry_config={
            "max_retries": 10,
            "backoff": {
                "init_backoff": timedelta(milliseconds=100),
                "max_backoff": timedelta(seconds=2),
                "base": 2,
            },
            "retry_timeout": timedelta(seconds=_RETRY_S),
        },
    )


def _is_full(fault: Exception) -> bool:
    quoted = _SYSTEM_ERROR.search(str(fault))
    number = int(quoted[1]) if quoted else getattr(fault, "errno", None)
    return number in _FULL


def _open_folder(folder: Path) -> Store:
    root = folder.resolve()
    backend = LocalStore(root, mkdir=True, automatic_cleanup=True)
    _remove_unfinished(root)
    return Store(backend, root)


def _remove_unfinished(root: Path) -> None:
    """Removes `name#1`: the backend's temporary files, which it neither lists nor cleans after a kill."""
    oldest = time.time() - UNFINISHED_S
    for path in root.rglob("*#*"):
        # Another process may finish or remove the file at any moment.
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < oldest:
                path.unlink()


def _checked(key: str) -> str:
    if len(key) > _KEY_MAX or not _KEY.fullmatch(key):
        raise ValueError("malformed key")
    return key


def _sync(path: Path, root: Path) -> None:
    """Flushes a file and the folders from it up to `root`, any of which may be new."""
    for each in (path, *path.parents):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if each == root:
            return
