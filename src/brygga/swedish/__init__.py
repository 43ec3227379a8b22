"""Swedish text in, value or named error out.

One module per kind: `price`, `area`, `rooms`, `size`, `personnummer`, `orgnr`, `phone`,
`postcode`, `dates`. Each has `parse(text)` that returns a frozen value or raises
`NotUnderstood`, and nothing else. `masking` hides persons in free text, `format` writes for
the page. Import the module you need (`from brygga.swedish import price`): heavy packages are
loaded on first use, so this room costs a start almost nothing.
"""

from __future__ import annotations

from brygga.swedish.outcome import NotUnderstood
from brygga.swedish.text import clean

__all__ = ["NotUnderstood", "clean"]
