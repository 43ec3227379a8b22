"""Small real PDF files: one page of text in Helvetica, for the documents of a home.

Source: ISO 32000-1, the least that a reader needs: catalogue, page tree, page, font, contents.
"""

from __future__ import annotations


def pdf(title: str, lines: list[str]) -> bytes:
    """A one-page A4 document as bytes; text outside Windows-1252 is replaced by `?`."""
    text = ["BT /F1 18 Tf 60 780 Td", f"({escaped(title)}) Tj", "/F1 11 Tf"]
    text += [f"0 -20 Td ({escaped(line)}) Tj" for line in lines]
    contents = "\n".join([*text, "ET"]).encode("cp1252", "replace")
    return _file(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R "
            b"/Resources << /Font << /F1 4 0 R >> >> >>",
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(contents), contents),
        ]
    )


def escaped(text: str) -> str:
    """Text safe inside a PDF string."""
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _file(objects: list[bytes]) -> bytes:
    """Objects 1… with the table of their places."""
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, table, len(objects) + 1, len(body))
    )
