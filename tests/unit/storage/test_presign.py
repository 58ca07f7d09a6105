from __future__ import annotations

import time
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from backcloth.storage.presign import Presigner
from backcloth.storage.store import open_store
from harness.bucket import KEY_ID, REGION, SECRET, Bucket

KEY = "results/0.png"
DAY_S = 86_400


def test_a_link_gives_the_picture_as_a_png(bucket: Bucket) -> None:
    """A plain GET of the link reads the object, with the type by which browsers show it."""
    open_store(bucket.url).put(KEY, b"picture")
    answer = httpx.get(Presigner(bucket.url, "", 7).sign(KEY, int(time.time()) + 60))
    assert (answer.status_code, answer.content) == (200, b"picture")
    assert answer.headers["content-type"] == "image/png"


@pytest.mark.parametrize(
    ("days_left", "longest_days", "lives_s"), [(3, 7, 3 * DAY_S), (30, 7, 7 * DAY_S), (3, 0.5, DAY_S // 2)]
)
def test_a_link_ends_with_its_picture_or_earlier(
    bucket: Bucket, days_left: int, longest_days: float, lives_s: int
) -> None:
    """Whichever is first: the end of the picture, the operator's limit, or the seven days of S3."""
    link = Presigner(bucket.url, "", longest_days).sign(KEY, int(time.time()) + days_left * DAY_S)
    lives = int(parse_qs(urlsplit(link).query)["X-Amz-Expires"][0])
    assert lives_s - 60 < lives <= lives_s


@pytest.mark.parametrize("endpoint", ["", "https://pictures.example:9000"])
def test_a_link_is_signed_for_the_host_that_clients_ask(bucket: Bucket, endpoint: str) -> None:
    """Amazon's own library makes the same signature of the same URL at the same time."""
    presigner = Presigner(bucket.url, endpoint, 7)
    link = urlsplit(presigner.sign(KEY, int(time.time()) + 600))
    assert f"{link.scheme}://{link.netloc}" == presigner.origin == (endpoint or bucket.origin)
    assert link.path == f"/pictures/some/prefix/{KEY}"
    query = {name: values[0] for name, values in parse_qs(link.query).items()}
    request = AWSRequest("GET", f"{presigner.origin}{link.path}")
    request.context["timestamp"] = query["X-Amz-Date"]
    auth = S3SigV4QueryAuth(Credentials(KEY_ID, SECRET), "s3", REGION, int(query["X-Amz-Expires"]))
    auth._inject_signature_to_request(request, _signature(auth, request))
    assert query["X-Amz-Signature"] in request.url


def _signature(auth: S3SigV4QueryAuth, request: AWSRequest) -> str:
    auth._modify_request_before_signing(request)
    text = auth.string_to_sign(request, auth.canonical_request(request))
    signature: str = auth.signature(text, request)
    return signature
