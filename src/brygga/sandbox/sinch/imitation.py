"""The imitated Sinch. Callbacks are signed while `signed` holds, as a plan with a secret does."""

from __future__ import annotations

import base64
import hmac
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec
from aiohttp import web

from brygga.sandbox.elks46.posting import Posted, Posts
from brygga.sandbox.server import Imitation
from brygga.sandbox.trouble import json_answer
from brygga.swedish import sms

PLAN, TOKEN, SECRET = "ovningsplan", "sinch-nyckel", "sinch-hemlighet"
BATCHES = f"/xms/v1/{PLAN}/batches"
NUMBER = re.compile(r"\+?[1-9][0-9]{7,14}")
SENDER = re.compile(r"\+?[1-9][0-9]{3,14}|[A-Za-z0-9 ]{1,11}")
KNOWN: dict[str, Any] = {
    "to": list, "from": str, "body": str, "type": str, "delivery_report": str, "client_reference": str,
    "expire_at": str, "send_at": str, "callback_url": str, "max_number_of_message_parts": int,
}  # fmt: skip  # one table
REPORTS = ("none", "summary", "full", "per_recipient", "per_recipient_final")
CODES = {"Queued": 400, "Dispatched": 401, "Delivered": 0, "Cancelled": 407}


class Plan(Protocol):
    """What the imitation reads of the sandbox's plan."""

    @property
    def seed(self) -> int: ...
    @property
    def faults(self) -> str: ...
    @property
    def now(self) -> Callable[[], datetime]: ...


def make(plan: Plan) -> Sinch:
    """The imitation as the sandbox starts it."""
    return Sinch(seed=plan.seed, faults=plan.faults, now=plan.now)


