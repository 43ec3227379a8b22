"""The child process that runs Typst on one prepared folder: `python -m brygga.documents.press FOLDER`."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import msgspec
import typst

FONTS = Path(__file__).parent / "fonts"


class Order(msgspec.Struct, frozen=True):
    """What to make; `made_at` is the time that the file states as its own."""

    made_at: datetime


def main(folder: str) -> int:
    """Compile `main.typ` to `out.pdf`; 1 with the reason on stderr when Typst refuses.

    PDF/A-2a for the archive and PDF/UA-1 for screen readers, both in the one file.
    """
    root = Path(folder)
    order = msgspec.json.decode((root / "order.json").read_bytes(), type=Order)
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    nowhere = str(root / "no-packages")
    compiler = typst.Compiler(
        root=str(root), font_paths=fonts, package_path=nowhere, package_cache_path=nowhere
    )
    try:
        pdf = compiler.compile(
            input=str(root / "main.typ"), pdf_standards=["a-2a", "ua-1"], timestamp=order.made_at
        )
    except typst.TypstError as error:
        print(str(error)[:2000], file=sys.stderr)  # noqa: T201  # the pipe to the hub
        return 1
    (root / "out.pdf").write_bytes(bytes(pdf))  # type: ignore[arg-type]  # one PDF is never a list
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
