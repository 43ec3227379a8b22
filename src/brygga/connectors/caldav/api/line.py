"""Asking a CalDAV server: paths below the base address, multi-status answers, refusals as errors."""

from __future__ import annotations

from urllib.parse import urlsplit

from brygga.connectors.abilities import Caller
from brygga.connectors.caldav import mapping
from brygga.connectors.caldav.schema import MultiStatus
from brygga.model import Fault, Rejected, SetupError
from brygga.wire.call import Answer, Call, Repeat

XML = "application/xml; charset=utf-8"
MOST_BYTES = 50_000_000
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MOST_REDIRECTS = 5


class Line:
    """One server. Raises what wire raises."""

    def __init__(self, wire: Caller, *, connection: str, base_url: str) -> None:
        self._wire, self.connection = wire, connection
        parts = urlsplit(base_url)
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self._prefix = parts.path.rstrip("/")

    def path(self, href: str) -> str:
        """An href of the server's as a path to call. Raises SetupError when it lies elsewhere."""
        path = mapping.path_of(href, self.origin, self._prefix)
        if path is None:
            raise SetupError(
                f"{self.connection}: the calendar server refers to {urlsplit(href).hostname or 'a path'}"
                " outside the address of the connection",
                code="another_host",
                sv="Kalenderservern hänvisar till en annan adress än anslutningens. Vi följer den inte av oss"
                f" själva. Ange {urlsplit(href).hostname or 'serverns adress utan sökväg'} som adress.",
                connection=self.connection,
            )
        return path

    def href(self, path: str) -> str:
        """A path of ours as the server names it."""
        return self._prefix + path

    async def ask(
        self, method: str, path: str, body: bytes, *, operation: str, depth: str = "0", accept: frozenset[int]
    ) -> Answer:
        """A PROPFIND or REPORT; both only read."""
        return await self._wire.call(
            Call(
                operation=operation,
                method=method,
                path=path,
                headers={"Depth": depth},
                body=body,
                content_type=XML,
                repeat=Repeat.READ,
                sensitive=True,
                max_bytes=MOST_BYTES,
                accept_status=accept,
            )
        )

    async def propfind(
        self, path: str, *names: str, operation: str, depth: str = "0", accept: frozenset[int] = frozenset()
    ) -> MultiStatus | Answer:
        """Properties; the answer itself when its status is one of `accept`. Redirects stay on this host."""
        for _ in range(MOST_REDIRECTS):
            answer = await self.ask(
                "PROPFIND",
                path,
                mapping.propfind(*names),
                operation=operation,
                depth=depth,
                accept=accept | REDIRECTS,
            )
            if answer.status not in REDIRECTS or not answer.headers.get("location"):
                break
            path = self.path(answer.headers["location"])
        if answer.status in accept:
            return answer
        if answer.status in REDIRECTS:
            raise self.rejected("lost_in_redirects", "Kalenderservern skickar oss runt i en ring.", answer)
        return mapping.multistatus(answer.body)

    def rejected(self, code: str, sv: str, answer: Answer) -> Rejected:
        """A refusal in words."""
        return Rejected(
            f"{self.connection}: the calendar server answered {answer.status} ({code})",
            code=code,
            sv=sv,
            connection=self.connection,
            fault=Fault.PROVIDER if answer.status >= 500 else Fault.OFFICE,
            status=answer.status,
        )
