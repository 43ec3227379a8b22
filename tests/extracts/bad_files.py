"""Files that a mailbox may hold and no reader should trust, all made here."""

from __future__ import annotations

import io
import zipfile
import zlib

import pikepdf

from brygga.extracts.generating import make
from brygga.extracts.generating.pdfwriter import Rule, Sheet, Text, pdf_of


def sound() -> bytes:
    """A good extract."""
    return make(1).pdf


def encrypted() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(sound())) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    return out.getvalue()


def truncated() -> bytes:
    data = sound()
    return data[: len(data) // 3]


def many_pages() -> bytes:
    return pdf_of([Sheet([Text(50, 50, "Sida")])] * 2000)


def picture_only() -> bytes:
    """A page with a drawing and a picture of text, without any text."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(595, 842))
        image = pikepdf.Stream(pdf, b"\x80" * 10_000)
        image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
        image.Width, image.Height, image.BitsPerComponent = 100, 100, 8
        image.ColorSpace = pikepdf.Name.DeviceGray
        pdf.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=image))
        pdf.pages[0].Contents = pikepdf.Stream(pdf, b"q 500 0 0 700 40 40 cm /I Do Q")
        pdf.save(out)
    return out.getvalue()


def _with_content(packed: bytes, filters: str) -> bytes:
    """A one-page file whose content stream is given already packed."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << >> >>",
        f"<< /Length {len(packed)} /Filter {filters} >>\nstream\n".encode() + packed + b"\nendstream",
    ]
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(f"{o:010d} 00000 n \n".encode() for o in offsets)
    return bytes(out + f"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode())


def bomb() -> bytes:
    """A content stream of one gibibyte in some kilobytes."""
    packer = zlib.compressobj(9)
    once = b"".join(packer.compress(b"\0" * (1 << 20)) for _ in range(1024)) + packer.flush()
    return _with_content(zlib.compress(once, 9), "[/FlateDecode /FlateDecode]")


def operators() -> bytes:
    """Five million painting operators."""
    return _with_content(zlib.compress(b"0 0 m 1 1 l S " * 5_000_000, 9), "/FlateDecode")


def nested() -> bytes:
    """An array that nests a hundred thousand deep."""
    return _with_content(zlib.compress(b"[" * 100_000 + b"]" * 100_000), "/FlateDecode")


def form() -> bytes:
    """A page with fields to fill in."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(sound())) as pdf:
        field = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Widget,
                FT=pikepdf.Name.Tx,
                T="namn",
                V="Testa",
                Rect=[50, 50, 200, 70],
            )
        )
        pdf.pages[0].Annots = pikepdf.Array([field])
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]))
        pdf.save(out)
    return out.getvalue()


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("utdrag.txt", make(1).text)
    return out.getvalue()


def zipped_pdf() -> bytes:
    """A ZIP with a PDF stored in it unpacked, so that the PDF's mark stands near the beginning."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.pdf", sound())
    return out.getvalue()


def loop() -> bytes:
    """A page tree that contains itself."""
    return sound().replace(b"/Kids [7 0 R", b"/Kids [2 0 R")


def noise() -> bytes:
    return bytes((n * 7919 + n // 13) % 256 for n in range(20_000))


def lies() -> bytes:
    """Nothing but text that nobody sees: hidden under a later area, and white on white."""
    sheet = Sheet(
        [
            Text(60, 60, "Fastighetsrapport", 12),
            Text(60, 80, "Plus R", 12),
            Text(60, 100, "Beteckning", 12),
            Rule(40, 30, 400, 200, 0.9),
            Text(60, 300, "Testkommun EKLUNDA 1:76", 12, before="1 g"),
        ]
    )
    return pdf_of([sheet])
