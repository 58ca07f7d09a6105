from __future__ import annotations

import datetime as dt
import importlib
import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import c2pa
import numpy as np
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from PIL import Image

import backcloth
from backcloth.domain.provenance import Origin, Provenance
from backcloth.errors import Unavailable
from backcloth.imaging.credentials import Credentials, CredentialsUnusable
from backcloth.imaging.encode import encode_png
from backcloth.imaging.provenance import xmp
from harness.credentials import Key, Signer, make_signer, validated
from harness.service_process import free_port
from harness.site import Site
from harness.time_stamps import CAN_STAMP, TimeStamps

PICTURE = np.random.Generator(np.random.PCG64(5)).integers(0, 256, (37, 53, 3), dtype=np.uint8)
GENERATED = Provenance(Origin.GENERATED)
PNG = encode_png(PICTURE, xmp(GENERATED))


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    """An operator's files."""
    return make_signer(tmp_path_factory.mktemp("signer"))


@pytest.fixture(scope="module")
def signed(signer: Signer) -> bytes:
    """A result with its credentials."""
    return Credentials(signer.certificates, signer.key).sign(PNG, GENERATED)


def test_without_a_time_stamp_no_time_is_told(signer: Signer, signed: bytes) -> None:
    """The manifest says nothing of when the service was used."""
    _, manifest = validated(signed, signer.root)
    assert "time" not in manifest["signature_info"]
    assert "when" not in str(manifest)


def test_a_reader_trusts_what_was_signed(signer: Signer, signed: bytes) -> None:
    """By the chain to the root; it reads who made the file, what was done and by what kind of source."""
    verdict, manifest = validated(signed, signer.root)
    assert verdict == "Trusted"
    software = {"name": "Backcloth", "version": backcloth.__version__}
    assert software.items() <= manifest["claim_generator_info"][0].items()
    assert [each["title"] for each in manifest["ingredients"]] == ["image"]
    (actions,) = (each["data"]["actions"] for each in manifest["assertions"] if "actions" in each["label"])
    opened, edited = actions
    assert opened["action"] == "c2pa.opened"
    assert edited["action"] == "c2pa.edited"
    assert edited["digitalSourceType"] == GENERATED.source_type.value
    assert edited["description"] == "Background replaced: painted by a generative model."
    assert edited["softwareAgent"] == software


def test_pixels_and_packet_stay(signed: bytes) -> None:
    """Signing adds a chunk of a few kilobytes and changes nothing else."""
    image = Image.open(io.BytesIO(signed))
    assert (np.asarray(image) == PICTURE).all()
    assert image.info["XML:com.adobe.xmp"].encode() == xmp(GENERATED)
    assert 0 < len(signed) - len(PNG) < 8192
    assert not any(name in signed for name in (b"thumbnail", b"image/jpeg"))


def test_a_changed_pixel_breaks_the_signature(signer: Signer, signed: bytes) -> None:
    """Whoever paints over a result cannot keep its credentials."""
    forged = bytearray(signed)
    forged[signed.index(b"IDAT") + 40] ^= 1
    assert validated(bytes(forged), signer.root)[0] == "Invalid"


def test_another_root_does_not_trust_it(signed: bytes, tmp_path: Path) -> None:
    """A signature alone says nothing of who signed."""
    assert validated(signed, make_signer(tmp_path).root)[0] != "Trusted"


@pytest.mark.parametrize(
    ("key", "form"),
    [
        (ec.generate_private_key(ec.SECP256R1()), serialization.PrivateFormat.TraditionalOpenSSL),
        (ec.generate_private_key(ec.SECP384R1()), serialization.PrivateFormat.PKCS8),
        (ed25519.Ed25519PrivateKey.generate(), serialization.PrivateFormat.PKCS8),
        (rsa.generate_private_key(65537, 2048), serialization.PrivateFormat.TraditionalOpenSSL),
    ],
    ids=["p-256", "p-384", "ed25519", "rsa"],
)
def test_the_usual_keys_in_the_usual_forms_sign(
    tmp_path: Path, key: Key, form: serialization.PrivateFormat
) -> None:
    """The algorithm follows from the key, and what openssl writes is read."""
    signer = make_signer(tmp_path, key, form=form)
    signed = Credentials(signer.certificates, signer.key).sign(PNG, GENERATED)
    assert validated(signed, signer.root)[0] == "Trusted"


