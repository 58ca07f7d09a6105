from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

from backcloth.errors import InvalidRequest, TooLarge, UnsupportedMedia
from backcloth.imaging.decode import Photo, decode

CAP = 50_000_000


def read(data: bytes, max_pixels: int = CAP) -> Photo:
    """Decodes as the pipeline does."""
    return decode(data, parameter="image", max_pixels=max_pixels)


def chunk(kind: bytes, body: bytes) -> bytes:
    """A PNG chunk."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(
    depth: int, colour_type: int, size: tuple[int, int], row: bytes, *extra: tuple[bytes, bytes]
) -> bytes:
    """A PNG written by hand: every row is `row`, `extra` are chunks before the pixels."""
    header = struct.pack(">IIBBBBB", *size, depth, colour_type, 0, 0, 0)
    pixels = zlib.compress((b"\0" + row) * min(size[1], 100))
    chunks = [(b"IHDR", header), *extra, (b"IDAT", pixels), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*each) for each in chunks)


def saved(image: Image.Image, form: str, **options: Any) -> bytes:
    """An image as a file."""
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def letter() -> Image.Image:
    """A picture that looks different in each of the eight orientations."""
    pixels = np.zeros((48, 32, 3), np.uint8)
    pixels[:16, :16] = (255, 0, 0)
    pixels[:16, 16:] = (0, 255, 0)
    pixels[32:, :16] = (0, 0, 255)
    return Image.fromarray(pixels)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_reads_the_three_formats(form: str) -> None:
    """JPEG, PNG and WEBP give an opaque photo of the right size and colour."""
    photo = read(saved(Image.new("RGB", (40, 30), (200, 100, 50)), form))
    assert photo.picture.shape == (30, 40, 3)
    assert photo.picture.dtype == np.uint8
    assert np.abs(photo.picture[15, 20].astype(int) - (200, 100, 50)).max() <= 3
    assert photo.alpha is None


def test_pixels_may_be_written_to() -> None:
    """The picture is an array of its own, contiguous and writeable."""
    picture = read(saved(letter(), "PNG")).picture
    assert picture.flags.writeable
    assert picture.flags.c_contiguous


def test_reads_the_first_picture_of_an_mpo() -> None:
    """An MPO, which cameras write under the name of JPEG, is read as its first picture."""
    first, second = Image.new("RGB", (40, 30), (250, 0, 0)), Image.new("RGB", (40, 30), (0, 250, 0))
    data = saved(first, "MPO", save_all=True, append_images=[second])
    assert Image.open(io.BytesIO(data)).format == "MPO"
    assert read(data).picture[15, 20, 0] > 240


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_reads_the_first_frame_of_an_animation(form: str) -> None:
    """Of an animated PNG or WEBP the first frame counts."""
    frames = [Image.new("RGB", (20, 20), colour) for colour in ((250, 0, 0), (0, 250, 0))]
    data = saved(frames[0], form, save_all=True, append_images=frames[1:], duration=100, lossless=True)
    assert tuple(read(data).picture[10, 10]) == (250, 0, 0)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_carries_out_exif_orientation(orientation: int) -> None:
    """All eight EXIF orientations come out as Pillow's own transposition turns them."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(letter(), "PNG", exif=exif)
    expected = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))))
    assert np.array_equal(read(data).picture, expected)


