"""C2PA content credentials: a signed record, inside a result, of what this service did to the photo.

Only the finished file goes in, and nothing that came with the photo: that is named as the ingredient `image`,
without a thumbnail, a hash or metadata of its own. docs/security.md says what signing changes.
"""

from __future__ import annotations

import importlib
import io
from pathlib import Path
from typing import Any

import numpy as np

from backcloth import __version__
from backcloth.domain.provenance import Origin, Provenance
from backcloth.errors import Unavailable, one_line
from backcloth.imaging.encode import encode_png
from backcloth.imaging.provenance import SOFTWARE

_ALGORITHM_OF_CURVE = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}

_SETTINGS = {
    "builder": {"thumbnail": {"enabled": False}},
    # A signature that does not hold is found here and not by whoever gets the picture. Whom to trust is
    # theirs to say, and nothing is fetched for it.
    "verify": {"verify_after_sign": True, "verify_trust": False, "remote_manifest_fetch": False},
}


class CredentialsUnusable(ValueError):
    """Results cannot be signed with what is configured."""


class Credentials:
    """Signs results.

    Args:
        certificates: PEM file of the signer's certificate and those above it, without the root.
        key: PEM file of its private key, not encrypted.
        timestamp_url: An RFC 3161 time-stamp authority, asked for each result; empty for none.

    Raises:
        CredentialsUnusable: a file cannot be read, the library is not installed, or a trial fails.
    """

    def __init__(self, certificates: Path, key: Path, timestamp_url: str = "") -> None:
        self._c2pa = _library()
        self._certificates = _read(certificates)
        self._algorithm, self._key = _signing_key(key)
        # Without the authority, so that a service also starts while that is away.
        self._timestamp_url: str | None = None
        try:
            self._signed(encode_png(np.zeros((1, 1, 3), np.uint8)), Provenance(Origin.FLAT))
        except self._c2pa.C2paError as fault:
            raise CredentialsUnusable(
                f"nothing can be signed with {certificates} and {key}: {one_line(fault)}"
            ) from None
        self._timestamp_url = timestamp_url or None

    def sign(self, png: bytes, provenance: Provenance) -> bytes:
        """The PNG with a signed manifest in it. Blocks; safe to call from several threads.

        Raises:
            Unavailable: it could not be signed, so it is not handed out.
        """
        try:
            return self._signed(png, provenance)
        except self._c2pa.C2paError as fault:
            raise Unavailable("The result could not be given its content credentials.") from fault

    def _signed(self, png: bytes, provenance: Provenance) -> bytes:
        c2pa = self._c2pa
        signer = c2pa.C2paSignerInfo(self._algorithm, self._certificates, self._key, self._timestamp_url)
        signed = io.BytesIO()
        with (
            c2pa.Signer.from_info(signer) as pen,
            c2pa.Context.from_dict(_SETTINGS) as context,
            c2pa.Builder(_manifest(provenance), context) as builder,
        ):
            builder.sign(pen, "image/png", io.BytesIO(png), signed)
        return signed.getvalue()


def _manifest(provenance: Provenance) -> dict[str, Any]:
    """What is claimed (C2PA specification 2.2, `c2pa.actions.v2`): a photo was opened, then edited."""
    software = {"name": SOFTWARE, "version": __version__}
    opened = {"action": "c2pa.opened", "parameters": {"ingredientIds": ["image"]}}
    edited = {
        "action": "c2pa.edited",
        "description": provenance.sentence,
        "digitalSourceType": str(provenance.source_type),
        "softwareAgent": software,
    }
    return {
        "claim_generator_info": [software],
        "ingredients": [{"title": "image", "relationship": "parentOf", "label": "image"}],
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [opened, edited]}}],
    }


def _library() -> Any:
    try:
        return importlib.import_module("c2pa")
    except ImportError:
        raise CredentialsUnusable(
            "content credentials need `pip install 'backcloth[c2pa]'`, which is missing"
        ) from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise CredentialsUnusable(f"cannot read {path}: {problem.strerror}") from None


def _signing_key(path: Path) -> tuple[str, bytes]:
    """The C2PA name of the key's algorithm, and the key in the one form that the library reads, PKCS #8."""
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415  # comes with the extra
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415  # likewise
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa  # noqa: PLC0415  # likewise

    pem = _read(path)
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise CredentialsUnusable(f"{path} is not a private key in PEM form, or is encrypted") from None
    match key:
        case ed25519.Ed25519PrivateKey():
            algorithm = "ed25519"
        case ec.EllipticCurvePrivateKey() if key.curve.name in _ALGORITHM_OF_CURVE:
            algorithm = _ALGORITHM_OF_CURVE[key.curve.name]
        case rsa.RSAPrivateKey():
            algorithm = "ps256"
        case _:
            raise CredentialsUnusable(f"{path}: C2PA allows Ed25519, RSA, P-256, P-384 and P-521 keys")
    return algorithm, key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
