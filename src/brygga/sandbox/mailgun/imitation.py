"""The imitated Mailgun, with its traps: a wrong path is answered 200 with a sentence, a wrong domain
404, and one id stands for all recipients of a request.

Decided here, where no specification says: an own Message-Id is kept, events are there at once, a
key is one fixed text.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any, Final, Protocol

from aiohttp import BodyPartReader, web

from brygga.sandbox.mailgun.checking import Taken, problem
from brygga.sandbox.mailgun.telling import Teller
from brygga.sandbox.server import Imitation, utc_now
from brygga.sandbox.trouble import Handler, cut, json_answer

API_KEY: Final = "key-sandbox-brygga"
DOMAIN: Final = "mg.example.com"
MAGNIFICENT: Final = "Mailgun Magnificent API"
LISTS: Final = ("bounces", "unsubscribes", "complaints")
AHEAD: Final = timedelta(days=3)
_LISTED_BY: Final = {"failed": "bounces", "complained": "complaints", "unsubscribed": "unsubscribes"}
Json = dict[str, Any]


class Plan(Protocol):
    """What the imitation reads of the sandbox's plan."""

    @property
    def seed(self) -> int: ...
    @property
    def faults(self) -> str: ...
    @property
    def now(self) -> Callable[[], datetime]: ...


def make(plan: Plan) -> Mailgun:
    """The imitation as the sandbox starts it."""
    return Mailgun(seed=plan.seed, faults=plan.faults, now=plan.now)


