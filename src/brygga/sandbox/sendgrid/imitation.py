"""The imitated SendGrid. It accepts mail with 202 and no body, and tells what became of it afterwards.

Decided here, where no specification says: the key is one fixed text, `X-Message-Id` is given, a mail
in sandbox mode is answered 200 and never told of, events of one request come in one batch.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

from aiohttp import web

from brygga.sandbox.sendgrid.checking import Problem, problems
from brygga.sandbox.sendgrid.telling import Teller
from brygga.sandbox.server import Imitation, utc_now
from brygga.sandbox.trouble import Handler, cut, json_answer

API_KEY: Final = "SG.sandbox.brygga"
Json = dict[str, Any]
LISTS: Final = ("bounces", "blocks", "invalid_emails", "spam_reports", "unsubscribes")
_LISTED_BY: Final = {"bounce": "bounces", "spamreport": "spam_reports", "unsubscribe": "unsubscribes"}


class Plan(Protocol):
    """What the imitation reads of the sandbox's plan."""

    @property
    def seed(self) -> int: ...
    @property
    def faults(self) -> str: ...
    @property
    def now(self) -> Callable[[], datetime]: ...


def make(plan: Plan) -> SendGrid:
    """The imitation as the sandbox starts it."""
    return SendGrid(seed=plan.seed, faults=plan.faults, now=plan.now)


