"""Steering the sandbox through its control API: mutate, faults, webhooks, truth. Loopback only."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

REFUSED = 400


class Steering:
    """The control API of one sandbox."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    def get(self, system: str, call: str, query: str = "") -> Any:
        """`GET /<system>/_control/<call>`."""
        return self._ask("GET", f"/{system}/_control/{call}{'?' + query if query else ''}", None)

    def post(self, system: str, call: str, body: dict[str, Any]) -> Any:
        """`POST /<system>/_control/<call>`."""
        return self._ask("POST", f"/{system}/_control/{call}", body)

    def mutate(self, what: str, **arguments: Any) -> list[dict[str, Any]]:
        """Change the broker system's truth; gives what was changed.

        Nothing, when the home that is named has meanwhile been sold or taken away.
        """
        try:
            done = self.post("vitec", "mutate", {"what": what, **arguments})
        except urllib.error.HTTPError as error:
            with error:
                if error.code == REFUSED and "id" in arguments:
                    return []
            raise
        return list(done["changed"])

    def faults(self, system: str, profile: str) -> None:
        """Set a fault profile."""
        self.post(system, "faults", {"profile": profile})

    def webhooks(self, url: str, secret: str, profile: str) -> None:
        """Where the broker system sends its notices, and how badly."""
        self.post("vitec", "webhooks", {"url": url, "secret": secret, "profile": profile})

    def mails(self) -> dict[str, Any]:
        """What the mail sink has received."""
        return dict(self._ask("GET", "/_control/mails", None))

    def _ask(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(  # noqa: S310 – an address of the sandbox we started
            self._url + path, data=data, method=method, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 – as above
            return json.load(answer)
