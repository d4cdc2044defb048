"""A PDF, built anew: pages, and of each only what is needed to draw it, key by key from a list of what may be there. Pure.

So there is no place for an author, a time, a history, a note, a form, a script, a file within or a small picture of the page;
what cannot be carried over safely makes the whole file refused. What can be read on a page stays, also what is drawn invisibly.
"""

from __future__ import annotations

import io
import logging
import re
import zlib
from typing import Any

# It says what it finds in a file, and with the first one that it is there; nobody is to hear that.
logging.getLogger("pikepdf").setLevel(logging.CRITICAL + 1)

import pikepdf  # noqa: E402 - as just said
from pikepdf import Array, Dictionary, Name, Stream  # noqa: E402

from bot.attachments import LARGEST, TooLarge, UnsafePaper  # noqa: E402
from bot.attachments.jpegs import bare  # noqa: E402

MOST_PAGES, MOST_PARTS, DEEPEST = 50, 20_000, 60
# Unpacked, in bytes: all instructions of the pages, and everything together.
MOST_DRAWING, MOST_UNPACKED = 4 * 1024 * 1024, 192 * 1024 * 1024
_CHUNK = 1024 * 1024

_KEYS = frozenset(
    """
    AIS Alternate AntiAlias Ascent AvgWidth BBox BC BG BG2 BM BPC Background BaseEncoding BaseFont BitsPerComponent
    BitsPerCoordinate BitsPerFlag BitsPerSample BlackIs1 BlackPoint Bounds C0 C1 CA CIDSet CIDSystemInfo CIDToGIDMap
    CMapName CS CapHeight CharSet CharProcs ColorSpace ColorTransform Colors Columns Coords D DW DW2 Decode DecodeParms
    Descent DescendantFonts Differences Domain EncodedByteAlign Encode Encoding EndOfBlock EndOfLine Extend FL FirstChar
    Flags Font FontBBox FontDescriptor FontFile FontFile2 FontFile3 FontMatrix FontName FontStretch FontWeight FormType
    Function FunctionType Functions G Gamma HT Height I ImageMask Intent Interpolate ItalicAngle K LC LJ LW LastChar Leading
    Length1 Length2 Length3 ML Mask Matrix Matte MaxWidth MissingWidth N OP OPM Order Ordering PaintType PatternType
    Predictor RI Range Registry Rows S SA SM SMask Shading ShadingType Size StemH StemV Subtype Supplement TK TR TR2
    TilingType ToUnicode Type UCR UCR2 UseCMap VerticesPerRow W W2 WMode WhitePoint Width Widths XHeight XStep YStep ca op
    """.split()
)
# Where names are given by whoever made the file, since the page's instructions use them.
_NAMED = ("ExtGState", "ColorSpace", "Pattern", "Shading", "XObject", "Font")
_BOXES = ("MediaBox", "CropBox")
_MARKS = frozenset({"BMC", "BDC", "EMC", "MP", "DP"})
_SHOWN = (Name.Image, Name.Form)
# Programs in letters: tables of characters, and functions; a remark in them goes on to the end of its line.
_REMARK = re.compile(rb"%[^\r\n]*")
_DEVICE = {1: Name.DeviceGray, 3: Name.DeviceRGB, 4: Name.DeviceCMYK}
# How bytes are packed.
_PLAIN, _FAX, _PACKED, _JPEG = "", "/CCITTFaxDecode", "/FlateDecode", "/DCTDecode"


