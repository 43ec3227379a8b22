"""Swedish text in, value or named error out.

One module per kind: `price`, `area`, `rooms`, `size`, `floor`, `share`, `energy`, `personnummer`,
`orgnr`, `identity` (either of them), `phone`, `postcode`, `apartment`, `designation`, `municipality`,
`coordinates`, `typkod`, `dates`. Each has `parse(text)` that returns a frozen value or raises
`NotUnderstood`, and nothing else. `sms` measures texts; `kinds` has every reader by name, with plain
values for machines. `masking` hides persons in free text, `format` writes for
the page. Import the module you need (`from brygga.swedish import price`): heavy packages are
loaded on first use, so this room costs a start almost nothing.
"""

from __future__ import annotations

from brygga.swedish.outcome import NotUnderstood
from brygga.swedish.text import clean

__all__ = ["NotUnderstood", "clean"]
