"""docs/adding-a-connector.md, followed word for word."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

DOC = Path(__file__).resolve().parents[2] / "docs" / "adding-a-connector.md"
HOMES = [
    {
        "id": f"K{n}",
        "street": f"Bryggvägen {n}",
        "town": "Umeå",
        "price": 2_000_000 + n * 10_000,
        "living_area": 40.5 + n,
        "state": ("active", "soon", "done", "haunted")[n % 4],
        "changed": f"2026-05-{n % 27 + 1:02d}T10:00:00",
        "jetty": n % 2 == 0,
    }
    for n in range(120)
]


class Kajen(BaseHTTPRequestHandler):
    """The small broker system of the page."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = parse_qs(url.query)
        if self.headers["Authorization"] != "Bearer hemlig":
            self._answer(401, {"error": "key"})
        elif url.path == "/homes":
            page, size = int(query.get("page", ["0"])[0]), int(query["size"][0])
            rows = HOMES[page * size : (page + 1) * size]
            self._answer(200, {"homes": rows, "pages": -(-len(HOMES) // size), "total": len(HOMES)})
        else:
            found = [h for h in HOMES if h["id"] == url.path.rsplit("/", 1)[1]]
            self._answer(200 if found else 404, found[0] if found else {"error": "none"})

    def _answer(self, status: int, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def kajen() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Kajen)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def blocks() -> dict[str, str]:
    """File name → text of every code block that begins with the name of its file."""
    found = re.findall(
        r"```(?:toml|python)\n# (kajen/\S+)\n(.*?)```", DOC.read_text(encoding="utf-8"), re.DOTALL
    )
    return dict(found)


def commands() -> list[str]:
    """The lines of the page's shell block, without comments."""
    block = re.findall(r"```sh\n(.*?)```", DOC.read_text(encoding="utf-8"), re.DOTALL)[0]
    return [line.split("#")[0].strip() for line in block.splitlines() if line.strip()]


def test_the_page_has_all_four_files_in_under_150_lines() -> None:
    files = blocks()
    assert sorted(files) == ["kajen/api.py", "kajen/manifest.toml", "kajen/mapping.py", "kajen/schema.py"]
    lines = sum(1 for text in files.values() for line in text.splitlines() if line.strip())
    assert lines < 150


def test_following_the_page_yields_a_working_connector(tmp_path: Path, kajen: str) -> None:
    for name, text in blocks().items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    folder = Path(sys.executable).parent
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BRYGGA_")}
    environment = {**clean, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    script = "\n".join(["set -eu", *commands()]).replace("http://127.0.0.1:8790", kajen)
    done = subprocess.run(
        ["sh", "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    listed = run(tmp_path, environment, "objects", "--limit", "1000", "--json")
    assert listed["total"] == len(HOMES)
    by_id = {row["id"]: row for row in listed["objects"]}
    for home in HOMES:
        row = by_id[f"kajen:{home['id']}"]
        assert (row["price_kr"], row["living_m2"]) == (home["price"], home["living_area"])
    found = run(tmp_path, environment, "findings", "--json", "--limit", "1000")
    counts = Counter(row["code"] for row in found["findings"])
    assert counts["unknown_value"] == sum(h["state"] == "haunted" for h in HOMES)
    assert counts["final_price_missing"] == sum(h["state"] == "done" for h in HOMES)
    one = run(tmp_path, environment, "objects", "K3", "--json")
    assert one["record"]["extra"] == {"jetty": False}


def run(folder: Path, environment: dict[str, str], *arguments: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "brygga", *arguments],
        cwd=folder,
        env={**environment, "BRYGGA_CONNECTORS": "."},
        capture_output=True,
        timeout=60,
        check=True,
    )
    return json.loads(done.stdout)