class Sinch(Imitation):
    """A service plan. Reports go to each batch's own address: Dispatched, then `outcome` with `code`."""

    name = "sinch"

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.hooks = Posts(seed=self.seed, again=lambda status: status >= 500 or status == 429)
        self.use_profile(str(more.get("faults", "none")))
        self.outcome, self.code = "Delivered", 0
        self.signed = True
        self.blocked = False
        self.incoming_url = ""
        self.batches: list[dict[str, Any]] = []

    def settings(self) -> dict[str, Any]:
        """Plan, token and the secret of callbacks."""
        return {"service_plan_id": PLAN, "token": TOKEN, "webhook_secret": SECRET}

    def routes(self) -> Sequence[web.RouteDef]:
        """Dry run before the batch's own path, as the vendor has it."""
        return [
            web.post(BATCHES, self._send),
            web.get(BATCHES, self._list),
            web.post(BATCHES + "/dry_run", self._dry_run),
            web.get(BATCHES + "/{id}", self._one),
            web.delete(BATCHES + "/{id}", self._cancel),
        ]

    def refuse(self, status: int, text: str) -> web.Response:
        """The error form of this interface."""
        codes = {401: "unauthorized", 403: "forbidden", 404: "not_found", 429: "too_many_requests"}
        return json_answer({"code": codes.get(status, "syntax_invalid_json"), "text": text}, status=status)

    def truth(self, kinds: Sequence[str] = ()) -> dict[str, Any]:
        """The batches by id."""
        return {"batches": {b["id"]: dict(b) for b in self.batches}}

    def mutate(self, what: str, arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
        """`tune` (outcome, code, signed, blocked, incoming_url), `reply` (from, to, text)."""
        if what == "tune":
            for name in ("outcome", "code", "signed", "blocked", "incoming_url"):
                setattr(self, name, arguments.get(name, getattr(self, name)))
            return [{"outcome": self.outcome, "signed": self.signed}]
        if what == "reply":
            return [self._reply(arguments)]
        return super().mutate(what, arguments)

    async def _send(self, request: web.Request) -> web.Response:
        body = await self._body(request)
        batch = {
            **{name: value for name, value in body.items() if name != "callback_url"},
            "id": f"01{len(self.batches):024X}",
            "created_at": _written(self.now()),
            "modified_at": _written(self.now()),
            "canceled": False,
        }
        self.writes.note("sms.send", identity=str(body["to"]), body=body["body"].encode())
        self.batches.append(batch)
        url = body.get("callback_url")
        if url and body.get("delivery_report", "none") != "none" and "send_at" not in body:
            for status, code in (
                ("Dispatched", 401),
                (self.outcome, self.code or CODES.get(self.outcome, 0)),
            ):
                self._post(url, self._report(batch, status, code))
        return json_answer(batch, status=201)

    def _report(self, batch: Mapping[str, Any], status: str, code: int) -> dict[str, Any]:
        """To each number, or of the whole batch; numbers without their plus, as the real one has them."""
        number, at = str(batch["to"][0]).lstrip("+"), _written(self.now())
        reference = {"client_reference": batch["client_reference"]} if "client_reference" in batch else {}
        if str(batch["delivery_report"]).startswith("per_recipient"):
            return {
                "type": "recipient_delivery_report_sms", "batch_id": batch["id"], "recipient": number,
                "code": code, "status": status, "at": at, "operator_status_at": at, **reference,
            }  # fmt: skip  # one report
        row: dict[str, Any] = {"code": code, "status": status, "count": 1}
        if batch["delivery_report"] == "full":
            row["recipients"] = [number]
        whole = {"type": "delivery_report_sms", "batch_id": batch["id"], "total_message_count": 1}
        return {**whole, "statuses": [row], **reference}

    def _reply(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        event = {
            "type": "mo_text", "id": f"IN{self.hooks.counts['made']:020X}", "body": str(arguments["text"]),
            "from": str(arguments["from"]).lstrip("+"), "to": str(arguments["to"]).lstrip("+"),
            "received_at": _written(self.now()), "operator_id": "24001",
        }  # fmt: skip  # one event
        self._post(self.incoming_url, event)
        return {"id": event["id"]}

    def _post(self, url: str, event: Mapping[str, Any]) -> None:
        body = msgspec.json.encode(event)
        headers = {"Content-Type": "application/json"}
        if self.signed:
            nonce, timestamp = secrets.token_hex(12), str(int(self.now().timestamp()))
            text = body + f".{nonce}.{timestamp}".encode()
            made = base64.b64encode(hmac.digest(SECRET.encode(), text, "sha256")).decode()
            name = "x-sinch-webhook-signature"
            headers |= {name: made, f"{name}-nonce": nonce, f"{name}-timestamp": timestamp}
            headers[f"{name}-algorithm"] = "HmacSHA256"
        self.hooks.send(Posted(url=url, body=body, headers=headers))

    async def _dry_run(self, request: web.Request) -> web.Response:
        body = await self._body(request)
        measured = sms.measure(body["body"])
        each = [
            {"recipient": to, "number_of_parts": measured.parts, "body": body["body"], "encoding": "text"}
            for to in body["to"]
        ]
        asked = request.query.get("per_recipient") == "true"
        total = {"number_of_recipients": len(each), "number_of_messages": len(each) * measured.parts}
        return json_answer({**total, "per_recipient": each} if asked else total)

    async def _list(self, request: web.Request) -> web.Response:
        self._sign_in(request)
        size, page = min(100, int(request.query.get("page_size", "30"))), int(request.query.get("page", "0"))
        since, reference = request.query.get("start_date", ""), request.query.get("client_reference")
        rows = [
            b
            for b in reversed(self.batches)
            if b["created_at"] >= since and (reference is None or b.get("client_reference") == reference)
        ]
        found = rows[page * size : (page + 1) * size]
        return json_answer({"count": len(rows), "page": page, "page_size": len(found), "batches": found})

    async def _one(self, request: web.Request) -> web.Response:
        return json_answer(self._named(request))

    async def _cancel(self, request: web.Request) -> web.Response:
        batch = self._named(request)
        batch["canceled"] = True
        return json_answer(batch)

    def _named(self, request: web.Request) -> dict[str, Any]:
        self._sign_in(request)
        for batch in self.batches:
            if batch["id"] == request.match_info["id"]:
                return batch
        raise web.HTTPNotFound(reason="no such batch")

    async def _body(self, request: web.Request) -> dict[str, Any]:
        """The batch, held against what may stand in one. Raises the answers of a wrong one."""
        self._sign_in(request)
        if self.blocked:
            raise web.HTTPForbidden(reason="The plan is blocked or has no credit")
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType(reason="send JSON")
        try:
            body = msgspec.json.decode(await request.read(), type=dict[str, Any])
        except msgspec.DecodeError as error:
            raise web.HTTPBadRequest(reason="the body is not a JSON object") from error
        problem = _problem(body)
        if problem:
            raise web.HTTPBadRequest(reason=problem)
        return body

    def _sign_in(self, request: web.Request) -> None:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            raise web.HTTPUnauthorized(reason="unauthorized")


def _problem(body: Mapping[str, Any]) -> str:
    if not all(name in KNOWN and isinstance(value, KNOWN[name]) for name, value in body.items()):
        return "a field is unknown or of the wrong type"
    wrong = {
        "to": not body.get("to") or not all(NUMBER.fullmatch(str(n)) for n in body.get("to", ())),
        "from": not SENDER.fullmatch(body.get("from", "")),
        "body": not 1 <= len(body.get("body", "")) <= 2000,
        "type": body.get("type", "mt_text") != "mt_text",
        "delivery_report": body.get("delivery_report", "none") not in REPORTS,
        "max_number_of_message_parts": body.get("max_number_of_message_parts", 1) < 1,
    }
    return next((f"{name} cannot be used" for name, is_wrong in wrong.items() if is_wrong), "")


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
