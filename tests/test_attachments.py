"""Files that come with a report: what is seen stays, and nothing else does, in every kind that is taken; the rest is refused."""

from __future__ import annotations

import datetime
import functools
import io
import logging
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable

import pikepdf
import pypdf
import pytest
from fpdf import FPDF
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageCms, PngImagePlugin

from bot.attachments import LARGEST, Attachment, cleaned
from bot.attachments.pictures import MOST_PIXELS

pytestmark = pytest.mark.anonymity

CANARY = "U0CANARY203"
MARK = CANARY.encode()


def taken(content: bytes) -> Attachment:
    """The cleaned file; fails where it is refused."""
    found, refused = cleaned([content])
    assert refused == ()
    return found[0]


def refused(content: bytes) -> str:
    """Why it is refused; fails where it is taken."""
    found, why = cleaned([content])
    assert found == ()
    return why[0]


def nowhere(content: bytes, mark: bytes = MARK) -> bool:
    """Whether a mark is nowhere in these bytes: as it is, in UTF-16, in hexadecimal, or in what is packed within."""
    opened = [content]
    for start in range(len(content) - 1):
        if content[start] == 0x78 and content[start + 1] in (0x01, 0x5E, 0x9C, 0xDA):
            try:
                opened.append(zlib.decompressobj().decompress(content[start:]))
            except zlib.error:
                continue
    text = mark.decode()
    shapes = (mark, text.encode("utf-16-be"), text.encode("utf-16-le"), mark.hex().encode(), mark.hex().upper().encode())
    return not any(shape in each for shape in shapes for each in opened)


def photo(mode: str = "RGB", size: tuple[int, int] = (64, 40)) -> Image.Image:
    return Image.linear_gradient("L").resize(size).convert(mode)


def exif() -> Image.Exif:
    """Maker, owner, place and time as a telephone writes them; turned by a quarter."""
    found = Image.Exif()
    found[0x010F], found[0x0112], found[0x0132], found[0x013B] = CANARY, 6, "2027:03:01 14:02:11", CANARY
    found.get_ifd(0x8825)[29] = CANARY
    return found


def profile() -> bytes:
    """A colour profile that names its screen."""
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return made.replace(b"sRGB built-in", MARK[:11].ljust(13), 1) + MARK


XMP = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{CANARY}</x:xmpmeta>".encode()


def jpeg() -> bytes:
    made = io.BytesIO()
    photo().save(made, "JPEG", exif=exif(), comment=MARK, xmp=XMP, icc_profile=profile())
    content = made.getvalue()
    other = b"\xff\xed" + struct.pack(">H", len(MARK) + 2) + MARK
    return content[:2] + other + content[2:] + MARK


def png() -> bytes:
    made, told = io.BytesIO(), PngImagePlugin.PngInfo()
    told.add_text("Author", CANARY)
    told.add_text("Comment", CANARY * 20, zip=True)
    told.add_itxt("XML:com.adobe.xmp", XMP.decode(), zip=True)
    told.add_itxt("Title", CANARY)
    told.add(b"tIME", struct.pack(">HBBBBB", 2027, 3, 1, 14, 2, 11))
    told.add(b"prVt", MARK)
    photo("RGBA").save(made, "PNG", pnginfo=told, exif=exif(), icc_profile=profile(), dpi=(72, 72))
    return made.getvalue() + MARK


def webp() -> bytes:
    made = io.BytesIO()
    photo("RGBA").save(made, "WEBP", exif=exif(), xmp=XMP, icc_profile=profile())
    return made.getvalue() + MARK


@pytest.mark.parametrize(("make", "name", "kind"), [(jpeg, "jpg", "JPEG"), (png, "png", "PNG"), (webp, "webp", "WEBP")])
def test_p18_pictures_hold_their_points_and_nothing_else(make: Callable[[], bytes], name: str, kind: str) -> None:
    """EXIF with owner, place and time, comments, texts, XMP, colour profiles, unknown parts and what hangs on behind are gone."""
    content = make()
    assert not nowhere(content)
    found = taken(content)
    assert found.name == f"attachment-1.{name}"
    assert nowhere(found.content)
    shown = Image.open(io.BytesIO(found.content))
    shown.load()
    assert (shown.format, shown.size) == (kind, (40, 64)), "upright, as it was meant to be seen"
    assert dict(shown.getexif()) == {}
    assert not shown.info.keys() & {"exif", "xmp", "comment", "icc_profile", "Author", "Comment", "Title", "dpi"}


