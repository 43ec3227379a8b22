"""Logs: structured lines through the standard library, with persons and secrets hidden in every one.

Masking is the last processor before a line is rendered and works on every text in it, exception
texts and tracebacks included; third-party records go the same way. Two nets: names that tell a
secret (`authorization`, `password`, …) lose their value, and all text passes `mask`.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, TextIO, cast
from urllib.parse import quote

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

from brygga.wire import correlation

Mask = Callable[[str], str]
HIDDEN = "***"

_SECRET_NAME = re.compile(
    r"authori[sz]ation|token|passw(?:or)?d|lösenord|secret|hemlig|cookie|api[_-]?key|signature|credential"
    r"|private[_-]?key|passphrase|client[_-]?assertion|session[_-]?id|^(?:pwd|key|pin|auth|headers?|body|query)$",
    re.IGNORECASE,
)
_SECRET_TEXT = re.compile(
    r"(?P<name>\b(?:authorization|proxy-authorization|x-api-key|api[_-]?key|access[_-]?token|refresh[_-]?token"
    r"|id[_-]?token|client[_-]?secret|token|password|passwd|pwd|secret|signature|sig|set-cookie|cookie)"
    r"[\"']?\s*(?:[:=]|%3D)\s*[\"']?)(?:(?:bearer|basic|digest|token)\s+)?[^\s\"'&,;})\]]+"
    r"|(?P<scheme>\b(?:bearer|basic)\s+)[\w.~+/=-]{8,}"
    r"|(?P<user>://)[^/\s:@]*:[^/\s@]+@",
    re.IGNORECASE,
)
_SHORTEST_KNOWN, _MOST_KNOWN = 6, 1_000
_CHATTY = ("pyvips", "alembic", "asyncio")
"""Libraries whose debugging tells of their own insides; pyvips logs even while it is being logged,
which locks two handlers against each other."""
_known: list[str] = []  # the longest first, so that one inside another leaves no rest
_OWN_NAMES = frozenset({"timestamp", "level", "logger"})  # set by the processors below, never from outside
_OWN_ID = re.compile(r"c[0-9a-f]{15}")
_MAIL = re.compile(r"[^\s@<>\"'=]+(?:@|%40)[^\s@<>\"'&]+")
_DIGITS = re.compile(r"\d(?:[\d\s\-()+]*\d){5,}")


def plain_mask(text: str) -> str:
    """The strict stand-in for a real masker: every e-mail address and every long number is hidden."""
    return _DIGITS.sub(HIDDEN, _MAIL.sub(HIDDEN, text))


def remember_secret(value: str) -> None:
    """Hide this very text wherever it turns up in this process: a credential that is in use.

    One that is shorter than a word is not remembered, since it would hide half of everything.
    """
    for form in {value, quote(value, safe="")}:
        if len(form) >= _SHORTEST_KNOWN and form not in _known:
            _known.append(form)
    _known.sort(key=len, reverse=True)
    del _known[_MOST_KNOWN:]


def hide_secrets(text: str) -> str:
    """`text` without the credentials in use, and without what looks like one: header values, query
    values, passwords in addresses."""
    for known in _known:
        if known in text:
            text = text.replace(known, HIDDEN)
    return _SECRET_TEXT.sub(_left_of_secret, text)


def _left_of_secret(found: re.Match[str]) -> str:
    kept = found["name"] or found["scheme"] or found["user"] or ""
    return f"{kept}{HIDDEN}@" if found["user"] else f"{kept}{HIDDEN}"


def masking(mask: Mask) -> Processor:
    """The processor that hides: values by name, and every text in the line by `mask`."""

    def process(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        return {name: _hidden(name, value, mask) for name, value in event.items()}

    return process


def _hidden(name: str, value: Any, mask: Mask) -> Any:
    if name in _OWN_NAMES or (name == "correlation_id" and _OWN_ID.fullmatch(str(value))):
        return value
    if _SECRET_NAME.search(name) and not isinstance(value, bool | type(None)):
        return HIDDEN
    return _masked(value, mask)


def _masked(value: Any, mask: Mask) -> Any:
    if isinstance(value, str):
        return mask(hide_secrets(value))
    if isinstance(value, bool | float | type(None)):
        return value
    if isinstance(value, int):
        return value if abs(value) < 10**9 else mask(str(value))
    if isinstance(value, Mapping):
        return {_masked(k, mask): _hidden(str(k), v, mask) for k, v in value.items()}
    if isinstance(value, Sequence | set | frozenset) and not isinstance(
        value, bytes | bytearray | memoryview
    ):
        return [_masked(item, mask) for item in value]
    if isinstance(value, bytes | bytearray | memoryview):
        return f"<{len(value)} bytes>"
    return mask(hide_secrets(str(value)))


def _with_correlation(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    current = correlation.current()
    if current:
        event.setdefault("correlation_id", current)
    return event


_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    _with_correlation,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """The structured logger of one room. It always ends in the standard library's logger `name`,
    so that a program which embeds brygga decides what becomes of its lines."""
    wrapped = structlog.wrap_logger(
        logging.getLogger(name),
        wrapper_class=structlog.stdlib.BoundLogger,
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        cache_logger_on_first_use=True,
    )
    return cast("structlog.stdlib.BoundLogger", wrapped)


def _formatter(mask: Mask, *, json: bool) -> logging.Formatter:
    render: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *_SHARED],
        processors=[
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,  # before masking: a traceback is text like any other
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            masking(mask),
            render,
        ],
    )


def configure_logging(
    stream: TextIO | None = None,
    *,
    json: bool = True,
    mask: Mask = plain_mask,
    level: int | str = logging.INFO,
) -> logging.Handler:
    """Send all logs of this process to `stream` (stderr), one masked line each; returns the handler.

    Replaces the handlers of the root logger, routes warnings and uncaught exceptions of threads
    and of the program through the same mask.
    """
    handler = logging.StreamHandler(stream if stream is not None else sys.stderr)
    handler.setFormatter(_formatter(mask, json=json))
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(capture=True)
    sys.excepthook = crash_hook(mask)
    threading.excepthook = _thread_hook
    return handler


def crash_hook(
    mask: Mask, stream: TextIO | None = None
) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    """A `sys.excepthook` whose crash dump is masked: the traceback's lines and all messages."""
    import traceback

    def dump(kind: type[BaseException], error: BaseException, trail: TracebackType | None) -> None:
        text = "".join(traceback.format_exception(kind, error, trail))
        (stream if stream is not None else sys.stderr).write(mask(hide_secrets(text)))

    return dump


def _thread_hook(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is None or args.exc_type is SystemExit:
        return
    info = (args.exc_type, args.exc_value, args.exc_traceback)
    logging.getLogger("brygga.thread").error("a thread ended with an error", exc_info=info)
