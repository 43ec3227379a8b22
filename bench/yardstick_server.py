"""The yardstick source as a process of its own, on a free port, for as long as a benchmark runs."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Self

SERVER = Path(__file__).resolve().parent / "yardsticks" / "server.py"


class Source:
    """`with Source(20_000) as source:` serves that many records on `source.port`."""

    def __init__(self, records: int) -> None:
        self.records = records
        self.port = _free_port()

    def __enter__(self) -> Self:
        command = [sys.executable, str(SERVER), str(self.port), str(self.records)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        if not self._process.stdout.readline().startswith("ready"):
            raise RuntimeError("the yardstick source did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trail: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(10)

    def ask(self, path: str, *, method: str = "GET") -> Any:
        """What the source answers at a path."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def touch(self, percent: float) -> int:
        """Change that share of the records; how many it was."""
        return int(self.ask(f"/mutate?pct={percent}", method="POST")["changed"])


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])
