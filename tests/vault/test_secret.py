from __future__ import annotations

import copy
import io
import json
import logging
import pickle
import pprint
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass

import msgspec
import pytest
import structlog
from rich.console import Console
from rich.traceback import Traceback

from brygga.vault import Credentials, Secret, fingerprint

VALUE = "hunter2-canary"


@dataclass
class Account:
    user: str
    password: Secret


def _printed(show: Callable[[Console], None]) -> str:
    out = io.StringIO()
    show(Console(file=out, width=200))
    return out.getvalue()


SHOWN: dict[str, Callable[[Secret], str]] = {
    "repr": repr,
    "str": str,
    "f-string": lambda secret: f"{secret} {secret!r} {secret!s:>30} {secret:x}",
    "percent": lambda secret: "%s %r" % (secret, secret),  # noqa: UP031  # old code formats so
    "dataclass": lambda secret: repr(Account("anna", secret)) + str(asdict(Account("anna", secret))),
    "container": lambda secret: str([secret]) + str({"a": secret}) + pprint.pformat((secret,)),
    "json with default": lambda secret: json.dumps({"a": secret}, default=str),
    "msgspec with hook": lambda secret: str(msgspec.json.encode({"a": secret}, enc_hook=repr)),
    "credentials": lambda secret: repr(Credentials({"key": secret}, version=1)),
    "rich": lambda secret: _printed(lambda console: console.print({"a": secret})),
    "dir": lambda secret: str({name: repr(getattr(secret, name, None)) for name in ("__dict__", "__doc__")}),
}


@pytest.mark.parametrize("way", SHOWN)
def test_a_secret_does_not_show_itself(way: str) -> None:
    assert VALUE not in SHOWN[way](Secret(VALUE))


@pytest.mark.parametrize(
    "serialise",
    [json.dumps, pickle.dumps, msgspec.json.encode],
    ids=["json", "pickle", "msgspec"],
)
@pytest.mark.parametrize(
    "wrap", [lambda s: s, lambda s: Account("anna", s), lambda s: [s]], ids=["bare", "in", "list"]
)
def test_a_secret_cannot_be_serialised(
    serialise: Callable[[object], object], wrap: Callable[[Secret], object]
) -> None:
    with pytest.raises((TypeError, AttributeError)) as caught:
        serialise(wrap(Secret(VALUE)))
    assert VALUE not in str(caught.value)


def test_no_state_can_be_taken_from_a_secret_or_credentials() -> None:
    with pytest.raises(TypeError):
        Secret(VALUE).__getstate__()
    with pytest.raises(TypeError):
        pickle.dumps(Credentials({"key": Secret(VALUE)}, version=1))


def _fail_holding(secret: Secret) -> None:
    account = Account("anna", secret)
    kept = Credentials({"key": secret}, version=1)
    raise RuntimeError(f"no way with {account} and {kept}")


def test_a_traceback_with_locals_does_not_show_it() -> None:
    secret = Secret(VALUE)
    with pytest.raises(RuntimeError) as caught:
        _fail_holding(secret)
    error = caught.value
    text = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    rich_text = _printed(
        lambda console: console.print(
            Traceback.from_exception(RuntimeError, error, error.__traceback__, show_locals=True)
        )
    )
    assert "Secret(***)" in text
    assert "Secret(***)" in rich_text
    assert "hunter2-" + "canary" not in text.replace('VALUE = "', "") + rich_text


def test_logging_does_not_show_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    logging.getLogger("brygga.test").info("signed in with %s and %r", Secret(VALUE), {"a": Secret(VALUE)})
    out = io.StringIO()
    logger = structlog.wrap_logger(
        structlog.PrintLogger(out), processors=[structlog.processors.JSONRenderer(default=repr)]
    )
    logger.info("signed in", secret=Secret(VALUE), account=Account("anna", Secret(VALUE)))
    assert "signed in" in caplog.text
    assert "signed in" in out.getvalue()
    assert VALUE not in caplog.text + out.getvalue()


def test_a_secret_is_equal_to_its_like_and_cannot_be_changed() -> None:
    secret = Secret(VALUE)
    assert secret == Secret(VALUE)
    assert secret != Secret("other")
    assert secret != VALUE
    assert len({secret, Secret(VALUE)}) == 1
    assert copy.deepcopy([secret])[0] is secret
    assert copy.copy(secret) is secret
    assert (bool(secret), bool(Secret(""))) == (True, False)
    with pytest.raises(AttributeError):
        secret.value = "x"  # type: ignore[attr-defined]  # the attempt is the test
    with pytest.raises(TypeError):
        Secret(7)  # type: ignore[arg-type]  # the mistake is the test


def test_a_fingerprint_tells_secrets_apart_without_telling_them() -> None:
    assert fingerprint(Secret("abc")) == fingerprint("abc") == "ba78"
    assert fingerprint("\ud800") != fingerprint("")
