"""One page of a foreign PDF as a picture. Run as a script in a child process of its own, never imported.

stdin: a line `page scale`, then the file. stdout: a line `width height` in points, then the PNG.
Imports nothing of the house, so that the child starts fast and holds nothing of ours. The operating
system holds its memory and CPU; the parent holds the wall clock. Exit 1: the page cannot be shown.
"""

from __future__ import annotations

import importlib
import resource
import struct
import sys
import zlib
from typing import Any

MEMORY_BYTES = 768 << 20
CPU_S = 10
MOST_PIXELS = 12_000_000


def main() -> int:
    """Draw the page asked for."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold the customer's paper
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    pypdfium2: Any = importlib.import_module("pypdfium2")  # after the limits; it ships no types

    number, scale = sys.stdin.buffer.readline().split()
    document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
    page = document[int(number) - 1]
    width, height = page.get_size()
    factor = min(float(scale), (MOST_PIXELS / max(1.0, width * height)) ** 0.5)
    drawn = page.render(scale=factor, rev_byteorder=True, may_draw_forms=False, draw_annots=False)
    rows = bytes(drawn.buffer)
    data = png(rows, drawn.width, drawn.height, drawn.stride, drawn.n_channels)
    sys.stdout.buffer.write(f"{width:.2f} {height:.2f}\n".encode() + data)
    return 0


def png(rows: bytes, width: int, height: int, stride: int, channels: int) -> bytes:
    """RGB or RGBX rows as a PNG without a filter (ISO/IEC 15948 §10, §11)."""
    lines = bytearray()
    for y in range(height):
        line = rows[y * stride : y * stride + width * channels]
        if channels == 4:
            line = bytes(b for x in range(0, len(line), 4) for b in line[x : x + 3])
        lines += b"\0" + line
    head = struct.pack(">IIBBBBB", width, height, 8, 0 if channels == 1 else 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(lines), 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


if __name__ == "__main__":
    sys.exit(main())