def test_several_threads_may_sign(signer: Signer) -> None:
    """As the workers do."""
    credentials = Credentials(signer.certificates, signer.key)
    with ThreadPoolExecutor(4) as threads:
        results = list(threads.map(lambda _: credentials.sign(PNG, GENERATED), range(12)))
    assert {validated(each, signer.root)[0] for each in results} == {"Trusted"}


def _wrong(signer: Signer, folder: Path) -> dict[str, tuple[Path, Path, str]]:
    """Pairs of files that cannot sign, and a word of why."""
    other = make_signer(folder / "other")
    old = make_signer(folder / "old", days=0)
    alone, empty, locked, curve = (folder / name for name in ("root", "empty", "locked", "curve"))
    alone.write_text(signer.root)
    empty.write_bytes(b"")
    key = ec.generate_private_key(ec.SECP256R1())
    secret = serialization.BestAvailableEncryption(b"secret")
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    locked.write_bytes(key.private_bytes(pem, form, secret))
    curve.write_bytes(
        ec.generate_private_key(ec.SECP256K1()).private_bytes(pem, form, serialization.NoEncryption())
    )
    return {
        "no certificates": (folder / "none.pem", signer.key, "cannot read"),
        "no key": (signer.certificates, folder / "none.pem", "cannot read"),
        "empty certificates": (empty, signer.key, "nothing can be signed"),
        "empty key": (signer.certificates, empty, "not a private key"),
        "key for certificates": (signer.key, signer.key, "nothing can be signed"),
        "certificates for key": (signer.certificates, signer.certificates, "not a private key"),
        "another's key": (signer.certificates, other.key, "nothing can be signed"),
        "a root alone": (alone, signer.key, "nothing can be signed"),
        "expired": (old.certificates, old.key, "valid"),
        "encrypted key": (signer.certificates, locked, "is encrypted"),
        "a curve that C2PA does not know": (signer.certificates, curve, "allows"),
    }


def test_files_that_cannot_sign_are_refused_at_once(signer: Signer, tmp_path: Path) -> None:
    """With one line that names the file and the reason, and never the key."""
    for name, (certificates, key, word) in _wrong(signer, tmp_path).items():
        with pytest.raises(CredentialsUnusable) as refused:
            Credentials(certificates, key)
        told = str(refused.value)
        assert word in told, name
        assert "\n" not in told, name
        assert str(tmp_path) in told or str(signer.key.parent) in told, name
        assert "PRIVATE KEY" not in told, name


def test_without_the_library_it_says_what_to_install(signer: Signer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is configured is never ignored."""

    def missing(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(CredentialsUnusable, match=r"backcloth\[c2pa\]"):
        Credentials(signer.certificates, signer.key)


@pytest.mark.skipif(not CAN_STAMP, reason="the openssl command, which stamps, is not there")
def test_a_time_stamp_stands_in_the_signature(signer: Signer, tmp_path: Path) -> None:
    """The authority is asked once a result, and a reader that trusts it reads when the result was signed."""
    with TimeStamps(tmp_path) as authority:
        credentials = Credentials(signer.certificates, signer.key, authority.origin)
        assert authority.asked == 0
        before = dt.datetime.now(dt.UTC).replace(microsecond=0)
        stamped = credentials.sign(PNG, GENERATED)
        after = dt.datetime.now(dt.UTC)
        assert authority.asked == 1
    verdict, manifest = validated(stamped, signer.root + authority.root)
    assert verdict == "Trusted"
    assert before <= dt.datetime.fromisoformat(manifest["signature_info"]["time"]) <= after


def test_a_time_stamp_authority_that_fails_fails_the_result(signer: Signer) -> None:
    """It is asked only where it is configured; nothing is handed out without the stamp that was wanted."""
    with Site({}) as nobody:
        Credentials(signer.certificates, signer.key).sign(PNG, GENERATED)
        assert nobody.deliveries.empty()
        credentials = Credentials(signer.certificates, signer.key, nobody.url("/stamp"))
        assert nobody.deliveries.empty()
        with pytest.raises(Unavailable) as refused:
            credentials.sign(PNG, GENERATED)
        assert nobody.deliveries.get(timeout=5).path == "/stamp"
    assert isinstance(refused.value.__cause__, c2pa.C2paError)
    silent = Credentials(signer.certificates, signer.key, f"http://127.0.0.1:{free_port()}/")
    with pytest.raises(Unavailable):
        silent.sign(PNG, GENERATED)
