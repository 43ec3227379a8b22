"""A template, its data and its pictures → PDF, with Typst in a process of its own.

The data goes in as a JSON file that the template reads; source text is never put together. Each
run has a fresh root folder with copies of what it may see, our own fonts and no others, and no
packages: so the same input gives the same bytes on any machine, with one version of Typst.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from brygga.model.errors import Fault, Invalid, Retryable

WALL_S = 60.0

_TEMPLATES = Path(__file__).parent / "templates"
_LONGEST_REASON = 500


class NotTypeset(Invalid):
    """The typesetter refused: a picture that is none, or a template of ours that is wrong."""


class TookTooLong(Retryable):
    """The typesetter was stopped at its wall limit."""


def typeset(
    template: str,
    data: Mapping[str, Any],
    files: Mapping[str, bytes],
    *,
    made_at: datetime,
    wall_s: float = WALL_S,
) -> bytes:
    """The PDF of `templates/<template>.typ`. `files` lie beside it under plain names of ours.

    Raises NotTypeset, TookTooLong.
    """
    with tempfile.TemporaryDirectory(prefix="brygga-document-") as folder:
        root = Path(folder)
        _lay_out(root, template, data, files, made_at)
        _press(root, wall_s)
        return (root / "out.pdf").read_bytes()


def _lay_out(
    root: Path, template: str, data: Mapping[str, Any], files: Mapping[str, bytes], made_at: datetime
) -> None:
    (root / "main.typ").write_bytes((_TEMPLATES / f"{template}.typ").read_bytes())
    (root / "data.json").write_bytes(msgspec.json.encode(data, order="deterministic"))
    order = {"made_at": made_at.astimezone(UTC).replace(microsecond=0)}
    (root / "order.json").write_bytes(msgspec.json.encode(order))
    for name, content in files.items():
        (root / name).write_bytes(content)


def _press(root: Path, wall_s: float) -> None:
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "VIRTUAL_ENV") if name in os.environ}
    try:
        subprocess.run(  # noqa: S603  # our own interpreter and module, no foreign words
            [sys.executable, "-m", "brygga.documents.press", str(root)],
            check=True,
            capture_output=True,
            timeout=wall_s,
            env={**kept, "LANG": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as error:
        sv = "Dokumentet hann inte bli klart. Vi försöker igen."
        why = f"the typesetter was stopped after {wall_s} s"
        raise TookTooLong(why, code="document_too_slow", sv=sv, fault=Fault.OURS, after_s=60.0) from error
    except subprocess.CalledProcessError as error:
        reason = error.stderr.decode("utf-8", "replace").strip()[-_LONGEST_REASON:]
        sv = "Dokumentet gick inte att göra. En av bilderna kan vara trasig; resten av objektet är oskadat."
        raise NotTypeset(f"typst: {reason}", code="document_refused", sv=sv, fault=Fault.OURS) from error
