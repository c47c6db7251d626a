"""Images are made anew: what is stored has been drawn by us, pixel by pixel, and carries nothing else.

So there is no place, no camera and no comment in it, no second file behind its end, and no surprise for the
decoder of whoever looks at it. Alone knows Pillow. It is slow: ``inspector.py`` has threads for it.
"""

import io
import re
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO, NamedTuple

from PIL import Image, ImageCms, ImageOps, ImageSequence

from prosa.models.errors import TooLargeError, UnsupportedTypeError

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"}
THUMBNAIL = 480
"""Pixels of the longer side of what is shown in the room."""
FRAMES_MAX = 500
"""Of an animation; a longer one stands still."""
SIDE_MAX = 16_383
"""What WebP can hold, and no photograph needs."""
TICK_MS = 100
"""Of a frame that does not say how long it is shown."""
IN_MEMORY = 1024 * 1024
SCANS_MAX = 64
"""Of a progressive JPEG, which has a dozen: each is a pass over all pixels, and 60 bytes may be one."""
SEGMENTS_MAX = 1_000
"""Of a JPEG: its scans, and what stands before them, which may have 64 KiB each."""
PROFILE, PROFILES_MAX = b"iCCP", 8
"""Of a PNG, which has one, packed: a kilobyte may unpack to a thousand, and that each time."""
READS = 50_000
BYTES_A_READ = 32
"""How often a decoder may read, and once more for so many bytes of the file. Going through it in Python, it
reads an honest GIF of ten megabytes some 250,000 times, and one of tiny pieces millions of times."""
MARKER = re.compile(rb"\xff([^\x00\x01\xd0-\xd7\xff])", re.DOTALL)
"""Of a JPEG, with what it marks behind it: its length and as many bytes (ITU-T T.81, B.1.1.2)."""
START_OF_SCAN, END_OF_IMAGE = b"\xda", b"\xd9"

# Pixels are counted here, for every frame; but on the way to a frame Pillow makes room for it, and for twice
# as many pixels as this it makes none.
Image.MAX_IMAGE_PIXELS = 20_000_000
# What it warns of is in what a stranger has sent: a line for each of thousands of tags, all of them kept.
warnings.filterwarnings("ignore", module=r"PIL\.")


class Drawn(NamedTuple):
    """An image made anew, its size in pixels, and a small one of it, with its type."""

    content: BinaryIO
    width: int
    height: int
    thumbnail: bytes
    thumbnail_type: str


