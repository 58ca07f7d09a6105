from __future__ import annotations

import asyncio
import os
import resource
import threading
import time
from pathlib import Path

import pytest

from backcloth.storage.store import CHUNK_BYTES, Store, StoreFull, open_store

BAD_KEYS = [
    *("", "/a", "a/", "a//b", "..", "../a", "a/../b", "a/..", ".", "./a", "a/./b", ".hidden", "a/.hidden"),
    *("A", "a b", "a\\b", "a#1", "a%2e", "a\x00", "a\n", "ä", "~a", "a:b", "a" * 513),
]


def collect(store: Store, key: str, start: int, end: int) -> list[bytes]:
    """The streamed pieces."""

    async def read() -> list[bytes]:
        return [piece async for piece in store.stream(key, start, end)]

    return asyncio.run(read())


def test_what_is_put_is_given_back(store: Store) -> None:
    """Bytes come back unchanged, and a second put replaces the first."""
    for data in (b"first", b"", bytes(range(256)) * 5000):
        store.put("inputs/job-1/image.png", data)
        assert store.get("inputs/job-1/image.png") == data
        assert store.size("inputs/job-1/image.png") == len(data)


def test_the_store_keeps_its_own_copy(store: Store) -> None:
    """What the caller does with its buffer afterwards changes nothing."""
    data = bytearray(b"picture")
    store.put("a", bytes(data))
    data[:] = b"changed"
    assert store.get("a") == b"picture"


def test_a_missing_object_is_said_to_be_missing(store: Store) -> None:
    """Each method has its plain answer for an object that is not there."""
    assert store.size("nothing/here") is None
    with pytest.raises(FileNotFoundError):
        store.get("nothing/here")
    with pytest.raises(FileNotFoundError):
        collect(store, "nothing/here", 0, 1)


@pytest.mark.parametrize(
    ("start", "end"), [(0, 1), (0, 10), (3, 7), (9, 10), (4, 4), (7, 3), (5, 100), (0, 10**12)]
)
def test_ranges_are_streamed(store: Store, start: int, end: int) -> None:
    """A range is cut as a slice is."""
    store.put("ten", b"0123456789")
    assert b"".join(collect(store, "ten", start, end)) == b"0123456789"[start:end]


def test_large_objects_are_streamed_in_pieces(tmp_path: Path) -> None:
    """A large file is never whole in memory on its way out."""
    store = open_store(str(tmp_path))
    data = os.urandom(3 * CHUNK_BYTES + 5)
    store.put("large", data)
    pieces = collect(store, "large", 1, len(data))
    assert b"".join(pieces) == data[1:]
    assert max(map(len, pieces)) <= CHUNK_BYTES


def test_a_negative_start_is_refused(store: Store) -> None:
    """A range cannot begin before the object."""
    store.put("ten", b"0123456789")
    with pytest.raises(ValueError, match="range"):
        collect(store, "ten", -1, 5)


def test_deleting_passes_over_the_missing(store: Store) -> None:
    """A missing object among the keys does not keep the others from being deleted."""
    store.put("a/1", b"x")
    store.put("a/2", b"x")
    store.delete(["a/0", "a/1", "b/none", "a/2", "a/2"])
    assert list(store.keys()) == []


def test_keys_are_listed_by_prefix(store: Store) -> None:
    """A prefix is whole segments: `job-1` does not list what belongs to `job-10`."""
    for key in ("inputs/job-1/image", "inputs/job-1/ref-0", "inputs/job-10/image", "results/job-1.png"):
        store.put(key, b"x")
    assert sorted(store.keys("inputs/job-1")) == ["inputs/job-1/image", "inputs/job-1/ref-0"]
    assert len(list(store.keys("inputs/"))) == 3
    assert len(list(store.keys())) == 4
    assert list(store.keys("none")) == []


