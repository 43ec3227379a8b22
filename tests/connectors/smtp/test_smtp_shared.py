"""What mail shares with everything that leaves: limits over all processes, one log line, metrics."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from brygga.model import Rejected, Retryable
from brygga.wire import Kit, Limits, Profile, Wire, correlation
from brygga.wire.log import configure_logging
from brygga.wire.meters import Meters
from brygga.wire.smtp_dial import SmtpProfile
from brygga.wire.smtp_turn import holds_s

_SCRIPT = Path(__file__).with_name("mailing_process.py")


def a_wire(kit: Kit) -> Wire:
    return Wire(Profile(connection="mail", base_url="https://smtp.invalid"), kit)


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """The log as the program writes it, masked, one dict per line."""
    root, stream = logging.getLogger(), io.StringIO()
    kept, level = list(root.handlers), root.level
    hook = sys.excepthook
    configure_logging(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.captureWarnings(capture=False)
    sys.excepthook = hook
    root.handlers[:] = kept
    root.setLevel(level)


async def _start(port: int, database: str, mails: int, settings: dict[str, Any]) -> Any:
    arguments = [str(port), database, str(mails), json.dumps(settings)]
    return await asyncio.create_subprocess_exec(
        sys.executable, str(_SCRIPT), *arguments, stdout=asyncio.subprocess.PIPE
    )


async def test_two_processes_together_hold_the_limits(scripted: Any, migrated_sqlite: str) -> None:
    scripted.delay_s = 0.05
    limits = {"calls": 4, "per_s": 0.5, "at_once": 2}
    both = [await _start(scripted.port, migrated_sqlite, 6, limits) for _ in range(2)]
    taken = [int((await one.communicate())[0]) for one in both]
    assert taken == [6, 6]
    assert len(scripted.messages) == 12
    assert scripted.most_open == 2
    came = scripted.came_at
    assert max(sum(0 <= other - one < 0.5 for other in came) for one in came) <= 4


async def test_connectors_with_one_kit_hold_the_limit_together(
    scripted: Any, connector_to: Any, mail: Any
) -> None:
    scripted.delay_s = 0.03
    kit = Kit()
    limits = {"calls": 100, "per_s": 0.05, "at_once": 1}
    two = [connector_to(scripted.port, wire=a_wire(kit), **limits) for _ in range(2)]
    await asyncio.gather(*(two[n % 2].send(mail(key=str(n))) for n in range(6)))
    assert scripted.most_open == 1
    assert len(scripted.messages) == 6


async def test_the_slot_outlasts_the_slowest_turn() -> None:
    """Were it shorter, another process would take it while the first still speaks."""
    limits = Limits(deadline_s=120.0, timeout_s=30.0)
    assert holds_s(SmtpProfile(connection="mail", host="127.0.0.1", limits=limits)) == 210.0


async def test_each_hand_over_leaves_one_line_without_addresses(
    scripted: Any, connector_to: Any, mail: Any, lines: Any
) -> None:
    scripted.says["RCPT"] = ["250 ok", "550 5.1.1 hemlig@example.com is gone", "451 4.2.2 full"]
    people = ("anna@example.com", "hemlig@example.com", "per@example.com")
    with correlation.use("c0123456789abcde"):
        await connector_to(scripted.port).send(mail(to=people, subject="Personnummer"))
    (line,) = lines()
    told = {"connection": "mail", "operation": "mail.send", "outcome": "ok", "logger": "brygga.wire"}
    counts = {"recipients": 3, "accepted": 1, "refused": 1, "later": 1, "queue_id": "ABC123"}
    assert line.items() >= (told | counts | {"correlation_id": "c0123456789abcde"}).items()
    assert line["took_ms"] > 0
    assert not any(word in str(line) for word in ("example.com", "anna", "hemlig", "Personnummer"))


async def test_a_refusal_leaves_one_line_with_its_code(
    scripted: Any, connector_to: Any, mail: Any, lines: Any
) -> None:
    scripted.says["body"] = "554 5.7.1 spam from hemlig@example.com"
    with pytest.raises(Rejected):
        await connector_to(scripted.port).send(mail())
    (line,) = lines()
    assert (line["outcome"], line["code"], line["status"]) == ("rejected", "refused", 554)
    assert "hemlig" not in str(line)


async def test_hand_overs_waits_and_refusals_are_counted_as_calls_are(
    scripted: Any, connector_to: Any, mail: Any
) -> None:
    registry = CollectorRegistry()
    connector = connector_to(
        scripted.port, wire=a_wire(Kit(meters=Meters(registry))), calls=2, per_s=0.2, at_once=2
    )
    scripted.says["MAIL"] = ["250 ok", "451 4.3.0 later", "250 ok"]
    await connector.send(mail(to=("anna@example.com",)))
    with pytest.raises(Retryable):
        await connector.send(mail())
    await connector.send(mail())
    await connector.check()

    def value(name: str, **more: str) -> float | None:
        return registry.get_sample_value(f"brygga_wire_{name}", {"connection": "mail", **more})

    assert value("calls_total", operation="mail.send", outcome="ok") == 2
    assert value("calls_total", operation="mail.send", outcome="retryable") == 1
    assert value("calls_total", operation="mail.check", outcome="ok") == 1
    assert value("call_seconds_count", operation="mail.send") == 3
    assert (value("slot_wait_seconds_sum") or 0) > 0.1
    assert "anna" not in generate_latest(registry).decode()