class _Counted:
    """A file as a decoder sees it, who may not go on for ever in tiny steps."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._left = READS + file.seek(0, io.SEEK_END) // BYTES_A_READ
        file.seek(0)
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int = -1) -> bytes:
        """The next bytes. Raises ``UnsupportedTypeError`` where there have been too many steps."""
        self._left -= 1
        if self._left < 0:
            raise UnsupportedTypeError
        return self._file.read(size)


def redraw(file: BinaryIO, kind: str, *, pixels: int) -> Drawn:
    """The image of ``file``, which is to be of the type ``kind``, without anything but its pixels.

    Its orientation is applied, its colours are sRGB, an animation goes on moving. Raises
    ``UnsupportedTypeError`` where it cannot be drawn to its end, ``TooLargeError`` over ``pixels``.
    """
    try:
        if kind == "image/jpeg":
            file.seek(0)
            _check_segments(file.read())
        if kind == "image/png":
            file.seek(0)
            _check_profiles(file.read())
        with Image.open(_Counted(file), formats=[FORMATS[kind]]) as image:  # type: ignore[arg-type]
            _check(image.size, pixels)
            return _redrawn(image, kind, pixels)
    except (UnsupportedTypeError, TooLargeError):
        raise
    except Image.DecompressionBombError:
        raise TooLargeError(limit=pixels) from None
    except Exception as error:  # of a broken image Pillow raises whatever its first wrong byte leads to
        raise UnsupportedTypeError from error


def _redrawn(image: Image.Image, kind: str, pixels: int) -> Drawn:
    content = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - whoever asked closes it
    try:
        frames = min(getattr(image, "n_frames", 1), FRAMES_MAX + 1)
        is_moving = 1 < frames <= FRAMES_MAX and image.width * image.height * frames <= pixels
        if is_moving and kind in ("image/gif", "image/webp"):
            first, durations = _first(image), _durations(image, frames)
            _save_moving(image, content, kind, durations, pixels)
        else:
            first = _first(image)
            _save(first, content, kind)
        content.seek(0)
        return Drawn(content, first.width, first.height, *_thumbnail(first))  # type: ignore[arg-type]
    except BaseException:
        content.close()
        raise


def _check(size: tuple[int, int], pixels: int) -> None:
    width, height = size
    if width * height > pixels:
        raise TooLargeError(limit=pixels)
    if not 0 < min(size) <= max(size) <= SIDE_MAX:
        raise UnsupportedTypeError


def _check_segments(jpeg: bytes) -> None:
    """Up to its end: behind it a telephone may have put a film."""
    segments, scans, end = 0, 0, 2
    while (found := MARKER.search(jpeg, end)) and found[1] != END_OF_IMAGE:
        segments += 1
        scans += found[1] == START_OF_SCAN
        if segments > SEGMENTS_MAX or scans > SCANS_MAX:
            raise UnsupportedTypeError
        end = found.end() + int.from_bytes(jpeg[found.end() : found.end() + 2])


def _check_profiles(png: bytes) -> None:
    """Wherever the word stands: among pixels it hardly ever does."""
    if png.count(PROFILE) > PROFILES_MAX:
        raise UnsupportedTypeError


def _first(image: Image.Image) -> Image.Image:
    """The image, or the first of an animation, as it is to be seen."""
    image.seek(0)
    image.load()
    return _bare(ImageOps.exif_transpose(image))


def _bare(image: Image.Image) -> Image.Image:
    """Pixels in RGB or RGBA, or grey, and nothing else."""
    profile = image.info.get("icc_profile")
    has_alpha = image.has_transparency_data
    mode = "RGBA" if has_alpha else "L" if image.mode in ("1", "L") else "RGB"
    if profile and (image.mode == mode != "L" or image.mode == "CMYK"):
        with suppress(ImageCms.PyCMSError, OSError, ValueError):  # a profile that says nothing sensible
            theirs = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                image, theirs, ImageCms.createProfile("sRGB"), outputMode=mode
            )
            image = converted or image
    bare = image.convert(mode) if image.mode != mode else image.copy()
    bare.info = {}
    bare.getexif().clear()
    return bare


def _save(image: Image.Image, content: object, kind: str) -> None:
    options: dict[str, object] = {
        "image/jpeg": {"quality": 88, "progressive": True, "optimize": True},
        "image/png": {},
        "image/gif": {},
        "image/webp": {"quality": 85, "method": 4},
    }[kind]  # type: ignore[assignment]
    image.save(content, FORMATS[kind], **options)  # type: ignore[arg-type]


def _durations(image: Image.Image, frames: int) -> list[int]:
    """How long each frame is shown, in milliseconds."""
    found = []
    size = image.size
    for number in range(frames):
        image.seek(number)
        if image.size != size:  # a later frame of a GIF may reach beyond the first
            raise UnsupportedTypeError
        if image.format == "WEBP":
            image.load()  # only then it is known
        found.append(max(int(image.info.get("duration", 0) or 0), 0) or TICK_MS)
    return found


def _save_moving(image: Image.Image, content: object, kind: str, durations: list[int], pixels: int) -> None:
    """All frames together have no more than ``pixels``: Pillow keeps a GIF's until the last one is known."""
    image.seek(0)
    options: dict[str, object] = {"disposal": 2} if kind == "image/gif" else {"quality": 80, "method": 2}
    if "loop" in image.info:
        options["loop"] = int(image.info["loop"])
    frames = _frames(image, pixels)
    first = next(frames)
    first.save(
        content,  # type: ignore[arg-type]
        FORMATS[kind],
        save_all=True,
        append_images=frames,
        duration=durations,
        **options,
    )


def _frames(image: Image.Image, pixels: int) -> Iterator[Image.Image]:
    for frame in ImageSequence.Iterator(image):
        _check(frame.size, pixels)
        drawn = frame.convert("RGBA")
        drawn.info = {}
        yield drawn


def _thumbnail(image: Image.Image) -> tuple[bytes, str]:
    """A small one: of what is opaque a JPEG, of the rest a PNG, which every browser can show."""
    small = image.copy()
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    written = io.BytesIO()
    if small.mode == "RGBA" and small.getchannel("A").getextrema() != (255, 255):
        small.save(written, "PNG", optimize=True)
        return written.getvalue(), "image/png"
    small.convert("RGB").save(written, "JPEG", quality=80, progressive=True, optimize=True)
    return written.getvalue(), "image/jpeg"
