"""The imitated Twilio. Its account is open, and its callbacks are signed as the real ones are."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import Any, Protocol
from urllib.parse import urlencode

import msgspec
from aiohttp import web

from brygga.sandbox.elks46.posting import Posted, Posts
from brygga.sandbox.server import Imitation
from brygga.sandbox.trouble import json_answer
from brygga.sandbox.twilio import form as forms
from brygga.swedish import sms

SID, TOKEN = "AC" + "0a" * 16, "twilio-hemlighet"
ACCOUNT = f"/2010-04-01/Accounts/{SID}"


class Plan(Protocol):
    """What the imitation reads of the sandbox's plan."""

    @property
    def seed(self) -> int: ...
    @property
    def faults(self) -> str: ...
    @property
    def now(self) -> Callable[[], datetime]: ...


def make(plan: Plan) -> Twilio:
    """The imitation as the sandbox starts it."""
    return Twilio(seed=plan.seed, faults=plan.faults, now=plan.now)


class Twilio(Imitation):
    """An account. Callbacks go to each message's own address: sent, then `outcome` with `code`."""

    name = "twilio"

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.hooks = Posts(seed=self.seed)
        self.use_profile(str(more.get("faults", "none")))
        self.outcome, self.code = "delivered", 0
        self.status = "active"
        self.as_json = False
        self.incoming_url = ""
        self.opted_out: set[str] = set()
        self.messages: list[dict[str, Any]] = []

    def settings(self) -> dict[str, Any]:
        """Account and token."""
        return {"account_sid": SID, "auth_token": TOKEN}

    def routes(self) -> Sequence[web.RouteDef]:
        """The paths of the specification."""
        return [
            web.get(f"{ACCOUNT}.json", self._account),
            web.post(f"{ACCOUNT}/Messages.json", self._create),
            web.get(f"{ACCOUNT}/Messages.json", self._list),
            web.get(ACCOUNT + "/Messages/{sid}.json", self._one),
            web.post(ACCOUNT + "/Messages/{sid}.json", self._update),
            web.delete(ACCOUNT + "/Messages/{sid}.json", self._delete),
        ]

    def refuse(self, status: int, text: str, code: int = 20001) -> web.Response:
        """The error form that clients have seen."""
        code = {401: 20003, 429: 20429}.get(status, code)
        more = f"https://www.twilio.com/docs/errors/{code}"
        body = {"code": code, "message": text, "more_info": more, "status": status}
        return json_answer(body, status=status)

    def truth(self, kinds: Sequence[str] = ()) -> dict[str, Any]:
        """The messages by sid."""
        return {"messages": {m["sid"]: dict(m) for m in self.messages}}

    def mutate(self, what: str, arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
        """`tune` (outcome, code, status, as_json, incoming_url), `reply` (from, to, text, opt_out)."""
        if what == "tune":
            for name in ("outcome", "code", "status", "as_json", "incoming_url"):
                setattr(self, name, arguments.get(name, getattr(self, name)))
            return [{"outcome": self.outcome, "status": self.status}]
        if what == "reply":
            return [self._reply(arguments)]
        return super().mutate(what, arguments)

    async def _account(self, request: web.Request) -> web.Response:
        self._sign_in(request)
        return json_answer({"sid": SID, "status": self.status, "type": "Full"})

    async def _create(self, request: web.Request) -> web.Response:
        self._sign_in(request)
        if request.content_type != forms.FORM:
            raise web.HTTPUnsupportedMediaType(reason="send a form")
        try:
            form = forms.read(await request.read())
        except ValueError as error:
            raise web.HTTPBadRequest(reason="the form cannot be read") from error
        code, text = forms.problem(form, now=self.now())
        if form.get("To") in self.opted_out:
            code, text = 21610, "Attempt to send to unsubscribed recipient"
        if code:
            return self.refuse(400, text, code)
        self.writes.note("sms.send", identity=form["To"], body=form["Body"].encode())
        message = self._made(form)
        self.messages.append(message)
        if form.get("StatusCallback") and message["status"] != "scheduled":
            for status in ("sent", self.outcome):
                self._tell(message, form, status)
        return json_answer({**message, "to": form["To"], "body": form["Body"]}, status=201)

    def _made(self, form: Mapping[str, str]) -> dict[str, Any]:
        sid, pool = f"SM{len(self.messages):032x}", "MessagingServiceSid" in form
        at = format_datetime(self.now())
        masked = form.get("AddressRetention") == "obfuscate"
        segments = str(sms.measure(form["Body"]).parts)
        return {
            "account_sid": SID, "api_version": "2010-04-01", "sid": sid, "direction": "outbound-api",
            "body": "" if form.get("ContentRetention") == "discard" else form["Body"],
            "date_created": at, "date_updated": at, "date_sent": None,
            "error_code": None, "error_message": None, "price": None, "price_unit": None,
            "from": form.get("From"), "messaging_service_sid": form.get("MessagingServiceSid"),
            "num_media": "0", "num_segments": "0" if pool else segments,
            "status": "scheduled" if "SendAt" in form else "accepted" if pool else "queued",
            "to": form["To"][:-4] + "XXXX" if masked else form["To"],
            "uri": f"{ACCOUNT}/Messages/{sid}.json", "subresource_uris": {},
        }  # fmt: skip  # one resource

    def _tell(self, message: dict[str, Any], form: Mapping[str, str], status: str) -> None:
        message["status"] = status
        told = {
            "AccountSid": SID, "ApiVersion": "2010-04-01", "From": form.get("From", ""), "To": form["To"],
            "MessageSid": message["sid"], "MessageStatus": status,
            "SmsSid": message["sid"], "SmsStatus": status,
        }  # fmt: skip  # one callback
        if status in ("failed", "undelivered") and self.code:
            told["ErrorCode"] = str(self.code)
        self._post(form["StatusCallback"], told)

    def _reply(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        sid = f"SM{self.hooks.counts['made']:031x}f"
        told = {
            "AccountSid": SID, "MessageSid": sid, "SmsStatus": "received", "From": str(arguments["from"]),
            "To": str(arguments["to"]), "Body": str(arguments["text"]), "NumMedia": "0", "NumSegments": "1",
        }  # fmt: skip  # one callback
        if arguments.get("opt_out"):
            told["OptOutType"] = "STOP"
            self.opted_out.add(told["From"])
        self._post(self.incoming_url, told)
        return {"sid": sid}

    def _post(self, url: str, told: Mapping[str, str]) -> None:
        if self.as_json:
            body, kind = msgspec.json.encode(told), "application/json"
            url += ("&" if "?" in url else "?") + "bodySHA256=" + hashlib.sha256(body).hexdigest()
            signed = url
        else:
            body, kind = urlencode(told).encode("ascii"), forms.FORM
            signed = url + "".join(name + told[name] for name in sorted(told))
        made = base64.b64encode(hmac.digest(TOKEN.encode(), signed.encode(), "sha1")).decode()
        headers = {"Content-Type": kind, "X-Twilio-Signature": made}
        self.hooks.send(Posted(url=url, body=body, headers=headers))

    async def _list(self, request: web.Request) -> web.Response:
        """Newest first, a token in the address of the next page."""
        self._sign_in(request)
        size = min(1000, int(request.query.get("PageSize", "50")))
        page = int(request.query.get("Page", "0"))
        to = request.query.get("To")
        rows = [m for m in reversed(self.messages) if to is None or m["to"] == to]
        more = f"{ACCOUNT}/Messages.json?PageSize={size}&Page={page + 1}&PageToken=PA{page}"
        return json_answer(
            {
                "messages": rows[page * size : (page + 1) * size],
                "page": page,
                "page_size": size,
                "next_page_uri": more if len(rows) > (page + 1) * size else None,
            }
        )

    async def _one(self, request: web.Request) -> web.Response:
        return json_answer(self._named(request))

    async def _update(self, request: web.Request) -> web.Response:
        """Cancel what is scheduled, or empty the text."""
        message = self._named(request)
        form = forms.read(await request.read())
        if form == {"Body": ""}:
            message["body"] = ""
        elif form == {"Status": "canceled"} and message["status"] == "scheduled":
            message["status"] = "canceled"
        else:
            return self.refuse(400, "The message cannot be changed", 30409)
        return json_answer(message)

    async def _delete(self, request: web.Request) -> web.Response:
        self.messages.remove(self._named(request))
        return web.Response(status=204)

    def _named(self, request: web.Request) -> dict[str, Any]:
        self._sign_in(request)
        for message in self.messages:
            if message["sid"] == request.match_info["sid"]:
                return message
        raise web.HTTPNotFound(reason="The requested resource was not found")

    def _sign_in(self, request: web.Request) -> None:
        wanted = "Basic " + base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
        if request.headers.get("Authorization") != wanted:
            raise web.HTTPUnauthorized(reason="Authenticate")
