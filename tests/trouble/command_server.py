"""Runs `brygga` commands, each in a process of its own, without paying for the imports each time.

Reads one JSON line per command: arguments, env, stdin, out and err (files). Forks; the child
becomes the command, exactly as `python -m brygga` would be after its imports. Answers with one
line: the exit code.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import brygga.cli.app
import brygga.hub
import brygga.hub.views.findings
import brygga.hub.views.objects
import brygga.hub.views.queues
import brygga.store.migrate


def become(command: dict[str, Any]) -> NoReturn:
    """Be that command and nothing else any more."""
    os.environ.clear()
    os.environ.update(command["env"])
    os.chdir("/")
    for number, path, flags in (
        (0, command["stdin"], os.O_RDONLY),
        (1, command["out"], os.O_WRONLY | os.O_CREAT),
        (2, command["err"], os.O_WRONLY | os.O_CREAT),
    ):
        handle = os.open(path, flags, 0o600)
        os.dup2(handle, number)
        os.close(handle)
    sys.argv = ["brygga", *command["arguments"]]
    code = 0
    try:
        brygga.cli.run()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    except BaseException:  # noqa: BLE001 – what an interpreter does with an error that nobody takes
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]  # there is one
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def main() -> None:
    """One command after the other until the input ends."""
    assert len(list(Path("/proc/self/task").iterdir())) == 1, "a process with threads must not fork"
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            become(json.loads(line))
        _, status = os.waitpid(child, 0)
        os.write(1, f"{os.waitstatus_to_exitcode(status)}\n".encode())


if __name__ == "__main__":
    main()
