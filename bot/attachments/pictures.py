"""Pictures, painted anew on an empty canvas: only the points are carried over, so that nothing else can be. Pure."""

from __future__ import annotations

import io
import logging
import warnings
from typing import Any

from PIL import Image, ImageOps

from bot.attachments import LARGEST, BrokenPicture, TooLarge, TooManyPixels

# Pillow says what it finds in a picture, owners and places too, and when it found it; nobody is to hear that.
logging.getLogger("PIL").setLevel(logging.CRITICAL + 1)
warnings.filterwarnings("ignore", module=r"PIL\.")
# Some three bytes a pixel while it is painted; the camera of a telephone has 12 million, a long screenshot up to 20.
MOST_PIXELS = 26_000_000
_HALVINGS = 3
# The same for everybody, so that neither the tables nor the order say anything of the device.
_SAVING: dict[str, dict[str, Any]] = {
    "PNG": {"compress_level": 6},
    "JPEG": {"quality": 85, "subsampling": 2},
    "WEBP": {"quality": 85, "method": 2},
}
_MODES = {"PNG": ("1", "L", "LA", "RGB", "RGBA"), "JPEG": ("L", "RGB"), "WEBP": ("RGB", "RGBA")}


def painted(content: bytes, kind: str) -> bytes:
    """The picture (its first one, where it moves), upright, in the same kind of file. Raises NotTaken."""
    canvas = _canvas(content, kind)
    for _ in range(_HALVINGS):
        made = io.BytesIO()
        canvas.save(made, kind, **_SAVING[kind])
        if made.tell() <= LARGEST:
            return made.getvalue()
        canvas = canvas.resize((max(1, canvas.width // 2), max(1, canvas.height // 2)))
    raise TooLarge


def _canvas(content: bytes, kind: str) -> Image.Image:
    """The points on a canvas that knows of nothing else."""
    try:
        picture = Image.open(io.BytesIO(content), formats=[kind])
        if picture.width * picture.height > MOST_PIXELS:
            raise TooManyPixels
        points = _plainly(ImageOps.exif_transpose(picture), _MODES[kind])
        canvas = Image.new(points.mode, points.size)
        canvas.paste(points)
        return canvas
    except TooManyPixels:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise TooManyPixels from None
    except Exception:  # noqa: BLE001 - a damaged picture makes Pillow raise whatever it likes; it is refused, and nothing said of it
        raise BrokenPicture from None


def _plainly(picture: Image.Image, modes: tuple[str, ...]) -> Image.Image:
    """In one of these modes, with its transparency where the kind can have it. A transparent point has no colour beneath."""
    clear = "A" in picture.getbands() or "transparency" in picture.info
    if clear and "RGBA" in modes:
        over = Image.new("RGBA", picture.size)
        over.alpha_composite(picture.convert("RGBA"))
        return over
    if clear:
        white = Image.new("RGBA", picture.size, "white")
        white.alpha_composite(picture.convert("RGBA"))
        return white.convert("RGB")
    if picture.mode.startswith(("I", "F")):
        return picture.convert("I").point(lambda value: value / 256).convert("L" if "L" in modes else "RGB")
    return picture if picture.mode in modes else picture.convert("RGB")
