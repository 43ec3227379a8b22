"""The control API: how a test or a demo steers an imitation. Loopback only, JSON in and out.

Every call exists as `/<imitation>/_control/<name>` and as `/_control/<name>?system=<imitation>`
(without `system`: the first imitation).

| Call | Does |
|---|---|
| GET `settings` | what a client needs to connect, for all imitations |
| GET `arrivals?window=1.0` / DELETE | total, most in any window of so many seconds, most at once |
| GET `requests?last=100` | the last requests: method, path, status, fault, times |
| GET `writes` / DELETE | accepted writes, and `repeated`: carried out more than once |
| GET, POST, DELETE `faults` | `{"profile", "seed", "options": {…}, "next": [one-shot, …]}`; see `faults` |
| GET, POST `webhooks?wait=5` | `{"url", "secret", "profile" or "delivery", "seed"}`; GET waits for all |
| POST `fire` | `{"times": 5, "shuffle": 7, "wait": 30}`: all webhooks so far, again |
| POST `mutate` | `{"what": …, …}` or `{"steps": [{…}, …]}` → what was changed |
| GET `truth?kinds=estates,offices` | all that is true, in flat facts |
| GET, DELETE `mails` | what the SMTP sink received |
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from aiohttp import web

from brygga.model import BryggaError, Invalid
from brygga.sandbox.faults import PROFILES, OneShot, Options
from brygga.sandbox.hooks import DELIVERIES, Delivery
from brygga.sandbox.server import CONTROL, Imitation, Sandbox
from brygga.sandbox.trouble import json_answer

Call = Callable[[Imitation, web.Request], Awaitable[Any]]


def attach(app: web.Application, sandbox: Sandbox) -> None:
    """Put the control API on the sandbox's root application."""
    steering = _Steering(sandbox)
    app.router.add_route("*", f"{CONTROL}/{{call}}", steering.from_root)
    for name, imitation in sandbox.imitations.items():
        app.router.add_route("*", f"/{name}{CONTROL}/{{call}}", steering.bound(imitation))


class _Steering:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def from_root(self, request: web.Request) -> web.Response:
        """`/_control/<call>?system=…`."""
        imitations = self._sandbox.imitations
        name = request.query.get("system") or next(iter(imitations), "")
        if name not in imitations and request.match_info["call"] not in {"mails", "settings"}:
            return json_answer({"error": "unknown_system", "systems": sorted(imitations)}, status=404)
        return await self._call(imitations.get(name), request)

    def bound(self, imitation: Imitation) -> Callable[[web.Request], Awaitable[web.Response]]:
        """The same calls for one imitation, under its own prefix."""

        async def handler(request: web.Request) -> web.Response:
            return await self._call(imitation, request)

        return handler

    async def _call(self, imitation: Imitation | None, request: web.Request) -> web.Response:
        if not _from_here(request.remote):
            return json_answer({"error": "loopback_only"}, status=403)
        try:
            return json_answer(await self._result(imitation, request))
        except msgspec.DecodeError as error:
            return json_answer({"error": "not_understood", "message": str(error)}, status=400)
        except BryggaError as error:
            return json_answer({"error": error.code, "message": error.message}, status=400)
        except KeyError as error:
            return json_answer({"error": "missing", "message": str(error)}, status=400)

    async def _result(self, imitation: Imitation | None, request: web.Request) -> Any:
        key = (request.method, request.match_info["call"])
        if key[1] == "settings":
            return self._sandbox.settings()
        if key[1] == "mails":
            return self._mails(request)
        if imitation is None:
            raise Invalid("there is no imitation", code="unknown_system")
        own = imitation.control_routes().get(key)
        if own is not None:
            return await own(request)
        if key not in CALLS:
            raise Invalid(f"no control call {key[0]} {key[1]}", code="unknown_call")
        return await CALLS[key](imitation, request)

    def _mails(self, request: web.Request) -> Any:
        if self._sandbox.smtp is None:
            raise Invalid("the sandbox has no SMTP sink", code="no_smtp")
        if request.method == "DELETE":
            self._sandbox.smtp.clear()
        return self._sandbox.smtp.summary()


def _from_here(remote: str | None) -> bool:
    return remote is not None and ipaddress.ip_address(remote).is_loopback


async def _body(request: web.Request) -> dict[str, Any]:
    """The request's JSON object; an empty body is an empty object. Raises msgspec.DecodeError."""
    raw = await request.read()
    return msgspec.json.decode(raw, type=dict[str, Any]) if raw else {}


