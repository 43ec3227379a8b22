"""The child process that opens foreign files: `python -m brygga.extracts.worker`.

Frames on stdin and stdout: 4 bytes length of a JSON head, the head, then the file's bytes. The
operating system holds the limits on memory and CPU; the parent holds the wall clock and kills us.
"""

from __future__ import annotations

import resource
import signal
import struct
import sys
from collections.abc import Callable

import msgspec

from brygga.extracts.errors import FileFault
from brygga.extracts.facts import Reading
from brygga.extracts.limits import Limits

LENGTH = struct.Struct(">I")


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A file to read; `blob_bytes` of it follow. `ocr`: its pages are pictures, recognise them."""

    limits: Limits
    blob_bytes: int
    ocr: bool = False


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`code` is empty when it went well; then there is a reading."""

    code: str = ""
    why: str = ""
    reading: Reading | None = None


def main() -> None:
    """Serve jobs until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then closes our stdin
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold somebody's personal number
    from brygga.extracts import layout, reading

    layout.layouts()
    source, out = sys.stdin.buffer, sys.stdout.buffer
    while (head := source.read(LENGTH.size)) and len(head) == LENGTH.size:
        job = msgspec.json.decode(source.read(LENGTH.unpack(head)[0]), type=Job)
        _limit(job)
        answer = msgspec.json.encode(_answer(source.read(job.blob_bytes), job, reading.read_bytes))
        out.writelines((LENGTH.pack(len(answer)), answer))
        out.flush()


def _answer(data: bytes, job: Job, read: Callable[[bytes], Reading]) -> Answer:
    try:
        if job.ocr:
            from brygga.extracts.ocr import read_pictures

            return Answer(reading=read_pictures(data, job.limits))
        return Answer(reading=read(data))
    except FileFault as fault:
        return Answer(code=fault.code, why=fault.why)
    except MemoryError:
        return Answer(code="too_large", why="the memory limit was reached")
    except RecursionError:
        return Answer(code="damaged", why="it nests too deep")


def _limit(job: Job) -> None:
    """Memory for the process, CPU for this job: the soft limit counts from when the process began."""
    limits = job.limits
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu_s = int(used.ru_utime + used.ru_stime) + (int(limits.ocr_wall_s) if job.ocr else limits.cpu_s) + 1
    memory = limits.ocr_memory_bytes if job.ocr else limits.memory_bytes
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_AS, (memory, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main()
