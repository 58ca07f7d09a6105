"""rembg's own HTTP server with the same weights, in an environment of its own."""

from __future__ import annotations

import http.client
import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

from bench.process import Server, free_port

VERSION = "2.0.86"
MODEL = "u2netp"
WEIGHTS = Path(__file__).parent.parent / "src" / "backcloth" / "cutout" / "weights" / "u2netp.onnx"
READY_LIMIT_S = 240.0
"""The first start in a new environment compiles numba functions for a minute."""
ANSWER_LIMIT_S = 120.0


def install(environment: Path) -> Path:
    """Makes the virtual environment unless it is there, and puts our weights where rembg looks for them.

    Returns:
        The `rembg` command.
    """
    command = environment / "bin" / "rembg"
    if not command.exists():
        print(f"installing rembg {VERSION} into {environment} (about 600 MB, minutes) …", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        wanted = f"rembg[cpu,cli]=={VERSION}"
        subprocess.run([environment / "bin" / "pip", "install", "--quiet", wanted], check=True)
    models = environment / "models"
    models.mkdir(exist_ok=True)
    shutil.copyfile(WEIGHTS, models / WEIGHTS.name)
    return command


class Rembg:
    """`rembg s` on a free loopback port, without its Gradio page.

    Args:
        environment: A virtual environment that `install` made.
        log: Where the server's output goes.
    """

    def __init__(self, environment: Path, log: Path) -> None:
        self._port = free_port()
        self.server = Server(
            "rembg",
            [
                str(environment / "bin" / "rembg"),
                *("s", "--host", "127.0.0.1", "--port", str(self._port), "--no-ui", "--log_level", "warning"),
            ],
            # It opens a browser at start, and downloads weights that it does not find.
            os.environ | {"U2NET_HOME": str(environment / "models"), "BROWSER": "true"},
            log,
        )
        self.ready_s = self.server.wait_until_ready(f"http://127.0.0.1:{self._port}/api", READY_LIMIT_S)

    def flat(self, photo: bytes, colour: tuple[int, int, int]) -> bytes:
        """One request with a background colour, from sending the photo to holding the PNG."""
        boundary = secrets.token_hex(16)
        body = b"".join(
            (
                f'--{boundary}\r\nContent-Disposition: form-data; name="model"\r\n\r\n{MODEL}\r\n'.encode(),
                f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="photo.jpg"\r\n'
                "Content-Type: image/jpeg\r\n\r\n".encode(),
                photo,
                f"\r\n--{boundary}--\r\n".encode(),
            )
        )
        path = "/api/remove?bgc={},{},{},255".format(*colour)
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=ANSWER_LIMIT_S)
        try:
            headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            picture = answer.read()
        finally:
            connection.close()
        if answer.status != 200 or not picture.startswith(b"\x89PNG"):
            raise RuntimeError(f"rembg answered {answer.status}: {picture[:500]!r}")
        return picture
