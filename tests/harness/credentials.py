"""A signer with a certificate chain of its own, made for one test run, and what a reader says of a result."""

from __future__ import annotations

import datetime as dt
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey

EMAIL_PROTECTION, TIME_STAMPING = ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.TIME_STAMPING
"""What certificates of C2PA signers and of time-stamp authorities are for."""

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Signer:
    """Files as an operator has them.

    Attributes:
        certificates: PEM file of the signer's certificate and its issuer's.
        key: PEM file of its private key.
        root: The root's certificate in PEM, which a reader trusts.
    """

    certificates: Path
    key: Path
    root: str

    @property
    def settings(self) -> dict[str, str]:
        """As the service's environment has them."""
        return {
            "BACKCLOTH_PROVENANCE_CERTIFICATES": str(self.certificates),
            "BACKCLOTH_PROVENANCE_KEY": str(self.key),
        }


def make_signer(
    folder: Path,
    key: Key | None = None,
    *,
    form: serialization.PrivateFormat = serialization.PrivateFormat.PKCS8,
    days: int = 30,
) -> Signer:
    """A root, an issuer below it, and a signer whose certificate is valid for some days from yesterday."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    root_key, issuer_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = certificate("root", root_key, "root", root_key)
    issuer = certificate("issuer", issuer_key, "root", root_key)
    signer = certificate("signer", key, "issuer", issuer_key, purpose=EMAIL_PROTECTION, days=days)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "chain.pem").write_bytes(pem(signer) + pem(issuer))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    )
    return Signer(folder / "chain.pem", folder / "key.pem", pem(root).decode())


def certificate(
    name: str,
    key: Key,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    purpose: x509.ObjectIdentifier | None = None,
    days: int = 30,
) -> x509.Certificate:
    """As the C2PA specification, 14.5, wants certificates; one without a purpose may issue others."""
    authority = purpose is None
    begins = dt.datetime.now(dt.UTC) - _DAY
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(_called(name))
        .issuer_name(_called(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + days * _DAY)
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not authority,
                key_cert_sign=authority,
                crl_sign=authority,
                encipher_only=False,
                decipher_only=False,
                **usage,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
    )
    if purpose:
        extension = x509.ExtendedKeyUsage([purpose])
        builder = builder.add_extension(extension, critical=purpose == TIME_STAMPING)
    return builder.sign(issuer_key, hashes.SHA256())


def _called(name: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )


def pem(of: x509.Certificate) -> bytes:
    """It as a file holds it."""
    return of.public_bytes(serialization.Encoding.PEM)


def validated(png: bytes, root: str) -> tuple[str, dict[str, Any]]:
    """The reader's verdict on a signed PNG (`Trusted`, `Valid` or `Invalid`), and its active manifest.

    Args:
        png: The file.
        root: The one certificate that is trusted, in PEM.

    Raises:
        c2pa.C2paError: there are no content credentials in it.
    """
    settings = {"trust": {"trust_anchors": root}, "verify": {"verify_trust": True}}
    with (
        c2pa.Context.from_dict(settings) as context,
        c2pa.Reader("image/png", io.BytesIO(png), context=context) as reader,
    ):
        told = json.loads(reader.json())
        return str(reader.get_validation_state()), told["manifests"][told["active_manifest"]]