def test_p18_only_needed_parts_are_in_a_picture() -> None:
    """PNG has its head, its points and its end; JPEG has no part for applications but its own mark, and no comment."""
    parts, at, content = [], 8, taken(png()).content
    while at < len(content):
        parts.append(content[at + 4 : at + 8])
        at += 12 + int.from_bytes(content[at : at + 4], "big")
    assert set(parts) == {b"IHDR", b"IDAT", b"IEND"}
    painted = taken(jpeg()).content
    assert not any(bytes((0xFF, marker)) in painted[:600] for marker in (*range(0xE1, 0xF0), 0xFE))


def test_p18_two_devices_leave_the_same_tables() -> None:
    """How a camera packs its pictures tells its make; ours are all packed alike."""
    sizes = []
    for quality in (40, 97):
        made = io.BytesIO()
        photo().save(made, "JPEG", quality=quality)
        sizes.append(Image.open(io.BytesIO(taken(made.getvalue()).content)).quantization)
    assert sizes[0] == sizes[1]


def test_p18_what_lies_beneath_transparent_points_is_gone() -> None:
    """A part that was cut out by making it transparent cannot be seen again."""
    picture = Image.new("RGBA", (8, 8), (200, 10, 10, 0))
    made = io.BytesIO()
    picture.save(made, "PNG")
    assert set(Image.open(io.BytesIO(taken(made.getvalue()).content)).convert("RGBA").tobytes()) == {0}


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_pictures_of_every_kind_of_point(mode: str) -> None:
    """Each is carried over and looks the same; sixteen bits become eight."""
    made = io.BytesIO()
    plain = photo("L", (32, 32))
    picture = plain.convert("I").point(lambda value: value * 257).convert("I;16") if mode == "I;16" else plain.convert(mode)
    picture.save(made, "PNG")
    shown = Image.open(io.BytesIO(taken(made.getvalue()).content)).convert("L")
    wanted = plain.convert("1").convert("L") if mode == "1" else plain
    assert max(abs(a - b) for a, b in zip(shown.tobytes(), wanted.tobytes(), strict=True)) <= 2


def test_a_bomb_is_refused_before_it_is_painted() -> None:
    """A picture of few bytes and very many points; the answer says what to do."""
    made = io.BytesIO()
    Image.new("1", (MOST_PIXELS // 1000 + 1, 1000)).save(made, "PNG")
    assert len(made.getvalue()) < 200_000
    assert "screenshot" in refused(made.getvalue())


def test_a_picture_that_grows_is_made_smaller() -> None:
    """What is larger after painting than a file may be is halved until it fits."""
    made = io.BytesIO()
    Image.effect_noise((4000, 4000), 90).save(made, "JPEG", quality=20)
    content = taken(made.getvalue()).content
    assert (Image.open(io.BytesIO(content)).size, len(content) <= LARGEST) == ((2000, 2000), True)


def test_only_the_first_picture_of_a_moving_one() -> None:
    """The others are not looked at, so they are not kept."""
    made = io.BytesIO()
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "blue")]
    frames[0].save(made, "WEBP", save_all=True, append_images=frames[1:])
    assert getattr(Image.open(io.BytesIO(taken(made.getvalue()).content)), "n_frames", 1) == 1


def paper() -> pikepdf.Pdf:
    """A PDF with words, a font and a photograph, as a program would write it."""
    made = FPDF()
    made.set_author(CANARY)
    made.add_page()
    made.set_font("Helvetica", size=20)
    made.cell(text="Words that everybody sees")
    made.image(io.BytesIO(jpeg()), 10, 40, 80)
    return pikepdf.open(io.BytesIO(bytes(made.output())))


def photographs(pdf: pikepdf.Pdf) -> list[pikepdf.Stream]:
    """The pictures of the first page."""
    return [each for _, each in pdf.pages[0].Resources.XObject.items()]


def written(pdf: pikepdf.Pdf) -> bytes:
    made = io.BytesIO()
    pdf.save(made, compress_streams=False)
    return made.getvalue()


