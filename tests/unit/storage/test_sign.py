from __future__ import annotations

import stat
import threading
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from backcloth.storage.sign import SECRET_BYTES, UrlSigner, load_secret

SIGNER = UrlSigner(bytes(range(32)), "https://pictures.example/base/")
KEY = "results/job-1.png"
EXPIRES = 1_700_000_000


def signed(signer: UrlSigner = SIGNER) -> tuple[str, str]:
    """`exp` and `sig` of a link to KEY."""
    query = parse_qs(urlsplit(signer.sign(KEY, EXPIRES)).query)
    return query["exp"][0], query["sig"][0]


def test_a_link_is_absolute_and_opens_its_key() -> None:
    """The link has the public address, the key and what verify needs."""
    url = urlsplit(SIGNER.sign(KEY, EXPIRES))
    assert (url.scheme, url.netloc, url.path) == ("https", "pictures.example", f"/base/files/{KEY}")
    assert SIGNER.verify(KEY, *signed(), now=EXPIRES - 1)


def test_a_link_ends_at_its_time() -> None:
    """It works until the second before, and never from then on."""
    assert SIGNER.verify(KEY, *signed(), now=EXPIRES - 0.001)
    assert not SIGNER.verify(KEY, *signed(), now=EXPIRES)
    assert not SIGNER.verify(KEY, *signed(), now=EXPIRES + 1)


def test_a_link_opens_only_its_key() -> None:
    """The signature holds for no other key."""
    for key in ("results/job-2.png", "results/job-1.pn", "results/job-1.png/", "", "/results/job-1.png"):
        assert not SIGNER.verify(key, *signed(), now=0)


def test_a_link_cannot_be_prolonged() -> None:
    """Neither another expiry nor another spelling of the same one is taken."""
    _, sig = signed()
    for exp in (
        str(EXPIRES + 1),
        f"0{EXPIRES}",
        f"+{EXPIRES}",
        f" {EXPIRES}",
        f"{EXPIRES}.0",
        "١٧٠٠٠٠٠٠٠٠",
        "",
    ):
        assert not SIGNER.verify(KEY, exp, sig, now=0)


def test_every_character_of_the_signature_counts() -> None:
    """Changing any one of them, or adding or dropping one, breaks it."""
    exp, sig = signed()
    for place, each in enumerate(sig):
        assert not SIGNER.verify(
            KEY, exp, sig[:place] + ("A" if each != "A" else "B") + sig[place + 1 :], now=0
        )
    for other in (sig[:-1], sig + "=", sig + "A", "", sig.lower()):
        assert not SIGNER.verify(KEY, exp, other, now=0)


def test_another_secret_signs_otherwise() -> None:
    """A link of another installation opens nothing here."""
    assert not SIGNER.verify(KEY, *signed(UrlSigner(bytes(32), "https://pictures.example/base")), now=0)


@pytest.mark.parametrize(
    "junk", ["", " ", "\x00", "\n", "ü", "\ud800", "null", "-1", "1e9", "9" * 5000, "A" * 43]
)
def test_junk_is_refused_without_an_error(junk: str) -> None:
    """Any text in any place, lone surrogates included, is merely wrong."""
    exp, sig = signed()
    assert not SIGNER.verify(junk, exp, sig, now=0)
    assert not SIGNER.verify(KEY, junk, sig, now=0)
    assert not SIGNER.verify(KEY, exp, junk, now=0)
    assert not SIGNER.verify(junk, junk, junk, now=0)


def test_a_short_secret_is_refused() -> None:
    """A secret below the hash's strength is a mistake."""
    with pytest.raises(ValueError, match="32 bytes"):
        UrlSigner(bytes(31), "https://pictures.example")


def test_the_secret_is_made_once(tmp_path: Path) -> None:
    """The first call makes a private file, later ones read it, and no draft stays."""
    path = tmp_path / "new" / "secret"
    first = load_secret(path)
    assert len(first) == SECRET_BYTES
    assert load_secret(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["secret"]
    assert load_secret(tmp_path / "other") != first


def test_processes_that_start_together_agree(tmp_path: Path) -> None:
    """However many race to make the secret, all get the same one."""
    path = tmp_path / "secret"
    barrier = threading.Barrier(8)
    found: set[bytes] = set()

    def start() -> None:
        barrier.wait()
        found.add(load_secret(path))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 1
    assert [each.name for each in tmp_path.iterdir()] == ["secret"]


def test_a_damaged_secret_is_refused(tmp_path: Path) -> None:
    """A file of another length is not silently used."""
    path = tmp_path / "secret"
    path.write_bytes(b"short")
    with pytest.raises(ValueError, match="32 bytes"):
        load_secret(path)
    assert path.read_bytes() == b"short"
