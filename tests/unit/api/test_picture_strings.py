from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from backcloth.api.pictures import Pictures
from backcloth.domain.request import Remote, Stored
from backcloth.errors import BackclothError, InvalidRequest, TooLarge, UnsupportedMedia
from harness.pictures import encoded

PNG = encoded(Image.new("RGB", (2, 2)))
TEXT = base64.b64encode(PNG).decode()
JOB = "0" * 32


def pictures(max_references: int = 3) -> Pictures:
    """Of a request that has none yet."""
    return Pictures(JOB, max_references)


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        "\r\n".join(TEXT[start : start + 76] for start in range(0, len(TEXT), 76)) + "\n",
        f" {TEXT}\t",
        f"data:image/png;base64,{TEXT}",
        f"DATA:Image/PNG;charset=utf-8;BASE64,{TEXT}",
        f"data:;base64,{TEXT}",
    ],
)
def test_forms_of_base64(text: str) -> None:
    """Raw, in lines, with blanks around, as a data: URI: the same bytes, under a key of the job's."""
    found = pictures()
    source = found.image(text)
    assert isinstance(source, Stored)
    assert source.key.startswith(f"inputs/{JOB}")
    assert found.inline == {source.key: PNG}


@pytest.mark.parametrize("url", ["http://pictures.example/a.png", "HTTPS://pictures.example/a.png?b=c"])
def test_urls_are_left_to_the_job(url: str) -> None:
    """Nothing is fetched here."""
    found = pictures()
    assert found.image(url) == Remote(url)
    assert found.inline == {}


@pytest.mark.parametrize(
    "text",
    [
        *(
            "not base64!",
            "photo.png",
            "%%%%",
            "A",
            "AAAAA",
            "====",
            "data:image/png,hello",
            "data:,",
            "ftp://host/a",
        ),
        *(
            "file:///etc/passwd",
            "http://",
            "http://user:secret@pictures.example/",
            "https://pictures.example:0/",
        ),
        *(TEXT[:-4] + "====", "тест", TEXT + "\x00", "data:image/png;base64;base64"),
    ],
)
def test_neither_url_nor_base64_is_refused(text: str) -> None:
    """Naming the parameter."""
    with pytest.raises(InvalidRequest, match=r"^image: "):
        pictures().image(text)
    with pytest.raises(InvalidRequest, match=r"^ref_images\[1\]: "):
        pictures().references([TEXT, text])


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"<svg/>", b"hello world!"])
def test_bytes_that_are_no_picture_are_refused(data: bytes) -> None:
    """By their first bytes."""
    text = base64.b64encode(data).decode()
    with pytest.raises(UnsupportedMedia, match=r"^image: "):
        pictures().image(text)


def test_each_picture_has_a_key_of_its_own() -> None:
    """Also where two are the same."""
    found = pictures()
    sources = (found.image(TEXT), *found.references([TEXT, TEXT]))
    assert len({source.key for source in sources if isinstance(source, Stored)}) == 3
    assert len(found.inline) == 3


def test_references_are_counted() -> None:
    """As many as the setting allows, and no more."""
    assert len(pictures(2).references([TEXT] * 2)) == 2
    with pytest.raises(TooLarge, match="ref_images"):
        pictures(2).references([TEXT] * 3)


@given(st.text() | st.binary().map(lambda data: base64.b64encode(data).decode()))
def test_any_text_is_taken_or_refused(text: str) -> None:
    """With an error for the caller, and no other."""
    try:
        pictures().image(text)
    except BackclothError as refused:
        status = refused.status
        if status not in (400, 415):
            raise
