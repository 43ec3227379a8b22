"""The canary: persons and secrets planted everywhere, none of them in a log line or a crash dump."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import textwrap
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from brygga.model.errors import BryggaError, Rejected
from brygga.swedish.masking import mask
from brygga.wire import correlation
from brygga.wire.log import (
    configure_logging,
    crash_hook,
    hide_secrets,
    logger,
    masking,
    plain_mask,
    remember_secret,
)

_PERSON = "191212121212"
_PHONE = "070-1740605"
_MAIL = "canary@example.com"
_SECRET = "s3cr3t-canary-V4lue"
_CANARIES = (_PERSON, "121212-1212", "1740605", "canary@", "s3cr3t")


def _clean(text: str) -> bool:
    return not [canary for canary in _CANARIES if canary in text]


@pytest.fixture(params=[True, False], ids=["json", "text"])
def lines(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """Everything that is logged, as text; the process' logging is put back afterwards."""
    root, old_hooks = logging.getLogger(), (sys.excepthook, threading.excepthook)
    old_handlers, old_level = list(root.handlers), root.level
    stream = io.StringIO()
    configure_logging(stream, json=request.param, mask=mask, level=logging.DEBUG)
    yield stream
    logging.captureWarnings(capture=False)
    sys.excepthook, threading.excepthook = old_hooks
    root.handlers[:] = old_handlers
    root.setLevel(old_level)


def test_our_own_lines_are_masked_by_text_and_by_name(lines: io.StringIO) -> None:
    logger("brygga.test").info(
        f"seller {_PERSON} called from {_PHONE}",
        mail=_MAIL,
        password=_SECRET,
        Authorization=f"Bearer {_SECRET}",
        nested={"api_key": _SECRET, "list": [_MAIL, {"x-signature": _SECRET}], _MAIL: 1},
        number=191212121212,
        raw=_SECRET.encode(),
        thing=ValueError(f"no such person {_PERSON}, token={_SECRET}"),
        estate="OBJ1",
    )
    text = lines.getvalue()
    assert _clean(text)
    assert "OBJ1" in text
    assert "pnr:***" in text


def test_tracebacks_are_masked_with_causes_and_notes(lines: io.StringIO) -> None:
    try:
        try:
            {}[f"{_PERSON} {_MAIL}"]
        except KeyError as error:
            error.add_note(f"while calling {_PHONE}")
            raise Rejected(f"GET https://u:{_SECRET}@example.com/?token={_SECRET}") from error
    except BryggaError:
        logger("brygga.test").exception("it failed for %s", _MAIL)
        logging.getLogger("thirdparty").exception("it failed")
    text = lines.getvalue()
    assert _clean(text)
    assert text.count("Traceback") >= 2


def test_lines_of_other_libraries_are_masked(lines: io.StringIO) -> None:
    logging.getLogger("aiohttp.client").warning(
        "header %s for %s", f"Authorization: Basic {_SECRET}==", _MAIL
    )
    logging.getLogger("some.driver").info("[params] {'pnr': '%s', 'password': '%s'}", _PERSON, _SECRET)
    logging.getLogger("other").info("sent", extra={"cookie": _SECRET, "phone": _PHONE, "timestamp": _MAIL})
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"deprecated for {_MAIL}", stacklevel=1)
    text = lines.getvalue()
    assert _clean(text)
    assert len(text.splitlines()) >= 4


def test_a_thread_that_dies_tells_it_masked(lines: io.StringIO) -> None:
    def die() -> None:
        raise ValueError(f"for {_PERSON} with password={_SECRET}")

    thread = threading.Thread(target=die)
    thread.start()
    thread.join()
    assert _clean(lines.getvalue())
    assert "ValueError" in lines.getvalue()


def test_each_line_is_one_json_object_with_its_correlation_id() -> None:
    stream = io.StringIO()
    root = logging.getLogger()
    before = list(root.handlers), root.level, sys.excepthook, threading.excepthook
    configure_logging(stream, json=True, mask=plain_mask)
    try:
        with correlation.use() as current:
            logger("brygga.test").warning("two\nlines", took_ms=1.5, status=200)
        logger("brygga.test").warning("outside")
    finally:
        logging.captureWarnings(capture=False)
        root.handlers[:], level, sys.excepthook, threading.excepthook = before[0], *before[1:]
        root.setLevel(level)
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert first["correlation_id"] == current
    assert (first["event"], first["took_ms"], first["status"]) == ("two\nlines", 1.5, 200)
    assert first["timestamp"].endswith("Z")
    assert (first["level"], first["logger"]) == ("warning", "brygga.test")
    assert "correlation_id" not in second


