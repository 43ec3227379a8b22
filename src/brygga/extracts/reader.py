"""Reads foreign files in a few limited child processes, so that a bad one harms only its worker.

Workers start when needed, serve many files, are replaced when they fall or have served long
enough, and end with `close()` or when the parent's end of their pipe closes.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import stat
import sys
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from types import TracebackType

import msgspec

from brygga.extracts.errors import CODES, extract_error
from brygga.extracts.facts import Outcome, Reading
from brygga.extracts.limits import Limits
from brygga.extracts.worker import LENGTH, Answer, Job
from brygga.model.errors import BryggaError

FILES_PER_WORKER = 500  # then a new one: foreign decoders may leak
_LARGEST_ANSWER_BYTES = 64 << 20


class _Worker:
    """One child process and how much it has done."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.files = 0

    async def end(self) -> None:
        """Make sure that it is gone and its pipes are closed."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        if self.process.stdin is not None:
            self.process.stdin.close()
        await self.process.wait()


class Reader:
    """`workers` processes; more files than that wait their turn. One per event loop.

    `ocr`: the path of tesseract for files without text, or None to leave those as they are.
    Use as an async context manager, or call `close()`.
    """

    def __init__(self, *, workers: int = 1, limits: Limits | None = None, ocr: bool | None = None) -> None:
        from brygga.extracts.ocr import installed

        self._limits = limits or Limits()
        self._turns = asyncio.Semaphore(workers)
        self._idle: list[_Worker] = []
        self._ocr = installed() if ocr is None else ocr

    async def __aenter__(self) -> Reader:
        """Nothing starts until the first file."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the workers."""
        await self.close()

    async def close(self) -> None:
        """End the workers that are idle; those at work end with their file's task."""
        while self._idle:
            await self._idle.pop().end()

    async def read(self, data: bytes) -> Reading:
        """What a file holds; OCR when it has no text and tesseract is installed.

        Raises NotReadable (`extract_encrypted`, `extract_not_a_pdf`, `extract_empty_file`,
        `extract_damaged`, `extract_form`, `extract_too_many_pages`, `extract_too_large`,
        `extract_took_too_long`, `extract_reader_fell`) and NotRead (`extract_worker_fell`).
        """
        if len(data) > self._limits.file_bytes:
            raise extract_error("too_large", f"{len(data)} bytes")
        reading = await self._once(data, ocr=False)
        if reading.outcome is Outcome.NO_TEXT and self._ocr:
            return await self._once(data, ocr=True)
        return reading

    async def _once(self, data: bytes, *, ocr: bool) -> Reading:
        async with self._turns:
            worker = await self._worker()
            try:
                answer = await self._ask(worker, data, ocr=ocr)
            except BaseException:
                await asyncio.shield(worker.end())
                raise
            await self._back(worker)
        if answer.reading is None:
            raise extract_error(answer.code if answer.code in CODES else "reader_fell", answer.why)
        return answer.reading

    async def _worker(self) -> _Worker:
        while self._idle:
            worker = self._idle.pop()
            if worker.process.returncode is None:
                return worker
            await worker.end()  # fell while idle: somebody else's doing
        return _Worker(await _started())

    async def _ask(self, worker: _Worker, data: bytes, *, ocr: bool) -> Answer:
        wall_s = self._limits.ocr_wall_s if ocr else self._limits.wall_s
        job = Job(limits=self._limits, blob_bytes=len(data), ocr=ocr)
        try:
            async with asyncio.timeout(wall_s):
                return await _exchange(worker.process, job, data)
        except TimeoutError as error:
            raise extract_error("took_too_long", f"no answer in {wall_s} s") from error
        except (OSError, EOFError, msgspec.DecodeError) as error:
            raise await _fallen(worker) from error

    async def _back(self, worker: _Worker) -> None:
        worker.files += 1
        if worker.files < FILES_PER_WORKER:
            self._idle.append(worker)
        else:
            await worker.end()


async def _started() -> asyncio.subprocess.Process:
    """A child with nothing of ours in its environment: no key, no address."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "VIRTUAL_ENV") if name in os.environ}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "brygga.extracts.worker",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**kept, "LANG": "C.UTF-8", "OMP_THREAD_LIMIT": "1"},
        cwd="/",
        start_new_session=True,
    )


async def _exchange(process: asyncio.subprocess.Process, job: Job, data: bytes) -> Answer:
    if process.stdin is None or process.stdout is None:
        raise EOFError("the worker has no pipes")
    head = msgspec.json.encode(job)
    process.stdin.write(LENGTH.pack(len(head)) + head)
    process.stdin.write(data)
    await process.stdin.drain()
    length = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))[0]
    if length > _LARGEST_ANSWER_BYTES:
        raise EOFError("the worker's answer is not one of ours")
    return msgspec.json.decode(await process.stdout.readexactly(length), type=Answer)


async def _fallen(worker: _Worker) -> BryggaError:
    """Why a worker fell, told from how it ended: by a limit, by the file, or by accident."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(5):
            await worker.process.wait()
    code = worker.process.returncode
    if code == -signal.SIGXCPU:
        return extract_error("took_too_long", "the CPU limit was reached")
    if code in {-signal.SIGSEGV, -signal.SIGBUS, -signal.SIGILL, -signal.SIGFPE}:
        return extract_error("reader_fell", f"the reader fell with signal {-code}")
    if code in {-signal.SIGABRT, -signal.SIGTRAP, 1}:  # how pdfium and Python end without memory
        return extract_error("too_large", "the memory limit was reached")
    return extract_error("worker_fell", f"the worker ended with {code}")


async def read_files(
    paths: Iterable[Path], *, limits: Limits | None = None
) -> AsyncIterator[tuple[Path, Reading | BryggaError]]:
    """Each file in order with what it gave, or the error that it met. One bad file stops no other."""
    limits = limits or Limits()
    async with Reader(limits=limits) as reader:
        for path in paths:
            try:
                yield path, await reader.read(_bytes_of(path, limits))
            except BryggaError as error:
                yield path, error


def _bytes_of(path: Path, limits: Limits) -> bytes:
    """At most one byte more than allowed, so that a huge file is refused without being held.

    Only an ordinary file: a pipe or a device would keep us waiting, or never end.
    """
    try:
        with open(path, "rb", opener=_without_waiting) as file:  # Path.open takes no opener
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise extract_error("not_opened", "it is no ordinary file")
            return file.read(limits.file_bytes + 1)
    except (OSError, ValueError) as error:
        raise extract_error("not_opened", f"{type(error).__name__}") from error


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)