class Mailgun(Imitation):
    """One domain. `mails` are the forms taken; `copies` what each recipient got."""

    name = "mailgun"

    def __init__(self, *, seed: int = 7, faults: str = "none", now: Callable[[], datetime] = utc_now) -> None:
        super().__init__(seed=seed, faults=faults, now=now)
        self.teller = Teller(seed)
        self.mails: list[Taken] = []
        self.copies: list[Json] = []
        self.events: list[Json] = []
        self.lists: dict[str, dict[str, Json]] = {name: {} for name in LISTS}
        self.hang_s = 0.0
        self.remaining: int | None = None
        self.magnificent = False

    def app(self) -> web.Application:
        """With the key demanded on every path."""
        app = super().app()
        app.middlewares.append(self._demand_key)
        return app

    def routes(self) -> Sequence[web.RouteDef]:
        """Sending, events and lists; every other path is magnificent."""
        return [
            web.post("/v3/{domain}/messages", self._send),
            web.get("/v3/{domain}/events", self._list_events),
            web.get("/v3/{domain}/events/{page}", self._list_events),
            web.get("/v3/{domain}/{list:bounces|unsubscribes|complaints}", self._list),
            web.post("/v3/{domain}/{list:bounces|unsubscribes|complaints}", self._add),
            web.delete("/v3/{domain}/{list:bounces|unsubscribes|complaints}/{address}", self._remove),
            web.route("*", "/{tail:.*}", self._magnificent),
        ]

    def settings(self) -> Json:
        """Invented credentials and domain, and no reason to be slow."""
        return {
            "api_key": API_KEY,
            "domain": DOMAIN,
            "webhook_key": self.teller.key,
            "sender": f"Bryggan <kontor@{DOMAIN}>",
            "calls": 100,
        }

    def refuse(self, status: int, text: str) -> web.Response:
        """401 is a JSON text, everything else an object with a message."""
        if status == 401:
            return json_answer("Forbidden", status=401)
        if status == 429:
            text = "Domain limit exceeded, try again after 7 seconds"
        return json_answer({"message": text}, status=status)

    def truth(self, kinds: Sequence[str] = ()) -> Json:
        """Copies by their number, and the lists."""
        copies = {str(n): copy for n, copy in enumerate(self.copies)}
        found: Json = {"copies": copies, **self.lists}
        return {kind: rows for kind, rows in found.items() if not kinds or kind in kinds}

    def mutate(self, what: str, arguments: Mapping[str, Any]) -> list[Json]:
        """`tune`: `hang_s` (accept, then answer that late), `remaining` (then 429), `magnificent`
        (every answer is). `reply`: somebody answers: `sender`, `to`, `text`, `in_reply_to`."""
        if what == "tune":
            self.hang_s = float(arguments.get("hang_s", self.hang_s))
            self.remaining = arguments.get("remaining", self.remaining)
            self.magnificent = bool(arguments.get("magnificent", self.magnificent))
            return [{"hang_s": self.hang_s, "remaining": self.remaining, "magnificent": self.magnificent}]
        if what == "reply":
            return [self._reply(arguments)]
        return super().mutate(what, arguments)

    def _reply(self, said: Mapping[str, Any]) -> Json:
        sender, text = str(said["sender"]), str(said.get("text", "Tack!"))
        headers = [["Message-Id", f"<{self.teller.hex(8)}@example.com>"]]
        headers.append(["In-Reply-To", str(said.get("in_reply_to", ""))])
        fields = {
            "recipient": str(said["to"]),
            "sender": sender,
            "from": f"Kim <{sender}>",
            "subject": str(said.get("subject", "Sv: hej")),
            "body-plain": f"{text}\n\n> hej",
            "stripped-text": text,
            "message-headers": json.dumps(headers),
        }
        self.hooks.send(self.teller.reply(fields, now=self.now()))
        return fields

    @web.middleware
    async def _demand_key(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self.magnificent:
            return web.Response(text=MAGNIFICENT)
        wanted = "Basic " + base64.b64encode(f"api:{API_KEY}".encode()).decode()
        domain = request.match_info.get("domain")
        if domain is not None and request.headers.get("Authorization") != wanted:
            return self.refuse(401, "")
        if domain not in (None, DOMAIN):
            return self.refuse(404, "Domain not found: " + str(domain))
        if self.remaining is not None:
            if self.remaining <= 0:
                return self.refuse(429, "")
            self.remaining -= 1
        return await handler(request)

    async def _magnificent(self, _: web.Request) -> web.Response:
        return web.Response(text=MAGNIFICENT)

    async def _send(self, request: web.Request) -> web.StreamResponse:
        if not request.content_type.startswith("multipart/"):
            return self.refuse(400, "multipart/form-data is needed")
        taken = await _taken(request)
        if why := problem(taken, now=self.now(), ahead=AHEAD):
            return self.refuse(400, why)
        identity = taken.one("h:Message-Id") or f"<{self.teller.hex(11)}@{DOMAIN}>"
        self.mails.append(taken)
        if taken.one("o:testmode") != "yes":
            self._carry_out(taken, identity)
        if self.hang_s:
            await asyncio.sleep(self.hang_s)
            return cut(request)
        return json_answer({"id": identity, "message": "Queued. Thank you."})

    def _carry_out(self, taken: Taken, identity: str) -> None:
        for copy in _copies(taken, identity):
            self.copies.append(copy)
            key = copy["variables"].get("brygga_key", "")
            self.writes.note("mail.send", identity=f"{key} {copy['recipient']}")
            for event in self.teller.events(copy, now=self.now()):
                self.events.append(event)
                self._note_list(event)
                self.hooks.send(self.teller.hook(event, now=self.now()))

    def _note_list(self, event: Json) -> None:
        name = _LISTED_BY.get(event["event"])
        if name and event.get("severity") != "temporary":
            row = {"address": event["recipient"], "created_at": format_datetime(self.now())}
            self.lists[name][event["recipient"]] = row

    async def _list_events(self, request: web.Request) -> web.Response:
        """Pages by number: the address of the next one holds all of the question."""
        asked = dict(request.query)
        page = request.match_info.get("page", "")
        if page:
            asked = json.loads(base64.urlsafe_b64decode(page))
        start, limit = int(asked.get("start", 0)), int(asked.get("limit", "100"))
        if limit > 300:
            return self.refuse(400, "limit is greater than 300")
        found = [event for event in self.events if _fits(event, asked)]
        following = json.dumps({**asked, "start": start + limit}).encode()
        name = base64.urlsafe_b64encode(following).decode()
        path = f"{request.path.removeprefix(f'/{self.name}').split('/events')[0]}/events/{name}"
        return json_answer(
            {"items": found[start : start + limit], "paging": {"next": f"https://api.eu.mailgun.net{path}"}}
        )

    async def _list(self, request: web.Request) -> web.Response:
        rows = sorted(self.lists[request.match_info["list"]].values(), key=lambda row: str(row["address"]))
        limit, after = int(request.query.get("limit", "100")), request.query.get("address", "")
        if limit > 1_000:
            return self.refuse(400, "limit is greater than 1000")
        found = [row for row in rows if row["address"] > after][:limit]
        last = found[-1]["address"] if found else after
        place = f"https://api.eu.mailgun.net{request.path}?page=next&limit={limit}&address={last}"
        return json_answer({"items": found, "paging": {"next": place}})

    async def _add(self, request: web.Request) -> web.Response:
        rows = json.loads(await request.read())
        for row in rows:
            made = {"created_at": format_datetime(self.now()), **row}
            self.lists[request.match_info["list"]][row["address"]] = made
        return json_answer({"message": f"{len(rows)} addresses have been added"})

    async def _remove(self, request: web.Request) -> web.Response:
        rows, address = self.lists[request.match_info["list"]], request.match_info["address"]
        if rows.pop(address, None) is None:
            return self.refuse(404, "Address not found in the table")
        return json_answer({"message": "Address has been removed", "address": address})


async def _taken(request: web.Request) -> Taken:
    taken = Taken()
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or not part.name:
            continue
        data = bytes(await part.read())
        if part.filename:
            kind = part.headers.get("Content-Type", "")
            taken.files.append((part.name, part.filename, kind, data))
        else:
            taken.fields.setdefault(part.name, []).append(data.decode())
    return taken


def _copies(taken: Taken, identity: str) -> list[Json]:
    """What each recipient gets: with `recipient-variables` a copy of their own, else all see all."""
    values = json.loads(taken.one("recipient-variables") or "null")
    boxes = {part: [address for _, address in taken.boxes(part)] for part in ("to", "cc", "bcc")}
    found = []
    for address in dict.fromkeys(address for part in boxes.values() for address in part):
        own = (values or {}).get(address, {})
        texts = {name: _put(taken.one(name), own) for name in ("subject", "text", "html")}
        headers = {name: _put(value, own) for name, value in taken.named("h:").items()}
        shown = [address] if values is not None else boxes["to"]
        found.append(
            {
                "id": identity,
                "recipient": address,
                "to": shown,
                "headers": headers,
                "variables": taken.named("v:"),
                "tags": taken.fields.get("o:tag", []),
                "files": len(taken.files),
                **texts,
            }
        )
    return found


def _put(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"%recipient.{name}%", value)
    return text


def _fits(event: Json, asked: Mapping[str, Any]) -> bool:
    identity = asked.get("message-id")
    if identity and event["message"]["headers"]["message-id"] != identity:
        return False
    begin, end = float(asked.get("begin", 0)), float(asked.get("end", 1e12))
    return bool(begin <= event["timestamp"] <= end + 1)