async def _arrivals(imitation: Imitation, request: web.Request) -> Any:
    try:
        window_s = float(request.query.get("window", "1"))
    except ValueError as error:
        raise Invalid("window must be seconds", code="not_understood") from error
    return imitation.arrivals.summary(window_s)


async def _forget_arrivals(imitation: Imitation, _: web.Request) -> Any:
    imitation.arrivals.reset()
    return {"total": 0}


async def _requests(imitation: Imitation, request: web.Request) -> Any:
    last = request.query.get("last", "100")
    recent = list(imitation.arrivals.recent)
    return {"requests": recent[-int(last) :] if last.isdigit() and int(last) else recent}


async def _writes(imitation: Imitation, _: web.Request) -> Any:
    log = imitation.writes
    return {"total": len(log.entries), "repeated": log.repeated(), "entries": log.entries}


async def _forget_writes(imitation: Imitation, _: web.Request) -> Any:
    imitation.writes.reset()
    return {"total": 0}


async def _faults(imitation: Imitation, _: web.Request) -> Any:
    plan = imitation.faults
    return {
        "profile": plan.profile,
        "seed": plan.seed,
        "options": plan.options,
        "next": plan.shots,
        "struck": plan.struck,
        "profiles": [*PROFILES, *DELIVERIES],
    }


async def _set_faults(imitation: Imitation, request: web.Request) -> Any:
    body = await _body(request)
    plan = imitation.faults
    shots = msgspec.convert(body.get("next", []), list[OneShot])
    options = msgspec.convert(body["options"], Options) if "options" in body else plan.options
    if "profile" in body:
        imitation.use_profile(str(body["profile"]))
    plan.next(shots)
    plan.options = options
    plan.seed = int(body.get("seed", plan.seed))
    return await _faults(imitation, request)


async def _clear_faults(imitation: Imitation, request: web.Request) -> Any:
    imitation.faults.clear()
    return await _faults(imitation, request)


async def _webhooks(imitation: Imitation, request: web.Request) -> Any:
    wait_s = float(request.query.get("wait", "0"))
    settled = await imitation.hooks.settled(wait_s) if wait_s else None
    return {**imitation.hooks.summary(), "settled": settled}


async def _set_webhooks(imitation: Imitation, request: web.Request) -> Any:
    body = await _body(request)
    url = body.get("url")
    if url is not None and body.get("secret"):
        url = f"{str(url).rstrip('/')}/{body['secret']}"
    delivery = body.get("profile")
    if "delivery" in body:
        delivery = msgspec.convert(body["delivery"], Delivery)
    imitation.hooks.seed = int(body.get("seed", imitation.hooks.seed))
    imitation.hooks.configure(url=url, delivery=delivery)
    return imitation.hooks.summary()


async def _fire(imitation: Imitation, request: web.Request) -> Any:
    body = await _body(request)
    shuffle = body.get("shuffle", imitation.seed)
    queued = imitation.hooks.fire(times=int(body.get("times", 1)), shuffle_seed=shuffle)
    settled = await imitation.hooks.settled(float(body["wait"])) if body.get("wait") else None
    return {"queued": queued, "settled": settled, **imitation.hooks.summary()}


async def _mutate(imitation: Imitation, request: web.Request) -> Any:
    body = await _body(request)
    steps = body.get("steps", [body])
    changed: list[dict[str, Any]] = []
    for step in steps:
        arguments = {name: value for name, value in step.items() if name != "what"}
        changed += imitation.mutate(str(step["what"]), arguments)
    return {"changed": changed}


async def _truth(imitation: Imitation, request: web.Request) -> Any:
    kinds = [kind for kind in request.query.get("kinds", "").split(",") if kind]
    return imitation.truth(kinds)


CALLS: dict[tuple[str, str], Call] = {
    ("GET", "arrivals"): _arrivals,
    ("DELETE", "arrivals"): _forget_arrivals,
    ("GET", "requests"): _requests,
    ("GET", "writes"): _writes,
    ("DELETE", "writes"): _forget_writes,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _set_faults,
    ("DELETE", "faults"): _clear_faults,
    ("GET", "webhooks"): _webhooks,
    ("POST", "webhooks"): _set_webhooks,
    ("POST", "fire"): _fire,
    ("POST", "mutate"): _mutate,
    ("GET", "truth"): _truth,
}
