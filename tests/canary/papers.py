"""Files as telephones and offices make them, with their owner in every place that nobody sees."""

from __future__ import annotations

import io
from collections.abc import Mapping

from fpdf import FPDF
from PIL import Image, PngImagePlugin


def files(names: tuple[str, ...], facts: Mapping[str, str]) -> list[bytes]:
    """These files (`jpeg`, `png`, `pdf`) of somebody whose facts stand in them."""
    return [_MAKE[name](facts) for name in names]


def _exif(facts: Mapping[str, str]) -> Image.Exif:
    """Maker, owner and time of a picture, and a name for its place."""
    found = Image.Exif()
    found[0x010F], found[0x0132], found[0x013B] = facts["user agent"], "2026:11:20 14:02:11", facts["login"]
    found.get_ifd(0x8825)[29] = facts["e-mail"]
    return found


def _jpeg(facts: Mapping[str, str]) -> bytes:
    made = io.BytesIO()
    xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{facts['user id']}</x:xmpmeta>".encode()
    _picture().save(made, "JPEG", exif=_exif(facts), comment=facts["e-mail"].encode(), xmp=xmp)
    return made.getvalue()


def _png(facts: Mapping[str, str]) -> bytes:
    made, told = io.BytesIO(), PngImagePlugin.PngInfo()
    told.add_text("Author", facts["login"])
    told.add_text("Comment", facts["e-mail"] * 5, zip=True)
    _picture().save(made, "PNG", pnginfo=told, exif=_exif(facts))
    return made.getvalue()


def _pdf(facts: Mapping[str, str]) -> bytes:
    made = FPDF()
    made.set_author(facts["login"])
    made.set_title(facts["e-mail"])
    made.set_creator(facts["user agent"])
    made.set_xmp_metadata(f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{facts['user id']}</x:xmpmeta>")
    made.add_page()
    made.set_font("helvetica")
    made.cell(text="A page of the pool.")
    return bytes(made.output())


def _picture() -> Image.Image:
    return Image.linear_gradient("L").resize((64, 40)).convert("RGB")


_MAKE = {"jpeg": _jpeg, "png": _png, "pdf": _pdf}
