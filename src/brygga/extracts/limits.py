"""How much of a machine one file may take."""

from __future__ import annotations

import msgspec


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """For one file. `memory_bytes` is all address space of the child; an extract takes 40 MB of it."""

    file_bytes: int = 32 << 20
    wall_s: float = 10.0
    cpu_s: int = 10
    memory_bytes: int = 150 << 20
    ocr_pages: int = 20
    ocr_wall_s: float = 120.0
    ocr_memory_bytes: int = 1 << 30
