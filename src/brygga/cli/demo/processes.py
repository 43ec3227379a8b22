"""The demo's two processes: the sandbox and the hub. The hub may be killed and started again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any, Self

from brygga.model import SetupError

READY_WITHIN_S = 60.0


class Process:
    """One `brygga` command of ours that says when it is ready by a line of JSON."""

    def __init__(self, name: str, arguments: list[str], *, log: Path, environment: dict[str, str]) -> None:
        self._name = name
        self._arguments = [sys.executable, "-m", "brygga", *arguments]
        self._log = log
        self._environment = {**os.environ, **environment}
        self._process: subprocess.Popen[str] | None = None
        self.ready: dict[str, Any] = {}

    def start(self) -> Self:
        """Start and wait for the ready line. Raises SetupError with the last words of one that fell."""
        with self._log.open("a", encoding="utf-8") as log:
            self._process = subprocess.Popen(  # noqa: S603 – our own interpreter and our own module
                self._arguments,
                stdout=subprocess.PIPE,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=self._environment,
                text=True,
            )
        assert self._process.stdout is not None  # noqa: S101 – asked for just above
        self.ready = self._first_line(self._process.stdout)
        return self

    def kill(self) -> None:
        """SIGKILL: no time to tidy up."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
        self._let_go()

    def stop(self) -> None:
        """Ask it to end; insist after a while."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()
        self._let_go()

    def _let_go(self) -> None:
        if self._process is not None and self._process.stdout is not None:
            self._process.stdout.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _first_line(self, output: IO[str]) -> dict[str, Any]:
        until = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < until:
            line = output.readline()
            if line.startswith("{"):
                return dict(json.loads(line))
            if not line:
                break
        words = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        last = words[-1] if words else "it said nothing"
        raise SetupError(f"The {self._name} of the demo did not start: {last}")
