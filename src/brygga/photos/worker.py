"""The child process that reads foreign pictures: `python -m brygga.photos.worker`.

Frames on stdin and stdout: 4 bytes length of a JSON head, the head, then its blobs. The operating
system holds the limits on memory and CPU; the hub holds the wall clock and kills us at will.
"""

from __future__ import annotations

import resource
import signal
import struct
import sys
from typing import BinaryIO

import msgspec

from brygga.photos.recipe import Limits, Recipe

LENGTH = struct.Struct(">I")


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A picture to develop; `blob_bytes` of it follow."""

    recipe: Recipe
    limits: Limits
    blob_bytes: int


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`code` is empty when it went well; then a blob per size follows."""

    code: str = ""
    why: str = ""
    width_px: int = 0
    height_px: int = 0
    format: str = ""
    sizes: list[tuple[int, int, int]] = []


def main() -> None:
    """Serve jobs until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the hub, which then closes our stdin
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold the customer's picture
    from brygga.photos.develop import prepare

    prepare()
    while (head := sys.stdin.buffer.read(LENGTH.size)) and len(head) == LENGTH.size:
        job = msgspec.json.decode(sys.stdin.buffer.read(LENGTH.unpack(head)[0]), type=Job)
        _serve(job, sys.stdin.buffer.read(job.blob_bytes), sys.stdout.buffer)


def _serve(job: Job, data: bytes, out: BinaryIO) -> None:
    from brygga.photos.develop import Fault, develop

    _limit(job.limits)
    blobs: list[bytes] = []
    try:
        done = develop(data, job.recipe, job.limits)
    except Fault as fault:
        answer = Answer(code=fault.code, why=fault.why)
    else:
        blobs = [blob for _, _, blob in done.renditions]
        sizes = [(width, height, len(blob)) for width, height, blob in done.renditions]
        answer = Answer(width_px=done.width_px, height_px=done.height_px, format=done.format, sizes=sizes)
    head = msgspec.json.encode(answer)
    out.writelines((LENGTH.pack(len(head)), head, *blobs))
    out.flush()


def _limit(limits: Limits) -> None:
    """Memory for the process, CPU for this job: the soft limit counts from when the process began."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu_s = int(used.ru_utime + used.ru_stime) + limits.cpu_s + 1
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))


if __name__ == "__main__":
    main()