class SendGrid(Imitation):
    """One account. `mails` are the requests taken; `copies` what each recipient got."""

    name = "sendgrid"

    def __init__(self, *, seed: int = 7, faults: str = "none", now: Callable[[], datetime] = utc_now) -> None:
        super().__init__(seed=seed, faults=faults, now=now)
        self.teller = Teller(seed)
        self.mails: list[Json] = []
        self.copies: list[Json] = []
        self.lists: dict[str, dict[str, Json]] = {name: {} for name in LISTS}
        self.hang_s = 0.0
        self.remaining: int | None = None
        self.rights = {"mail.send", "suppression"}

    def app(self) -> web.Application:
        """With the key demanded on every path."""
        app = super().app()
        app.middlewares.append(self._demand_key)
        return app

    def routes(self) -> Sequence[web.RouteDef]:
        """Sending, lists and activity."""
        return [
            web.post("/v3/mail/send", self._send),
            web.get("/v3/messages", self._activity),
            web.post("/v3/asm/suppressions/global", self._add_global),
            web.delete("/v3/asm/suppressions/global/{email}", self._remove_global),
            web.get("/v3/suppression/{list}", self._list),
            web.delete("/v3/suppression/{list}/{email}", self._remove),
        ]

    def settings(self) -> Json:
        """Invented credentials, the public key, and no reason to be slow."""
        return {
            "api_key": API_KEY,
            "webhook_key": self.teller.public_key,
            "sender": "Bryggan <kontor@example.com>",
            "inbound_secret": "sandbox-inbound",
            "calls": 100,
        }

    def refuse(self, status: int, text: str) -> web.Response:
        """The error envelope; 429 with the rate headers."""
        answer = json_answer({"errors": [{"message": text, "field": None, "help": None}]}, status=status)
        if status == 429:
            reset = str(int(self.now().timestamp()) + 7)
            answer.headers.update({"X-RateLimit-Limit": "600", "X-RateLimit-Remaining": "0"})
            answer.headers["X-RateLimit-Reset"] = reset
        return answer

    def truth(self, kinds: Sequence[str] = ()) -> Json:
        """Copies by their number, and the lists."""
        copies = {str(n): copy for n, copy in enumerate(self.copies)}
        found: Json = {"copies": copies, **self.lists}
        return {kind: rows for kind, rows in found.items() if not kinds or kind in kinds}

    def mutate(self, what: str, arguments: Mapping[str, Any]) -> list[Json]:
        """`tune`: `hang_s` (accept, then answer that late), `remaining` (then 429), `rights`.
        `reply`: somebody answers: `sender`, `to`, `text`, `in_reply_to`."""
        if what == "tune":
            self.hang_s = float(arguments.get("hang_s", self.hang_s))
            self.remaining = arguments.get("remaining", self.remaining)
            self.rights = set(arguments.get("rights", self.rights))
            return [{"hang_s": self.hang_s, "remaining": self.remaining, "rights": sorted(self.rights)}]
        if what == "reply":
            return [self._reply(arguments)]
        return super().mutate(what, arguments)

    def _reply(self, said: Mapping[str, Any]) -> Json:
        sender, to = str(said["sender"]), str(said["to"])
        fields = {
            "headers": f"From: {sender}\nTo: {to}\nMessage-ID: <{self.teller.hex(8)}@example.com>\n"
            f"In-Reply-To: {said.get('in_reply_to', '')}\n",
            "from": sender,
            "to": to,
            "subject": str(said.get("subject", "Sv: hej")),
            "text": str(said.get("text", "Tack!")),
            "envelope": json.dumps({"to": [to], "from": sender}),
            "charsets": json.dumps({"text": "utf-8", "subject": "utf-8"}),
        }
        self.hooks.send(self.teller.inbound(fields, now=self.now()))
        return fields

    @web.middleware
    async def _demand_key(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {API_KEY}":
            return self.refuse(401, "The provided authorization grant is invalid, expired, or revoked")
        right = "mail.send" if request.path.endswith("/mail/send") else "suppression"
        if right not in self.rights:
            return self.refuse(403, "access forbidden")
        if self.remaining is not None:
            if self.remaining <= 0:
                return self.refuse(429, "too many requests")
            self.remaining -= 1
        return await handler(request)

    async def _send(self, request: web.Request) -> web.StreamResponse:
        try:
            body = json.loads(await request.read())
        except ValueError:
            return self.refuse(400, "Bad Request")
        if found := problems(body, now_s=self.now().timestamp()):
            return _refusal(found)
        if body.get("mail_settings", {}).get("sandbox_mode", {}).get("enable"):
            return web.Response(status=200)
        identity = self.teller.hex(11)
        self.mails.append(body)
        self._carry_out(body, identity)
        if self.hang_s:
            await asyncio.sleep(self.hang_s)
            return cut(request)
        return web.Response(status=202, headers={"X-Message-Id": identity})

    def _carry_out(self, body: Json, identity: str) -> None:
        rows: list[Json] = []
        for person in body["personalizations"]:
            boxes = [box for part in ("to", "cc", "bcc") for box in person.get(part, ())]
            for box in boxes:
                copy = _copy(body, person, box, identity)
                self.copies.append(copy)
                key = copy["custom_args"].get("brygga_key", "")
                self.writes.note("mail.send", identity=f"{key} {box['email']}")
                rows += self._fates(copy)
        self.hooks.send(self.teller.events(rows, now=self.now()))

    def _fates(self, copy: Json) -> list[Json]:
        base = {
            "email": copy["email"],
            "timestamp": int(self.now().timestamp()),
            "sg_message_id": f"{copy['id']}.filter",
            "smtp-id": f"<{copy['id']}@geopod>",
            **copy["custom_args"],
        }
        if copy["categories"]:
            base["category"] = copy["categories"]
        found = []
        for fate in self.teller.fates(copy["email"]):
            found.append(base | fate | {"sg_event_id": self.teller.hex(16)})
            if name := _LISTED_BY.get(fate["event"]):
                row = {"email": copy["email"], "created": base["timestamp"], "reason": fate.get("reason", "")}
                self.lists[name][copy["email"]] = row
        return found

    async def _activity(self, request: web.Request) -> web.Response:
        query = request.query.get("query", "")
        found = [
            {
                "msg_id": copy["id"],
                "to_email": copy["email"],
                "subject": copy["subject"],
                "status": "processed",
            }
            for copy in self.copies
            if f'"{copy["custom_args"].get("brygga_key", "")}"' in query
        ]
        return json_answer({"messages": found[: int(request.query.get("limit", "10"))]})

    async def _list(self, request: web.Request) -> web.Response:
        rows = self.lists.get(request.match_info["list"])
        if rows is None:
            raise web.HTTPNotFound
        limit, offset = (int(request.query.get(n, d)) for n, d in (("limit", "500"), ("offset", "0")))
        if not 1 <= limit <= 500:
            return self.refuse(400, "limit must be between 1 and 500")
        since = int(request.query.get("start_time", "0"))
        found = [row for row in rows.values() if row["created"] >= since]
        return json_answer(found[offset : offset + limit])

    async def _add_global(self, request: web.Request) -> web.Response:
        added = json.loads(await request.read())["recipient_emails"]
        for email in added:
            self.lists["unsubscribes"][email] = {"email": email, "created": int(self.now().timestamp())}
        return json_answer({"recipient_emails": added}, status=201)

    async def _remove_global(self, request: web.Request) -> web.Response:
        self.lists["unsubscribes"].pop(request.match_info["email"], None)
        return web.Response(status=204)

    async def _remove(self, request: web.Request) -> web.Response:
        rows = self.lists.get(request.match_info["list"])
        if rows is None or rows.pop(request.match_info["email"], None) is None:
            raise web.HTTPNotFound
        return web.Response(status=204)


def _copy(body: Json, person: Json, box: Json, identity: str) -> Json:
    """What one recipient gets: the texts with the person's values put in."""
    values = person.get("substitutions", {})
    texts = {row["type"]: _put(row["value"], values) for row in body["content"]}
    return {
        "id": identity,
        "email": box["email"],
        "subject": _put(person.get("subject") or body["subject"], values),
        "text": texts.get("text/plain", ""),
        "html": texts.get("text/html", ""),
        "headers": {**body.get("headers", {}), **person.get("headers", {})},
        "custom_args": {**(body.get("custom_args") or {}), **person.get("custom_args", {})},
        "categories": body.get("categories", []),
        "files": len(body.get("attachments", ())),
    }


def _put(text: str, values: Mapping[str, str]) -> str:
    for tag, value in values.items():
        text = text.replace(tag, value)
    return text


def _refusal(found: Sequence[Problem]) -> web.Response:
    rows = [{"message": p.message, "field": p.field or None, "help": None} for p in found[:20]]
    return json_answer({"errors": rows}, status=400)
