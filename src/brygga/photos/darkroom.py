"""A few worker processes that develop pictures, so that a bad one can harm nobody but its worker.

Workers start when needed, are replaced when they fall or have served long enough, and end with
`close()` or when the hub's end of their pipe closes, however the hub ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from types import TracebackType

import msgspec

from brygga.photos.errors import CODES, picture_error
from brygga.photos.recipe import Limits, Recipe
from brygga.photos.worker import LENGTH, Answer, Job

JOBS_PER_WORKER = 200  # then a new one: foreign decoders may leak
_LARGEST_HEAD_BYTES = 1 << 16
_LARGEST_RENDITION_BYTES = 64 << 20


class Print(msgspec.Struct, frozen=True, kw_only=True):
    """One rendition: a JPEG and its size in pixels."""

    width_px: int
    height_px: int
    data: bytes


class Negative(msgspec.Struct, frozen=True, kw_only=True):
    """A picture's own facts and its renditions, in the order of the recipe's edges."""

    width_px: int
    height_px: int
    format: str
    prints: list[Print]


class _Worker:
    """One child process and how much it has done."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.jobs = 0

    async def end(self) -> None:
        """Make sure that it is gone and its pipes are closed."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        if self.process.stdin is not None:
            self.process.stdin.close()
        await self.process.wait()


class Darkroom:
    """`workers` processes; more pictures than that wait their turn. One per event loop.

    The output for the same bytes and recipe is the same bytes every time, with one version of
    libvips. Use as an async context manager, or call `close()`.
    """

    def __init__(self, *, workers: int = 2, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._turns = asyncio.Semaphore(workers)
        self._idle: list[_Worker] = []

    async def __aenter__(self) -> Darkroom:
        """Nothing starts until the first picture."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the workers."""
        await self.close()

    async def close(self) -> None:
        """End the workers that are idle; those at work end with their picture's task."""
        while self._idle:
            await self._idle.pop().end()

    async def develop(self, data: bytes, recipe: Recipe) -> Negative:
        """Renditions of one foreign picture. Raises the errors of `brygga.photos.errors`."""
        if len(data) > self._limits.file_bytes:
            raise picture_error("too_many_bytes", f"{len(data)} bytes")
        if not data:
            raise picture_error("not_a_picture", "no bytes")
        async with self._turns:
            worker = await self._worker()
            try:
                answer, blobs = await self._ask(worker, data, recipe)
            except BaseException:
                await asyncio.shield(worker.end())
                raise
            await self._back(worker)
        if answer.code:
            raise picture_error(answer.code if answer.code in CODES else "reader_fell", answer.why)
        return _negative(answer, blobs)

    async def _worker(self) -> _Worker:
        while self._idle:
            worker = self._idle.pop()
            if worker.process.returncode is None:
                return worker
            await worker.end()  # fell while idle: somebody else's doing
        return await _started()

    async def _ask(self, worker: _Worker, data: bytes, recipe: Recipe) -> tuple[Answer, list[bytes]]:
        try:
            async with asyncio.timeout(self._limits.wall_s):
                return await _exchange(worker.process, data, recipe, self._limits)
        except TimeoutError as error:
            raise picture_error("out_of_time", f"no answer in {self._limits.wall_s} s") from error
        except (OSError, EOFError, msgspec.DecodeError) as error:
            raise await _fallen(worker) from error

    async def _back(self, worker: _Worker) -> None:
        worker.jobs += 1
        if worker.jobs < JOBS_PER_WORKER:
            self._idle.append(worker)
        else:
            await worker.end()


def _negative(answer: Answer, blobs: list[bytes]) -> Negative:
    prints = [
        Print(width_px=width, height_px=height, data=blob)
        for (width, height, _), blob in zip(answer.sizes, blobs, strict=True)
    ]
    return Negative(width_px=answer.width_px, height_px=answer.height_px, format=answer.format, prints=prints)


async def _started() -> _Worker:
    """A child with nothing of ours in its environment: no key, no address."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "VIRTUAL_ENV") if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "brygga.photos.worker",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**kept, "LANG": "C.UTF-8", "VIPS_CONCURRENCY": "1"},
        cwd="/",
        start_new_session=True,
    )
    return _Worker(process)


async def _exchange(
    process: asyncio.subprocess.Process, data: bytes, recipe: Recipe, limits: Limits
) -> tuple[Answer, list[bytes]]:
    if process.stdin is None or process.stdout is None:
        raise EOFError("the worker has no pipes")
    head = msgspec.json.encode(Job(recipe=recipe, limits=limits, blob_bytes=len(data)))
    process.stdin.write(LENGTH.pack(len(head)) + head)
    process.stdin.write(data)
    await process.stdin.drain()
    length = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))[0]
    if length > _LARGEST_HEAD_BYTES:
        raise EOFError("the worker's answer is not one of ours")
    answer = msgspec.json.decode(await process.stdout.readexactly(length), type=Answer)
    if any(not 0 < size <= _LARGEST_RENDITION_BYTES for _, _, size in answer.sizes):
        raise EOFError("the worker's answer is not one of ours")
    return answer, [await process.stdout.readexactly(size) for _, _, size in answer.sizes]


async def _fallen(worker: _Worker) -> Exception:
    """Why a worker fell, told from how it ended: by a limit, by the picture, or by accident."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(5):
            await worker.process.wait()
    code = worker.process.returncode
    if code == -signal.SIGXCPU:
        return picture_error("too_costly", "the CPU limit was reached")
    if code in {-signal.SIGSEGV, -signal.SIGBUS, -signal.SIGILL, -signal.SIGFPE}:
        return picture_error("reader_fell", f"the reader fell with signal {-code}")
    if code in {-signal.SIGABRT, -signal.SIGTRAP, 1}:  # how glib and Python end without memory
        return picture_error("too_costly", "the memory limit was reached")
    return picture_error("worker_fell", f"the worker ended with {code}")