def test_a_foreign_correlation_id_is_masked_like_any_text() -> None:
    hidden = masking(mask)(None, "info", {"correlation_id": _PERSON, "event": "x"})
    assert _clean(str(hidden))
    ours = correlation.new_id()
    assert masking(plain_mask)(None, "info", {"correlation_id": ours})["correlation_id"] == ours


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {_SECRET}",
        f"'authorization': 'Basic {_SECRET}'",
        f'"password": "{_SECRET}"',
        f"https://example.com/?a=1&access_token={_SECRET}&b=2",
        f"postgresql://brygga:{_SECRET}@db.example.com/x",
        f"api-key={_SECRET}",
        f"client_secret={_SECRET}",
        f"Set-Cookie: {_SECRET}; Path=/",
        f"X-Api-Key: {_SECRET}",
        f"sig={_SECRET}",
        f"sent Bearer {_SECRET} to them",
    ],
)
def test_what_looks_like_a_credential_is_hidden_in_any_text(text: str) -> None:
    assert "s3cr3t" not in hide_secrets(text)


def test_ordinary_text_is_left_alone() -> None:
    for text in (
        "the tokenizer read 3 words",
        "https://example.com/a?b=c",
        "basic facts",
        "priset är 3 950 000 kr",
    ):
        assert hide_secrets(text) == text


def test_a_crash_dump_is_masked() -> None:
    program = f"""
        from brygga.swedish.masking import mask
        from brygga.wire.log import configure_logging
        configure_logging(json=True, mask=mask)
        person = "{_PERSON}"
        raise RuntimeError("crashed for " + person + ", password=" + "{_SECRET}")
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 1
    assert "RuntimeError: crashed for pnr:***" in done.stderr
    assert _clean(done.stderr)
    assert done.stdout == ""


def test_a_crash_hook_writes_where_it_is_told() -> None:
    stream = io.StringIO()
    try:
        int(_MAIL)
    except ValueError as error:
        crash_hook(mask, stream)(ValueError, error, error.__traceback__)
    assert "mail:***" in stream.getvalue()
    assert _clean(stream.getvalue())


async def test_calls_are_logged_once_without_any_value(
    provider: Any, wire_to: Any, read: Any, lines: io.StringIO
) -> None:
    async def authorise(_: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {_SECRET}"}

    provider.script = [
        {"text": json.dumps({"mail": _MAIL, "pnr": _PERSON})},
        {"status": 422, "text": f"{_PERSON} {_MAIL} {_SECRET}", "headers": {"X-Canary": _SECRET}},
    ]
    wire = wire_to(profile={"authorise": authorise}, kit={"mask": mask})
    call = read(
        method="POST",
        query=(("phone", _PHONE),),
        headers={"X-Key": _SECRET, "Accept": "application/json"},
        json={"pnr": _PERSON},
        correlation_id="c0123456789abcde",
    )
    await wire.call(call)
    with pytest.raises(Rejected) as refused:
        await wire.call(call)
    assert _clean(refused.value.message)
    ours = [line for line in lines.getvalue().splitlines() if "brygga.wire" in line]
    assert len(ours) == 2
    assert all("c0123456789abcde" in line and "estate.read" in line for line in ours)
    assert _clean(lines.getvalue())


def test_without_any_setup_nothing_reaches_standard_output() -> None:
    program = "from brygga.wire.log import logger; logger('brygga.wire').warning('breaker', mode='open')"
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=30
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_a_credential_in_use_is_hidden_by_its_value_wherever_it_stands() -> None:
    remember_secret("hjul&stege/40")
    remember_secret("hjul&stege/40-och-mer")
    remember_secret("kort")
    shown = hide_secrets("a hjul&stege/40-och-mer b hjul%26stege%2F40 c (hjul&stege/40) kort")
    assert shown == "a *** b *** c (***) kort"
