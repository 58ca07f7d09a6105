"""A time-stamp authority (RFC 3161) on loopback, which has the `openssl` command write its answers."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from harness.credentials import TIME_STAMPING, certificate, pem
from harness.loopback import Loopback

CAN_STAMP = shutil.which("openssl") is not None

_SETTINGS = """
[authority]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
ess_cert_id_alg = sha256
"""


@dataclass
class TimeStamps(Loopback):
    """Runs while the `with` block does.

    Attributes:
        folder: For its key and its certificates.
        root: The root's certificate in PEM, which a reader trusts.
        asked: How many stamps it was asked for.
    """

    folder: Path
    root: str = ""
    asked: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        root = certificate("stamps-root", root_key, "stamps-root", root_key)
        own = certificate("stamps", key, "stamps-root", root_key, purpose=TIME_STAMPING)
        self.root = pem(root).decode()
        self._file("root.pem").write_text(self.root)
        self._file("own.pem").write_bytes(pem(own))
        form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        self._file("key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
        self._file("settings").write_text(_SETTINGS.format(folder=self.folder))
        self._file("serial").write_text("01\n")

    def _file(self, name: str) -> Path:
        return self.folder / name

    def stamp(self, query: bytes) -> bytes:
        """The answer to a query, both in DER."""
        self.asked += 1
        self._file("query").write_bytes(query)
        files = {"-queryfile": "query", "-signer": "own.pem", "-inkey": "key.pem", "-chain": "root.pem"}
        options = [str(word) for name, file in files.items() for word in (name, self._file(file))]
        settings = ("-config", str(self._file("settings")), "-section", "authority")
        command = ["openssl", "ts", "-reply", *settings, *options, "-out", str(self._file("reply"))]
        subprocess.run(command, check=True, capture_output=True)
        return self._file("reply").read_bytes()

    def handler(self) -> type[BaseHTTPRequestHandler]:
        """Stamps what is posted."""
        return _handler(self)


def _handler(authority: TimeStamps) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            reply = authority.stamp(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # the base class's name
            """Says nothing."""

    return Handler