def test_orientation_turns_alpha_too() -> None:
    """Alpha is turned together with the picture."""
    exif = Image.Exif()
    exif[0x0112] = 6
    image = letter().convert("RGBA")
    image.putpixel((0, 0), (1, 2, 3, 0))
    photo = read(saved(image, "PNG", exif=exif))
    assert photo.alpha is not None
    assert photo.alpha.shape == photo.picture.shape[:2] == (32, 48)
    assert photo.alpha[0, -1] == 0


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data:UserWarning")
@pytest.mark.parametrize("exif", [b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0rubbish"])
def test_broken_exif_does_not_cost_the_picture(exif: bytes) -> None:
    """A photo whose EXIF cannot be read is taken as upright."""
    assert read(saved(letter(), "JPEG", exif=exif)).picture.shape == (48, 32, 3)


def test_scales_sixteen_bit_grey() -> None:
    """16-bit grey is divided by 257; it is not clipped at 255."""
    photo = read(png(16, 0, (4, 1), struct.pack(">4H", 0, 257, 32896, 65535)))
    assert photo.picture[0, :, 0].tolist() == [0, 1, 128, 255]


def test_sixteen_bit_grey_with_a_key_colour() -> None:
    """Exactly the key value of a 16-bit grey PNG is transparent, not the whole picture."""
    photo = read(png(16, 0, (3, 1), struct.pack(">3H", 299, 300, 65535), (b"tRNS", struct.pack(">H", 300))))
    assert photo.alpha is not None
    assert photo.alpha.tolist() == [[255, 0, 255]]


def test_reads_sixteen_bit_colour() -> None:
    """16-bit RGB keeps the high byte, and its key colour is honoured."""
    row = struct.pack(">6H", 0, 257, 65535, 1000, 2000, 3000)
    photo = read(png(16, 2, (2, 1), row, (b"tRNS", struct.pack(">3H", 1000, 2000, 3000))))
    assert photo.picture[0].tolist() == [[0, 1, 255], [3, 7, 11]]
    assert photo.alpha is not None
    assert photo.alpha.tolist() == [[255, 0]]


def test_reads_sixteen_bit_grey_with_alpha() -> None:
    """16-bit grey with an alpha channel keeps both."""
    photo = read(png(16, 4, (2, 1), struct.pack(">4H", 65535, 30000, 0, 65535)))
    assert photo.picture[0, :, 0].tolist() == [255, 0]
    assert photo.alpha is not None
    assert photo.alpha.tolist() == [[117, 255]]


@pytest.mark.parametrize(
    ("depth", "row", "key", "expected"),
    [
        (1, b"\xa0", 1, [0, 255, 0, 255]),
        (2, b"\xe4", 2, [255, 0, 255, 255]),
        (4, b"\xf3\x0f", 15, [0, 255, 255, 0]),
        (8, b"\x05\x06\x07\x06", 6, [255, 0, 255, 0]),
    ],
)
def test_grey_key_colour_at_every_depth(depth: int, row: bytes, key: int, expected: list[int]) -> None:
    """The key value of grey PNG is in the file's own samples, whatever their depth."""
    photo = read(png(depth, 0, (4, 1), row, (b"tRNS", struct.pack(">H", key))))
    assert photo.alpha is not None
    assert photo.alpha.tolist() == [expected]


def test_colour_key() -> None:
    """A key colour makes exactly that colour transparent."""
    photo = read(png(8, 2, (2, 1), bytes([5, 6, 7, 8, 9, 10]), (b"tRNS", struct.pack(">3H", 8, 9, 10))))
    assert photo.alpha is not None
    assert photo.alpha.tolist() == [[255, 0]]


@pytest.mark.parametrize(("table", "expected"), [(b"\xff\x80\0", [255, 128, 0]), (b"\xff\0", [255, 0, 255])])
def test_palette_with_transparency(table: bytes, expected: list[int]) -> None:
    """A palette's transparency, graded or one index, becomes alpha."""
    palette = (b"PLTE", bytes(range(1, 10)))
    photo = read(png(8, 3, (3, 1), b"\0\1\2", palette, (b"tRNS", table)))
    assert photo.picture[0].tolist() == [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    assert photo.alpha is not None
    assert photo.alpha.tolist() == [expected]


def test_palette_without_transparency_is_opaque() -> None:
    """A palette PNG without tRNS has no alpha."""
    photo = read(png(8, 3, (3, 1), b"\0\1\2", (b"PLTE", bytes(range(1, 10)))))
    assert photo.picture[0, 2].tolist() == [7, 8, 9]
    assert photo.alpha is None


@pytest.mark.parametrize(("mode", "colour"), [("LA", (90, 255)), ("RGBA", (90, 90, 90, 255))])
def test_an_alpha_of_255_everywhere_is_no_alpha(mode: str, colour: tuple[int, ...]) -> None:
    """A channel that hides nothing counts as opaque."""
    photo = read(saved(Image.new(mode, (4, 3), colour), "PNG"))
    assert photo.alpha is None
    assert photo.picture[0, 0].tolist() == [90, 90, 90]


def test_alpha_is_straight() -> None:
    """Colours under partial alpha come out as they stand in the file."""
    photo = read(saved(Image.new("RGBA", (4, 3), (200, 100, 50, 10)), "WEBP", lossless=True))
    assert photo.picture[0, 0].tolist() == [200, 100, 50]
    assert photo.alpha is not None
    assert photo.alpha[0, 0] == 10


def test_one_bit_is_black_and_white() -> None:
    """A 1-bit picture gives 0 and 255."""
    assert read(png(1, 0, (8, 1), b"\xa0")).picture[0, :3, 1].tolist() == [255, 0, 255]


def test_cmyk_without_profile_is_ink_on_white() -> None:
    """CMYK as Adobe writes it, inverted, comes out in its own colours and not as a negative."""
    data = saved(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG", quality=95)
    assert Image.open(io.BytesIO(data)).info.get("adobe") is not None
    red, green, blue = read(data).picture[8, 8].tolist()
    assert red > 240
    assert max(green, blue) < 15


def test_refuses_what_is_no_accepted_format() -> None:
    """Other formats, text and nothing at all are unsupported media, whatever they are called."""
    for data in (saved(letter(), "GIF"), saved(letter(), "TIFF"), saved(letter(), "BMP"), b"<svg/>", b""):
        with pytest.raises(UnsupportedMedia, match=r"^image: only JPEG, PNG and WEBP"):
            read(data)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_refuses_truncated_files(form: str, share: float) -> None:
    """A file that ends early is an invalid request, never a half-grey picture."""
    noise = np.random.Generator(np.random.PCG64(1)).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    data = saved(Image.fromarray(noise), form)
    with pytest.raises(InvalidRequest, match=r"^image: the picture is damaged"):
        read(data[: max(16, int(len(data) * share))])


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\0\0\0\0WEBPVP8 ",
        png(8, 0, (0, 5), b""),
        png(8, 7, (4, 4), b"abcd"),
        png(16, 3, (4, 4), b"abcd"),
        png(8, 0, (50, 50), b"abc"),
        png(8, 2, (1, 1), b"abc", (b"tRNS", b"\0")),
        png(8, 2, (1, 1), b"abc", (b"zTXt", b"k\0\0" + zlib.compress(b"0" * 3_000_000))),
        png(8, 2, (1, 1), b"abc", (b"fdAT", b"")),
    ],
)
def test_refuses_malformed_files(data: bytes) -> None:
    """Malformed headers and chunks give a caller's error, whatever the decoder raises."""
    with pytest.raises(InvalidRequest):
        read(data)


def test_any_damaged_byte_gives_a_photo_or_a_callers_error() -> None:
    """Flipped bytes never escape as anything but an invalid request."""
    random = np.random.Generator(np.random.PCG64(7))
    for form in ("JPEG", "PNG", "WEBP"):
        whole = np.frombuffer(saved(letter(), form), np.uint8)
        for _ in range(60):
            data = whole.copy()
            data[random.integers(12, len(data), 3)] = random.integers(0, 256, 3)
            try:
                read(data.tobytes())
            except (InvalidRequest, TooLarge):
                continue


def test_refuses_by_the_header_before_decoding() -> None:
    """A few bytes that claim four gigapixels are too large, and nothing is allocated for them."""
    with pytest.raises(TooLarge, match=r"^ref_images\[1\]: 65535 × 65535 pixels"):
        decode(png(8, 0, (65535, 65535), b""), parameter="ref_images[1]", max_pixels=CAP)


def test_the_cap_is_inclusive() -> None:
    """A picture of exactly the cap is accepted, one pixel fewer allowed is not."""
    data = saved(letter(), "PNG")
    assert read(data, max_pixels=48 * 32).picture.shape == (48, 32, 3)
    with pytest.raises(TooLarge):
        read(data, max_pixels=48 * 32 - 1)


def test_pillows_own_cap_does_not_stand_in_the_way() -> None:
    """A picture between Pillow's cap and ours gets as far as its pixels, without a warning."""
    with pytest.raises(InvalidRequest, match="damaged"):
        read(png(1, 0, (100_000, 2_000), b""), max_pixels=200_000_000)
