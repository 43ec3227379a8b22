"""The imitated 46elks. It is strict where the real one may be lenient, so that a wrong form shows."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit

from aiohttp import web

from brygga.sandbox.elks46.posting import Posted, Posts
from brygga.sandbox.server import Imitation
from brygga.sandbox.trouble import json_answer
from brygga.swedish import sms

USER, PASSWORD = "u0123456789abcdef", "elks-losen"
FORM = "application/x-www-form-urlencoded"
COST = 5_000
KNOWN = {"from", "to", "message", "whendelivered", "dryrun", "flashsms", "dontlog"}
NUMBER = re.compile(r"\+[1-9][0-9]{7,14}")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{2,10}")


class Plan(Protocol):
    """What the imitation reads of the sandbox's plan."""

    @property
    def seed(self) -> int: ...
    @property
    def faults(self) -> str: ...
    @property
    def now(self) -> Callable[[], datetime]: ...


def make(plan: Plan) -> Elks46:
    """The imitation as the sandbox starts it."""
    return Elks46(seed=plan.seed, faults=plan.faults, now=plan.now)


class Elks46(Imitation):
    """An account with credit. Reports go to each message's own address: sent, then `outcome`."""

    name = "elks46"

    def __init__(self, *, credit: int = 10_000_000, **more: Any) -> None:
        super().__init__(**more)
        self.hooks = Posts(seed=self.seed, again=lambda status: not 200 <= status <= 204)
        self.use_profile(str(more.get("faults", "none")))
        self.credit = credit
        self.outcome = "delivered"
        self.incoming_url = ""
        self.messages: list[dict[str, Any]] = []

    def settings(self) -> dict[str, Any]:
        """User and password."""
        return {"username": USER, "password": PASSWORD}

    def routes(self) -> Sequence[web.RouteDef]:
        """Both ways of writing SMS work."""
        found = [web.get("/me", self._me)]
        for path in ("/sms", "/SMS"):
            found += [
                web.post(path, self._send),
                web.get(path, self._list),
                web.get(path + "/{id}", self._one),
            ]
        return found

    def refuse(self, status: int, text: str) -> web.Response:
        """Plain text for some, JSON for others: the form of errors is not to be trusted."""
        if status == 403:
            return json_answer({"error": text}, status=status)
        return web.Response(text=text, status=status)

    def truth(self, kinds: Sequence[str] = ()) -> dict[str, Any]:
        """The messages by id."""
        return {"messages": {m["id"]: dict(m) for m in self.messages}}

    def mutate(self, what: str, arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
        """`tune` (credit, outcome, incoming_url), `reply` (from, to, text), `report` (id, status)."""
        if what == "tune":
            for name in ("credit", "outcome", "incoming_url"):
                setattr(self, name, arguments.get(name, getattr(self, name)))
            return [{"credit": self.credit, "outcome": self.outcome}]
        if what == "reply":
            return [self._reply(arguments)]
        if what == "report":
            message = next(m for m in self.messages if m["id"] == arguments["id"])
            self._report(message, str(arguments["status"]))
            return [{"id": message["id"], "status": message["status"]}]
        return super().mutate(what, arguments)

    async def _me(self, request: web.Request) -> web.Response:
        _sign_in(request)
        return json_answer({"id": USER, "currency": "SEK", "balance": self.credit})

    async def _send(self, request: web.Request) -> web.Response:
        _sign_in(request)
        form = await _form(request)
        problem = _problem(form)
        if problem:
            return self.refuse(400, problem)
        parts = sms.measure(form["message"]).parts
        if self.credit < parts * COST:
            return self.refuse(403, "Not enough credits")
        answer = {
            "status": "created", "direction": "outgoing", "from": form["from"], "to": form["to"],
            "message": form["message"], "created": _written(self.now()), "parts": parts,
        }  # fmt: skip  # one answer
        if form.get("dryrun") == "yes":
            return json_answer({**answer, "estimated_cost": parts * COST})
        self.credit -= parts * COST
        message = {**answer, "id": f"s{len(self.messages):032x}", "cost": parts * COST}
        self.writes.note("sms.send", identity=form["to"], body=form["message"].encode())
        self._keep(message, form)
        return json_answer(message)

    def _keep(self, message: dict[str, Any], form: dict[str, str]) -> None:
        kept = {**message, "whendelivered": form.get("whendelivered", "")}
        if form.get("dontlog") == "message":
            kept["message"] = ""
        self.messages.append(kept)
        if kept["whendelivered"]:
            for status in ("sent", self.outcome):
                self._report(kept, status)

    def _report(self, message: dict[str, Any], status: str) -> None:
        message["status"] = status
        form = {"id": message["id"], "status": status}
        if status == "delivered":
            form["delivered"] = _written(self.now())
        self._post(message["whendelivered"], form)

    def _reply(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        form = {
            "direction": "incoming", "id": f"i{self.hooks.counts['made']:032x}",
            "from": str(arguments["from"]), "to": str(arguments["to"]),
            "created": _written(self.now()), "message": str(arguments["text"]),
        }  # fmt: skip  # one form
        self._post(self.incoming_url, form)
        return {"id": form["id"]}

    def _post(self, url: str, form: dict[str, str]) -> None:
        body = urlencode(form).encode("ascii")
        self.hooks.send(Posted(url=url, body=body, headers={"Content-Type": FORM}))

    async def _list(self, request: web.Request) -> web.Response:
        """Newest first: `start` is the upper bound, `end` the lower."""
        _sign_in(request)
        upper, lower = request.query.get("start", "9"), request.query.get("end", "")
        limit = min(100, int(request.query.get("limit", "100")))
        rows = [_shown(m) for m in reversed(self.messages) if lower <= m["created"] < upper]
        more = {"next": rows[limit - 1]["created"]} if len(rows) > limit else {}
        return json_answer({"data": rows[:limit], **more})

    async def _one(self, request: web.Request) -> web.Response:
        _sign_in(request)
        for message in self.messages:
            if message["id"] == request.match_info["id"]:
                return json_answer(_shown(message))
        return self.refuse(404, "no such sms")


def _sign_in(request: web.Request) -> None:
    wanted = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    if request.headers.get("Authorization") != wanted:
        raise web.HTTPUnauthorized(reason="API access requires Basic HTTP authentication")


async def _form(request: web.Request) -> dict[str, str]:
    if request.content_type != FORM:
        raise web.HTTPBadRequest(reason="send a form")
    try:
        text = (await request.read()).decode("ascii")
        pairs = parse_qsl(text, strict_parsing=True, keep_blank_values=True, errors="strict")
    except ValueError as error:
        raise web.HTTPBadRequest(reason="the form cannot be read") from error
    if len(dict(pairs)) != len(pairs):
        raise web.HTTPBadRequest(reason="a field comes twice")
    return dict(pairs)


def _problem(form: Mapping[str, str]) -> str:
    sender, address = form.get("from", ""), urlsplit(form.get("whendelivered", "http://x"))
    wrong = {
        "Missing key message": not form.get("message"),
        "Invalid from": not (NUMBER.fullmatch(sender) or NAME.fullmatch(sender)),
        "Invalid to number": not NUMBER.fullmatch(form.get("to", "")),
        "Invalid whendelivered": address.scheme not in ("http", "https") or not address.netloc,
        "Unknown parameter": not KNOWN.issuperset(form),
        "Invalid dryrun": form.get("dryrun", "yes") != "yes",
        "Invalid dontlog": form.get("dontlog", "message") != "message",
    }
    return next((text for text, is_wrong in wrong.items() if is_wrong), "")


def _shown(message: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in message.items() if name != "whendelivered" and value != ""}


def _written(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
