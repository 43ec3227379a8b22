"""Running the real command in a process of its own, and looking at what it left behind."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE_S = 40.0
"""Nothing here takes this long unless it hangs, and hanging is a fault."""
LONGEST_SENTENCE = 400
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1
"""From <linux/prctl.h> and <linux/capability.h>."""
_C_LIBRARY = ctypes.CDLL(None)


@dataclass(frozen=True, kw_only=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """The one line on stderr; fails when it is not exactly one plain line with a non-zero exit."""
        lines = [line for line in self.err.splitlines() if line.strip()]
        assert self.code in {1, 2, 3, 4}, (self.code, self.err)
        assert "Traceback" not in self.err, self.err
        assert len(lines) == 1, (self.err, self.out)
        assert lines[0].startswith("brygga: "), self.err
        assert 20 < len(lines[0]) < LONGEST_SENTENCE, self.err
        assert self.out == "", self.out
        return lines[0]


def environment(home: Path | None, **more: str) -> dict[str, str]:
    """The environment of a command: nothing of ours, nothing of the machine's brygga settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("BRYGGA_", "PYTEST_"))}
    own = {} if home is None else {"BRYGGA_HOME": str(home)}
    return {**kept, **own, "COLUMNS": "200", **more}


async def brygga(
    *arguments: str,
    home: Path | None,
    stdin: str = "",
    before: Callable[[], None] | None = None,
    **env: str,
) -> Done:
    """`brygga ARGUMENTS` in a process of its own.

    `before` runs in the child before the program and wants a fresh interpreter; else the command
    is forked off `command_server`, which has the imports done.
    """
    if before is None:
        return await _SERVER.run(arguments, environment(home, **env), stdin)
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "brygga",
        *arguments,
        env=environment(home, **env),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=before,
        cwd="/",
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            out, err = await child.communicate(stdin.encode())
    except TimeoutError:
        child.kill()
        out, err = await child.communicate()
        raise AssertionError(f"brygga {arguments} hangs: {err.decode()[-2000:]}") from None
    return Done(code=child.returncode or 0, out=out.decode(), err=err.decode())


class _Server:
    """`command_server`, started at its first use."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()

    async def run(self, arguments: tuple[str, ...], env: dict[str, str], stdin: str) -> Done:
        with tempfile.TemporaryDirectory(prefix="brygga-run-") as folder:
            files = {name: str(Path(folder) / name) for name in ("stdin", "out", "err")}
            Path(files["stdin"]).write_text(stdin)
            request = {"arguments": arguments, "env": env, **files}
            try:
                async with asyncio.timeout(PATIENCE_S):
                    code = await asyncio.to_thread(self._ask, json.dumps(request))
            except TimeoutError:
                self.stop()
                said = Path(files["err"]).read_text()
                raise AssertionError(f"brygga {arguments} hangs: {said[-2000:]}") from None
            return Done(code=code, out=Path(files["out"]).read_text(), err=Path(files["err"]).read_text())

    def _ask(self, line: str) -> int:
        with self._turn:
            if self._process is None:
                self._process = subprocess.Popen(
                    [sys.executable, str(Path(__file__).with_name("command_server.py"))],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    env=environment(None),
                    start_new_session=True,
                )
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(f"{line}\n".encode())
            self._process.stdin.flush()
            return int(self._process.stdout.readline() or -9)

    def stop(self) -> None:
        """End it and whatever command hangs in it."""
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


_SERVER = _Server()
stop_server = _SERVER.stop


def without_override() -> None:
    """For `before`: a root that is bound by file permissions like anybody else (Linux).

    Whoever is not root is bound already, and the call then does nothing.
    """
    _C_LIBRARY.prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0)


@contextlib.asynccontextmanager
async def running(*arguments: str, home: Path, script: Path | None = None, **env: str) -> AsyncIterator[str]:
    """A command (or a script of ours) that goes on; gives its first line on stdout, ends it at the end."""
    what = [str(script)] if script is not None else ["-m", "brygga"]
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *what,
        *arguments,
        env=environment(home, **env),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert child.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE_S):
            line = (await child.stdout.readline()).decode()
        assert line, f"{arguments} ended before it was ready"
        yield line
    finally:
        if child.returncode is None:
            child.terminate()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(10):
                    await child.communicate()
            if child.returncode is None:
                child.kill()
                await child.communicate()


def held(home: Path) -> dict[str, Any]:
    """What the database in `home` holds; fails when SQLite finds it damaged."""
    with contextlib.closing(sqlite3.connect(home / "brygga.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        tables = [
            r[0]
            for r in db.execute(
                "SELECT name FROM sqlite_master WHERE name LIKE 'rec!_%' ESCAPE '!' AND type = 'table'"
            )
        ]
        counts = {t: db.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in sorted(tables)}
        counts["feed"] = db.execute("SELECT max(seq) FROM feed").fetchone()[0]
        counts["credential"] = db.execute("SELECT connection, version FROM credential ORDER BY 1").fetchall()
    return counts


def can(ability: str) -> bool:
    """Whether a part of the program that is written separately is there yet."""
    import brygga.web

    return hasattr(brygga.web, ability)
