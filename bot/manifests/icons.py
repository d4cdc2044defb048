"""The icons of the Teams app, drawn here: a section sign in a speech bubble, as PNG."""

from __future__ import annotations

import struct
import zlib
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bot import surface

Shape = NDArray[np.float64]

COLOR_SIZE, OUTLINE_SIZE = 192, 32
# Half of the section sign as two cubic curves, in units of its half height; the other half is this one turned upside down.
_CURVES = (
    ((0.34, -0.60), (0.34, -1.02), (-0.36, -1.04), (-0.36, -0.62)),
    ((-0.36, -0.62), (-0.36, -0.26), (0.44, -0.22), (0.44, 0.14)),
    ((0.44, 0.14), (0.44, 0.30), (0.30, 0.40), (0.12, 0.43)),
)


def color() -> bytes:
    """192 x 192: the bubble in white on the accent colour, the sign in the accent colour."""
    x, y = _grid(COLOR_SIZE)
    bubble = _covered(_bubble(x, y))
    sign = _covered(_sign(x, y, 0.40) - 0.066)
    ink = (bubble * (1 - sign))[..., None]
    accent = np.frombuffer(bytes.fromhex(surface.ACCENT.removeprefix("#")), np.uint8)
    pixels = accent * (1 - ink) + 255 * ink
    return _png(pixels.round().astype(np.uint8))


def outline() -> bytes:
    """32 x 32: lines in white on nothing."""
    x, y = _grid(OUTLINE_SIZE)
    edge = np.abs(_bubble(x, y)) - 0.05
    alpha = np.maximum(_covered(edge, OUTLINE_SIZE), _covered(_sign(x, y, 0.40) - 0.06, OUTLINE_SIZE))
    white = np.full((OUTLINE_SIZE, OUTLINE_SIZE, 3), 255, np.uint8)
    return _png(np.dstack([white, (alpha * 255).round().astype(np.uint8)]))


def _grid(size: int) -> tuple[Shape, Shape]:
    """The middle of each pixel, from -1 to 1, y downwards."""
    middles = (np.arange(size) + 0.5) / size * 2 - 1
    x, y = np.meshgrid(middles, middles)
    return x, y


def _covered(distance: Shape, size: int = COLOR_SIZE) -> Shape:
    """How much of each pixel lies inside, where the distance to the edge is negative inside."""
    inside: Shape = np.clip(0.5 - distance * size / 2, 0, 1)
    return inside


def _bubble(x: Shape, y: Shape) -> Shape:
    """Distance to a rounded rectangle with a tail below on the left."""
    across, down = np.abs(x) - 0.44, np.abs(y + 0.08) - 0.38
    corner = np.hypot(np.maximum(across, 0), np.maximum(down, 0))
    box = corner + np.minimum(np.maximum(across, down), 0) - 0.18
    # The tail is where three half planes meet.
    tail = np.maximum.reduce([-(x + 0.36), (x + y - 0.48) * np.sqrt(0.5), 0.30 - y])
    joined: Shape = np.minimum(box, tail)
    return joined


def _sign(x: Shape, y: Shape, half: float) -> Shape:
    """Distance to the middle line of the section sign with this half height, in the bubble's middle."""
    points = np.concatenate([_curve(curve) for curve in _CURVES])
    points = np.concatenate([points, [[np.nan, np.nan]], -points]) * half
    points[:, 1] -= 0.08
    nearest = np.full(x.shape, np.inf)
    for (x0, y0), (x1, y1) in pairwise(points):
        if np.isnan(x0 + x1):
            continue
        along = ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / ((x1 - x0) ** 2 + (y1 - y0) ** 2)
        along = np.clip(along, 0, 1)
        nearest = np.minimum(nearest, np.hypot(x - x0 - along * (x1 - x0), y - y0 - along * (y1 - y0)))
    return nearest


def _curve(ends: tuple[tuple[float, float], ...], steps: int = 12) -> Shape:
    """Points of a cubic curve, without its last."""
    at = np.arange(steps)[:, None] / steps
    a, b, c, d = (np.array(end) for end in ends)
    points: Shape = (1 - at) ** 3 * a + 3 * (1 - at) ** 2 * at * b + 3 * (1 - at) * at**2 * c + at**3 * d
    return points


def _png(pixels: NDArray[np.uint8]) -> bytes:
    """Eight bits a channel, red green blue and maybe alpha, no filter."""
    height, width, channels = pixels.shape
    head = struct.pack(">IIBBBBB", width, height, 8, 2 if channels == 3 else 6, 0, 0, 0)
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )
