"""The peer that brygga is measured against, in a virtual environment of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from measuring import PLACE

WANTED = "dlt[sqlalchemy]"
SCRIPT = Path(__file__).resolve().parent / "yardsticks" / "dlt_sync.py"


def dlt_python() -> Path | None:
    """The Python that has dlt, installed on first use; None, said aloud, where it cannot be had."""
    home = PLACE / "dlt-venv"
    python = home / "bin" / "python"
    if _has_dlt(python):
        return python
    print(f"installing {WANTED} into {home} …", flush=True)
    try:
        subprocess.run([sys.executable, "-m", "venv", home], check=True, capture_output=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", WANTED]
        subprocess.run(pip, check=True, capture_output=True, timeout=600)
    except (subprocess.SubprocessError, OSError) as error:
        print(f"dlt cannot be installed here ({type(error).__name__}): its rows are left out\n")
        return None
    return python if _has_dlt(python) else None


def _has_dlt(python: Path) -> bool:
    if not python.exists():
        return False
    tried = subprocess.run([python, "-c", "import dlt, sqlalchemy"], check=False, capture_output=True)
    return tried.returncode == 0
