"""An image is made anew: nothing but its pixels is left, turned as they are to be seen; no trap opens."""

import io
import subprocess
import sys

import pytest
from PIL import Image

from prosa.inspection.images import FORMATS, THUMBNAIL, Drawn, redraw
from prosa.models.errors import TooLargeError, UnsupportedTypeError
from tests import files

PIXELS = 1_000_000
KINDS = {name: kind for kind, name in FORMATS.items()}


def drawn(data: bytes, kind: str = "image/png", pixels: int = PIXELS) -> Drawn:
    found = redraw(io.BytesIO(data), kind, pixels=pixels)
    with found.content:
        return found._replace(content=io.BytesIO(found.content.read()))


@pytest.mark.parametrize("kind", FORMATS)
def test_an_image_stays_what_it_is(kind: str) -> None:
    found = drawn(files.picture(FORMATS[kind]), kind)
    with Image.open(found.content) as image:
        assert (image.format, image.size) == (FORMATS[kind], (60, 40))
        red, _, blue = image.convert("RGB").getpixel((5, 20))  # type: ignore[misc]
        assert (red > 200, blue < 60) == (True, True)
    assert (found.width, found.height) == (60, 40)


def test_nothing_tells_where_a_photograph_was_taken() -> None:
    found = drawn(files.photograph(), "image/jpeg")
    for data in (found.content.read(), found.thumbnail):
        with Image.open(io.BytesIO(data)) as image:
            assert not dict(image.getexif())
            assert not {"exif", "comment", "xmp", "icc_profile"} & set(image.info)
        for secret in (b"Exif", b"Camera de Ana", b"segredo", b"casa de Ana", b"xmpmeta"):
            assert secret in files.photograph() or secret == b"Exif"
            assert secret not in data


def test_a_photograph_is_turned_as_it_is_to_be_seen() -> None:
    found = drawn(files.photograph(orientation=6), "image/jpeg")
    assert (found.width, found.height) == (40, 60)
    with Image.open(found.content) as image:
        red, _, blue = image.getpixel((20, 5))  # type: ignore[misc]
        assert (red > 200, blue < 60) == (True, True)


@pytest.mark.parametrize(("format_", "kind"), [("GIF", "image/gif"), ("WEBP", "image/webp")])
def test_an_animation_goes_on_moving(format_: str, kind: str) -> None:
    found = drawn(files.moving(format_), kind)
    with Image.open(found.content) as image:
        assert image.n_frames == 3
        image.seek(2)
        image.load()
        assert image.info["duration"] == 120
        red, _, blue = image.convert("RGB").getpixel((5, 5))  # type: ignore[misc]
        assert (blue > 200, red < 60) == (True, True)
    with Image.open(io.BytesIO(found.thumbnail)) as small:
        assert getattr(small, "n_frames", 1) == 1


def test_an_animation_of_too_many_pixels_stands_still() -> None:
    with Image.open(drawn(files.moving("GIF"), "image/gif", pixels=30 * 20 * 2).content) as image:
        assert image.n_frames == 1


def test_what_is_seen_through_stays_so() -> None:
    written = io.BytesIO()
    Image.new("RGBA", (900, 300), (255, 0, 0, 40)).save(written, "PNG")
    found = drawn(written.getvalue())
    for data in (found.content.read(), found.thumbnail):
        with Image.open(io.BytesIO(data)) as image:
            assert image.convert("RGBA").getpixel((9, 9)) == (255, 0, 0, 40)
    assert found.thumbnail_type == "image/png"


@pytest.mark.parametrize(
    ("mode", "format_"), [("P", "PNG"), ("L", "PNG"), ("1", "PNG"), ("I;16", "PNG"), ("CMYK", "JPEG")]
)
def test_every_kind_of_pixels_can_be_drawn(mode: str, format_: str) -> None:
    written = io.BytesIO()
    Image.new(mode, (20, 10)).save(written, format_)
    assert drawn(written.getvalue(), f"image/{format_.lower()}").width == 20


def test_a_thumbnail_is_small_and_of_the_same_shape() -> None:
    with Image.open(io.BytesIO(drawn(files.picture(size=(1000, 500))).thumbnail)) as image:
        assert image.size == (THUMBNAIL, THUMBNAIL // 2)


def test_a_bomb_is_not_opened() -> None:
    with pytest.raises(TooLargeError) as caught:
        drawn(files.bomb())
    assert caught.value.details["limit"] == PIXELS


def test_a_frame_that_reaches_beyond_the_first_is_given_no_room() -> None:
    with pytest.raises(TooLargeError):
        drawn(files.beyond(7_000), "image/gif")
    with pytest.raises(UnsupportedTypeError):
        drawn(files.beyond(700), "image/gif")


def test_a_photograph_in_many_passes_is_not_drawn() -> None:
    assert drawn(files.progressive(9), "image/jpeg").width == 60
    with pytest.raises(UnsupportedTypeError):
        drawn(files.progressive(100), "image/jpeg")


@pytest.mark.parametrize("kind", ["GIF", "PNG", "JPEG", "filled JPEG"])
def test_a_picture_in_tiny_pieces_is_not_gone_through(kind: str) -> None:
    with pytest.raises(UnsupportedTypeError):
        drawn(files.tiny_pieces(kind), KINDS[kind.removeprefix("filled ")])


def test_a_picture_with_many_descriptions_of_its_colours_is_not_drawn() -> None:
    assert drawn(files.profiles(1)).width == 60
    with pytest.raises(UnsupportedTypeError):
        drawn(files.profiles(1_000))


def test_what_a_picture_says_of_itself_fills_no_log() -> None:
    script = (
        "import io, sys; from prosa.inspection.images import redraw;"
        "redraw(io.BytesIO(sys.stdin.buffer.read()), 'image/png', pixels=10_000)"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], input=files.tagged(100), capture_output=True, check=True
    )
    assert told.stderr == b""


def test_an_animation_of_many_pictures_that_hardly_change_goes_on_moving() -> None:
    images = [Image.new("RGB", (20, 20), (number % 256, number // 2, 0)) for number in range(500)]
    written = io.BytesIO()
    images[0].save(written, "GIF", save_all=True, append_images=images[1:])
    with Image.open(drawn(written.getvalue(), "image/gif").content) as image:
        assert getattr(image, "n_frames", 1) == 500


@pytest.mark.parametrize("data", [files.bomb(500), files.picture()[:-30], files.picture("JPEG"), files.HTML])
def test_what_cannot_be_drawn_to_its_end_is_refused(data: bytes) -> None:
    with pytest.raises(UnsupportedTypeError):
        drawn(data)


def test_what_stands_behind_an_image_is_gone() -> None:
    assert files.HTML not in drawn(files.picture("GIF") + files.HTML, "image/gif").content.read()