def rebuilt(content: bytes) -> bytes:
    """The pages in a PDF of their own. Raises UnsafePaper and TooLarge."""
    try:
        with pikepdf.open(io.BytesIO(content)) as old, pikepdf.new() as new:
            if old.is_encrypted or not 0 < len(old.pages) <= MOST_PAGES or "/OCProperties" in old.Root:
                raise UnsafePaper
            builder = _Builder(new)
            for page in old.pages:
                new.pages.append(builder.page(page))
            made = io.BytesIO()
            new.save(made, static_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    except (UnsafePaper, TooLarge):
        raise
    except Exception:  # noqa: BLE001 - a damaged file makes the library raise whatever it likes; it is refused, and nothing said of it
        raise UnsafePaper from None
    if made.tell() > LARGEST:
        raise TooLarge
    return made.getvalue()


class _Builder:
    """Carries objects from one PDF to a new one; what is used twice is carried once."""

    def __init__(self, new: pikepdf.Pdf) -> None:
        self._new = new
        self._done: dict[tuple[int, int], Any] = {}
        self._parts = 0
        self._drawing = MOST_DRAWING
        self._unpacked = MOST_UNPACKED

    def page(self, old: pikepdf.Page) -> pikepdf.Page:
        """One page, with its boxes, its turn, and what its instructions use."""
        made = Dictionary(Type=Name.Page)
        for box, given in zip(_BOXES, (old.mediabox, old.cropbox), strict=True):
            made[f"/{box}"] = Array([_number(each) for each in given])
        made.Rotate = int(old.rotation) % 360
        if "/UserUnit" in old.obj:
            made.UserUnit = _number(old.obj.UserUnit)
        if "/Group" in old.obj:
            made.Group = self._value(old.obj.Group, 1)
        made.Resources = self._resources(old.resources, 1)
        drawing = old.obj.get("/Contents", Array([]))
        streams = list(drawing) if isinstance(drawing, Array) else [drawing]
        made.Contents = Stream(self._new, self._instructions(b"\n".join(self._unpack(each) for each in streams)))
        return pikepdf.Page(self._new.make_indirect(made))

    def _value(self, old: Any, depth: int) -> Any:
        """Any object, or UnsafePaper where it is nested or counted without end."""
        self._parts += 1
        if depth > DEEPEST or self._parts > MOST_PARTS * 20:
            raise UnsafePaper
        if not isinstance(old, pikepdf.Object):
            return old
        known = old.objgen if old.is_indirect else (0, 0)
        if known != (0, 0) and known in self._done:
            return self._done[known]
        if len(self._done) > MOST_PARTS:
            raise UnsafePaper
        if isinstance(old, Stream):
            return self._stream(old, known, depth)
        if isinstance(old, Dictionary):
            return self._dictionary(old, known, depth)
        if isinstance(old, Array):
            return self._array(old, depth)
        return pikepdf.Object.parse(old.unparse())

    def _array(self, old: Any, depth: int) -> Any:
        """A list; a colour space with a profile becomes the plain one, for a profile may name a screen or its owner."""
        if len(old) == 2 and old[0] == Name.ICCBased:
            return _DEVICE[int(old[1].get("/N", 0))]
        return Array([self._value(each, depth + 1) for each in old])

    def _dictionary(self, old: Any, known: tuple[int, int], depth: int) -> Any:
        made = self._new.make_indirect(Dictionary()) if known != (0, 0) else Dictionary()
        if known != (0, 0):
            self._done[known] = made
        self._fill(made, old, depth)
        return made

    def _fill(self, made: Any, old: Any, depth: int) -> None:
        """The keys that may be there, and no others."""
        for key in old.keys():  # noqa: SIM118 - the library's own, which has no other iterator
            name = key[1:]
            if name == "Resources":
                made[key] = self._resources(old[key], depth + 1)
            elif name == "CharProcs":
                made[key] = Dictionary({each: self._drawn(old[key][each], depth + 1) for each in old[key].keys()})  # noqa: SIM118
            elif name in _KEYS:
                made[key] = self._value(old[key], depth + 1)

    def _resources(self, old: Any, depth: int) -> Any:
        """What instructions use, by its kind and the name that they give it."""
        made = Dictionary()
        for kind in (f"/{each}" for each in _NAMED):
            if kind in old:
                if kind == "/XObject" and any(each.get("/Subtype") not in _SHOWN for _, each in old[kind].items()):
                    raise UnsafePaper
                made[kind] = Dictionary({name: self._value(each, depth + 1) for name, each in old[kind].items()})
        return made

    def _stream(self, old: Any, known: tuple[int, int], depth: int) -> Any:
        """Bytes with what says how to read them."""
        if old.get("/PatternType") == 1 or old.get("/Subtype") == Name.Form:
            return self._drawn(old, depth)
        made = self._kept(known)
        self._fill(made, old, depth)
        self._write(made, old)
        return made

    def _drawn(self, old: Any, depth: int) -> Any:
        """A part of a page that is drawn by instructions of its own."""
        known = old.objgen
        if known in self._done:
            return self._done[known]
        made = self._kept(known)
        self._fill(made, old, depth)
        for key in ("/DecodeParms", "/Filter"):
            if key in made:
                del made[key]
        made.write(self._instructions(self._unpack(old)))
        return made

    def _kept(self, known: tuple[int, int]) -> Any:
        made = Stream(self._new, b"")
        self._done[known] = made
        return made

    def _write(self, made: Any, old: Any) -> None:
        """The bytes, packed anew where they are packed, and without anything behind their end."""
        how = _filter(old)
        parms = made.get("/DecodeParms")
        parms = parms[0] if isinstance(parms, Array) and len(parms) == 1 else parms
        if how == _JPEG:
            made.write(bare(old.read_raw_bytes()), filter=Name.DCTDecode, decode_parms=parms)
        elif how == _FAX:
            made.write(old.read_raw_bytes(), filter=Name.CCITTFaxDecode, decode_parms=parms)
        else:
            found = self._unpack(old)
            if b"begincmap" in found or old.get("/FunctionType") == 4:
                found = _REMARK.sub(b"", found)
            made.write(zlib.compress(found, 6), filter=Name.FlateDecode, decode_parms=parms)

    def _unpack(self, stream: Any) -> bytes:
        """The bytes without their packing; what is undone after it (a predictor) stays. Raises UnsafePaper where they swell."""
        how, raw = _filter(stream), bytes(stream.read_raw_bytes())
        if how == _PLAIN:
            found = raw
        elif how == _PACKED:
            found = zlib.decompressobj().decompress(raw, max(1, min(self._unpacked, 64 * _CHUNK)))
        else:
            raise UnsafePaper
        self._unpacked -= len(found)
        if self._unpacked <= 0 or len(found) >= 64 * _CHUNK:
            raise UnsafePaper
        return found

    def _instructions(self, raw: bytes) -> bytes:
        """The same drawing: without remarks, and without the marks around its parts, which may say anything."""
        self._drawing -= len(raw)
        if self._drawing < 0:
            raise UnsafePaper
        kept = []
        for each in pikepdf.parse_content_stream(Stream(self._new, raw)):
            if isinstance(each, pikepdf.ContentStreamInlineImage):
                filters = str(each.iimage.filters)
                if "DCT" in filters or "JPX" in filters:
                    raise UnsafePaper
            elif str(each.operator) in _MARKS:
                continue
            kept.append(each)
        return bytes(pikepdf.unparse_content_stream(kept))


def _filter(stream: Any) -> str:
    """How these bytes are packed. Raises UnsafePaper for ways that cannot be undone here, and for several at once."""
    given = stream.get("/Filter", Array([]))
    names = [str(each) for each in given] if isinstance(given, Array) else [str(given)]
    if "/F" in stream or len(names) > 1 or any(each not in (_PACKED, _JPEG, _FAX) for each in names):
        raise UnsafePaper
    return names[0] if names else _PLAIN


def _number(given: Any) -> Any:
    """A number and nothing else."""
    found = float(given)
    return int(found) if found == int(found) else round(found, 4)