def marked() -> bytes:
    """The same with a mark in every place that is known to hold one."""
    pdf = paper()
    page = pdf.pages[0]
    with pdf.open_metadata() as told:
        told["dc:creator"] = [CANARY]
    pdf.docinfo["/Author"] = CANARY
    pdf.attachments["canary.txt"] = MARK
    script = Dictionary(S=Name.JavaScript, JS=CANARY)
    pdf.Root.OpenAction, pdf.Root.AA = script, Dictionary(WC=script)
    pdf.Root.Names.JavaScript = Dictionary(Names=Array([CANARY, pdf.make_indirect(script)]))
    pdf.Root.AcroForm = Dictionary(Fields=Array([pdf.make_indirect(Dictionary(FT=Name.Tx, T=CANARY, V=CANARY))]))
    pdf.Root.Outlines = Dictionary(Title=CANARY)
    pdf.Root.Lang = CANARY
    page.obj.Annots = Array([pdf.make_indirect(Dictionary(Type=Name.Annot, Subtype=Name.Text, Contents=CANARY, T=CANARY))])
    page.obj.PieceInfo = Dictionary(Canary=Dictionary(Private=CANARY))
    page.obj.LastModified = "D:20270301140211"
    page.obj.Thumb = pdf.make_stream(MARK)
    page.obj.Metadata = pdf.make_stream(XMP)
    page.obj[f"/{CANARY}"] = CANARY
    for image in photographs(pdf):
        image.Metadata, image.PieceInfo = pdf.make_stream(XMP), Dictionary(Canary=CANARY)
        image.ColorSpace = Array([Name.ICCBased, pdf.make_stream(profile(), N=3)])
    page.Resources.Properties = Dictionary(P1=Dictionary(Author=CANARY))
    drawn = page.Contents.read_bytes()
    note = f"% {CANARY}\n/Span <</ActualText ({CANARY})>> BDC\n".encode()
    page.obj.Contents = pdf.make_stream(note + drawn + b"\nEMC\n")
    return written(pdf) + MARK


def test_p18_a_pdf_is_built_anew_of_what_is_seen() -> None:
    """No author, XMP, file within, script, form, note, small picture, remark, private part or profile; nor in its photographs."""
    content = marked()
    assert not nowhere(content)
    found = taken(content)
    assert (found.name, found.media_type) == ("attachment-1.pdf", "application/pdf")
    assert nowhere(found.content)
    read = pypdf.PdfReader(io.BytesIO(found.content))
    assert read.metadata in (None, {})
    assert "Words that everybody sees" in read.pages[0].extract_text()
    with pikepdf.open(io.BytesIO(found.content)) as pdf:
        assert set(pdf.Root.keys()) == {"/Type", "/Pages"}
        assert "/Info" not in pdf.trailer
        pictures = [each.read_raw_bytes() for each in photographs(pdf)]
        assert [Image.open(io.BytesIO(each)).size for each in pictures] == [(64, 40)]
        assert all(nowhere(each) for each in pictures)
        for each in pdf.objects:
            if isinstance(each, Dictionary | pikepdf.Stream):
                assert not set(each.keys()) & {"/Metadata", "/PieceInfo", "/Annots", "/AA", "/Thumb", "/LastModified", "/Names"}


def test_p6_a_cleaned_pdf_has_no_time_and_is_the_same_each_time() -> None:
    """Two cleanings differ in nothing, not even in the number of the file."""
    assert taken(marked()).content == taken(marked()).content
    assert str(datetime.datetime.now(datetime.UTC).year).encode() not in taken(marked()).content[-400:]


def test_photographs_of_a_cleaned_pdf_look_the_same() -> None:
    """Their points are those of before."""
    with paper() as before, pikepdf.open(io.BytesIO(taken(written(paper())).content)) as after:
        shown = [Image.open(io.BytesIO(photographs(pdf)[0].read_raw_bytes())).tobytes() for pdf in (before, after)]
    assert shown[0] == shown[1]