@pytest.mark.parametrize("key", BAD_KEYS)
def test_malformed_keys_are_refused(store: Store, key: str) -> None:
    """No method takes a key that could leave the store or be spelt in two ways."""
    with pytest.raises(ValueError, match="malformed key"):
        store.put(key, b"x")
    with pytest.raises(ValueError, match="malformed key"):
        store.get(key)
    with pytest.raises(ValueError, match="malformed key"):
        store.size(key)
    with pytest.raises(ValueError, match="malformed key"):
        store.delete(["fine", key])
    with pytest.raises(ValueError, match="malformed key"):
        collect(store, key, 0, 1)


def test_ping_leaves_nothing_behind(store: Store) -> None:
    """A healthy store passes, and keeps nothing of it."""
    store.ping()
    assert list(store.keys()) == []


def test_ping_fails_where_nothing_can_be_written(tmp_path: Path) -> None:
    """A store that cannot write is not healthy."""
    store = open_store(str(tmp_path / "images"))
    (tmp_path / "images").rmdir()
    (tmp_path / "images").write_text("a file where the folder was")
    with pytest.raises(Exception, match=r"images|ping"):
        store.ping()


def test_pings_do_not_disturb_each_other(tmp_path: Path) -> None:
    """Folders that empty out are removed while others write into them; nobody fails."""
    store = open_store(str(tmp_path))
    failures: list[Exception] = []

    def work() -> None:
        try:
            for _ in range(20):
                store.ping()
        except Exception as error:  # noqa: BLE001 - any failure is one
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_put_is_synced_with_its_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before put returns, the file and each folder up to the root have been flushed to the disk."""
    store = open_store(str(tmp_path))
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_ino))
    store.put("inputs/job-1/image", b"x")
    chain = ["inputs/job-1/image", "inputs/job-1", "inputs", "."]
    assert synced == [(tmp_path / each).stat().st_ino for each in chain]


def test_what_finds_no_room_leaves_nothing_behind(tmp_path: Path) -> None:
    """A file that cannot be written whole is refused, no part of it stays, and what fits is still taken."""
    store = open_store(str(tmp_path))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    # A limit on files stands for a full disk: a write fails in the middle of the file.
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(StoreFull):
            store.put("inputs/job-1", bytes(300_000))
        store.put("inputs/job-2", bytes(50_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["job-2"]


def test_emptied_folders_are_removed(tmp_path: Path) -> None:
    """A job's folder goes with its last file; the store's own folder stays."""
    store = open_store(str(tmp_path / "images"))
    store.put("inputs/job-1/image", b"x")
    store.delete(["inputs/job-1/image"])
    assert list((tmp_path / "images").iterdir()) == []


def test_leftovers_of_killed_processes_are_removed(tmp_path: Path) -> None:
    """Old half-written files go when the store is opened; what another process writes now stays."""
    (tmp_path / "inputs").mkdir()
    old, fresh, whole = (tmp_path / "inputs" / name for name in ("a#1", "b#1", "c"))
    for path in (old, fresh, whole):
        path.write_bytes(b"x")
    long_ago = time.time() - 7200
    os.utime(old, (long_ago, long_ago))
    os.utime(whole, (long_ago, long_ago))
    store = open_store(str(tmp_path))
    assert not old.exists()
    assert fresh.exists()
    assert list(store.keys()) == ["inputs/c"]


def test_folders_are_named_in_either_way(tmp_path: Path) -> None:
    """A path and a file URL open the same folder, also one with a space in it."""
    folder = tmp_path / "my images"
    open_store(str(folder)).put("a", b"x")
    assert open_store(f"file://{str(folder).replace(' ', '%20')}").get("a") == b"x"


def test_a_bucket_is_opened_without_being_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """An S3 URL is taken with and without a prefix, and nothing is sent yet."""
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    open_store("s3://bucket")
    open_store("s3://bucket/some/prefix/")


@pytest.mark.parametrize("url", ["", "s3://", "gs://bucket", "http://host/path", "file://otherhost/path"])
def test_other_stores_are_refused(url: str) -> None:
    """What is not supported is refused at start."""
    with pytest.raises(ValueError, match="the store must be"):
        open_store(url)
