"""Show 8: secrets and persons planted everywhere; none of them turns up where it does not belong.

`canary_life` lives and collects. Here each place is searched for every planted value in every spelling.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import logging
import os
import shutil
import sqlite3
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from canary_life import TABLES, Seen, file_bytes, live, tables

from brygga.swedish.masking import mask
from brygga.wire.log import configure_logging

NEVER = ("secret", "person", "name", "text", "sealed")
"""Groups that must not show in logs, metrics, traces, errors and queues. A name in a provider's own
sentence cannot be told from other words; what we write ourselves, and what our own faults quote, must
hold none."""
KEPT_PLAIN = ("secret", "sealed")
"""Groups that must not be readable in the store's own file, where the model's records lie open."""
ON_PAGES = ("secret", "contact", "sealed")
"""Groups that a viewer without rights must not see. Ad texts and staff are shown to anybody."""
END = "the-last-line-of-the-log"


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    with _logs() as (as_json, as_text):
        found = asyncio.run(live(tmp_path_factory.mktemp("canary") / "home"))
        logging.getLogger("brygga.test").debug(END)
        found.places |= {"log as JSON": as_json.getvalue(), "log as text": as_text.getvalue()}
    return found


@contextlib.contextmanager
def _logs() -> Iterator[tuple[io.StringIO, io.StringIO]]:
    """All logs of this process at debug level, both forms, as a command sets them up; then as before."""
    root = logging.getLogger()
    before = (list(root.handlers), root.level, sys.excepthook, threading.excepthook)
    as_json, as_text = io.StringIO(), io.StringIO()
    first = configure_logging(as_json, json=True, mask=mask, level="DEBUG")
    configure_logging(as_text, json=False, mask=mask, level="DEBUG")
    root.addHandler(first)
    try:
        yield as_json, as_text
    finally:
        root.handlers[:], sys.excepthook, threading.excepthook = before[0], before[2], before[3]
        root.setLevel(before[1])
        logging.captureWarnings(capture=False)


PLACES = [
    "log as JSON", "log as text", "errors", "spans", "metrics", "flow log", "crash dump",
    "crash dump of a thread", *(f"table {name}" for name in TABLES),
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_nothing_planted_shows_in(place: str, seen: Seen) -> None:
    assert seen.canaries.found_in(seen.places[place], NEVER) == []


def test_what_must_be_sealed_cannot_be_read_in_the_stores_file(seen: Seen) -> None:
    assert seen.canaries.found_in(file_bytes(seen.home, "brygga.db"), KEPT_PLAIN) == []


def test_no_page_shows_them_to_nobody_or_to_an_auditor(seen: Seen) -> None:
    leaks = {path: seen.canaries.found_in(text, ON_PAGES) for path, (_, text) in seen.pages.items()}
    assert {path: found for path, found in leaks.items() if found} == {}


def test_the_environment_of_the_process_holds_none(seen: Seen) -> None:
    assert seen.canaries.found_in(json.dumps(dict(os.environ)), NEVER) == []


def test_the_search_has_looked_at_a_real_life(seen: Seen) -> None:
    """Empty places would show nothing either."""
    assert all(END in str(seen.places[log]) for log in ("log as JSON", "log as text"))
    assert str(seen.places["log as JSON"]).count("key_refused") >= 1
    assert "brygga_wire_calls_total" in str(seen.places["metrics"])
    assert ": answered 50" in str(seen.places["errors"]), "what the provider echoed was looked at"
    assert "***" in str(seen.places["errors"])
    assert seen.spans > 30
    for table in ("event", "repair", "outbox", "inbox", "parked", "link", "setting"):
        assert len(seen.places[f"table {table}"]) > 20, table
    assert len(seen.canaries.values["person"]) > 15
    shown = [path for path, (status, text) in seen.pages.items() if status == 200 and "auditor" in path]
    assert len(shown) > 12
    assert all(status in {200, 403, 404} for status, _ in seen.pages.values()), seen.pages.keys()


@pytest.mark.parametrize("group", NEVER)
def test_the_search_finds_what_is_planted_as_a_leak(group: str, seen: Seen, tmp_path: Path) -> None:
    for label, value in seen.canaries.values[group].items():
        for leak in (
            f"x{value}y",
            json.dumps({"a": value}),
            f"/path?q={quote(value)}",
            value.encode("utf-16-le"),
        ):
            assert f"{group}: {label}" in seen.canaries.found_in(leak, [group])
    copy = Path(shutil.copy(seen.home / "brygga.db", tmp_path / "brygga.db"))
    planted = next(iter(seen.canaries.values[group].values()))
    with contextlib.closing(sqlite3.connect(copy)) as db:
        db.execute("INSERT INTO setting (name, value) VALUES ('leak', ?)", (planted,))
        db.commit()
    assert seen.canaries.found_in(file_bytes(tmp_path, "brygga.db"), [group])
    assert seen.canaries.found_in(tables(copy)["table setting"], [group])