def with_layers(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OCProperties = Dictionary(OCGs=Array([]))


def with_two_packings(pdf: pikepdf.Pdf) -> None:
    picture = photographs(pdf)[0]
    picture.write(picture.read_raw_bytes(), filter=Array([Name.ASCII85Decode, Name.DCTDecode]))


def with_jpeg_2000(pdf: pikepdf.Pdf) -> None:
    photographs(pdf)[0].write(MARK, filter=Name.JPXDecode)


def with_a_program(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].Resources.XObject.P = pdf.make_stream(MARK, Subtype=Name.PS)


def with_a_bomb(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Contents.write(zlib.compress(bytes(80_000_000), 1), filter=Name.FlateDecode)


def with_too_many_pages(pdf: pikepdf.Pdf) -> None:
    for _ in range(51):
        pdf.add_blank_page()


@pytest.mark.parametrize(
    "change", [with_layers, with_two_packings, with_jpeg_2000, with_a_program, with_a_bomb, with_too_many_pages]
)
def test_p18_a_pdf_that_cannot_be_built_anew_safely_is_refused(change: Callable[[pikepdf.Pdf], None]) -> None:
    """Layers, packings that cannot be looked into, programs, what swells: refused with what to do instead."""
    with paper() as pdf:
        change(pdf)
        assert "screenshots" in refused(written(pdf))


def test_p18_a_locked_pdf_is_refused() -> None:
    """Also one that opens without a password."""
    made = io.BytesIO()
    with paper() as pdf:
        pdf.save(made, encryption=pikepdf.Encryption(owner="owner", user=""))
    assert "screenshots" in refused(made.getvalue())


def test_p18_text_stays_text() -> None:
    """In UTF-8 with plain line ends; marks that nobody sees, which tell one copy from another, are gone."""
    found = taken("\ufeffFirst\u200b l\u200di\U000e0121ne\r\nzweite Zeile: ä\u2060 👩\u200d🔧\r".encode())
    assert (found.name, found.content.decode()) == ("attachment-1.txt", "First line\nzweite Zeile: ä 👩\u200d🔧\n")


def office() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("docProps/core.xml", f"<dc:creator>{CANARY}</dc:creator>")
    return made.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        office(),
        b"{\\rtf1{\\info{\\author U0CANARY203}}}",
        b"<html><meta name=author content=U0CANARY203>",
        b"<?xml version='1.0'?><svg/>",
        b"From: canary.name@example.gov\nSubject: x\n\nwords",
        b"BEGIN:VCARD\nFN:Canary\nEND:VCARD",
        b"GIF89a" + bytes(20),
        b"\x00\x00\x00\x18ftypheic" + bytes(20),
        b"\xff\xfeU\x000\x00",
        b"II*\x00" + bytes(20),
        b"MZ\x90\x00",
    ],
)
def test_p18_everything_else_is_refused_with_the_way_to_convert(content: bytes) -> None:
    """Office files, formatted texts, e-mails, cards, moving pictures, telephone pictures, programs."""
    assert refused(content) == (
        "File 1 was not taken. Files of this kind may hold the name of whoever made them. Print it to a PDF and add that; or "
        "take a screenshot. Taken are pictures (PNG, JPEG, WebP), PDFs and plain text."
    )


def test_one_that_is_refused_refuses_all_and_all_reasons_are_told() -> None:
    """So that nobody believes that a file went with the report that did not."""
    found, why = cleaned([b"plain words", office(), b"", bytes(LARGEST + 1)])
    assert found == ()
    assert [each[:6] for each in why] == ["File 2", "File 3", "File 4"]


@functools.cache
def made_once(make: Callable[[], bytes]) -> bytes:
    return make()


@pytest.mark.parametrize("make", [jpeg, png, webp, marked])
@settings(max_examples=25, deadline=None)
@given(st.data())
def test_damaged_files_are_cleaned_or_refused(make: Callable[[], bytes], data: st.DataObject) -> None:
    """Whatever is changed or cut off, nothing else is raised, and a mark never comes through."""
    content = bytearray(made_once(make))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(12, len(content) - 1))] = data.draw(st.integers(0, 255))
    found, why = cleaned([bytes(content[: data.draw(st.integers(12, len(content)))])])
    assert bool(found) != bool(why)
    assert all(nowhere(each.content) for each in found)


def test_p2_the_libraries_say_nothing(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    """At DEBUG Pillow would log each tag of a picture, with its value; neither logs nor streams hear of any file."""
    caplog.set_level(logging.DEBUG)
    assert logging.getLogger("PIL.TiffImagePlugin").isEnabledFor(logging.ERROR) is False
    cleaned([jpeg(), png(), webp(), marked(), marked()[:-900], jpeg()[:300]])
    assert [each.name for each in caplog.records if not each.name.startswith("fpdf")] == [], "fpdf wrote the examples"
    assert capfd.readouterr() == ("", "")


def test_nothing_is_loaded_before_the_first_file() -> None:
    """Pillow and pikepdf cost time at every start, and most reports have no files."""
    import subprocess
    import sys

    said = "import sys, bot.attachments; print({'PIL', 'pikepdf'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True).stdout.strip() == "set()"


def test_p2_the_first_paper_leaves_no_line() -> None:
    """Its library speaks when it is loaded, which is when somebody sends a PDF; nobody hears it."""
    loaded = "from bot.attachments import cleaned; cleaned([b'%PDF-1.7 broken'])"
    said = f"import logging; logging.basicConfig(level=logging.DEBUG); {loaded}"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, timeout=60, check=True)
    assert (done.stdout, done.stderr) == ("", "")
