"""Twilio's signature: over the address as Twilio knows it and, for a form, every name and value.

Base64 of HMAC-SHA1 with the account's token. A JSON body is not in it: its SHA-256 stands in the
query (`bodySHA256`) and so in the address. There is no time in it, so a repeat is only told by its
message and status. Source: docs/usage/webhooks/webhooks-security, errors/57012.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote, quote_plus, urlencode, urlsplit, urlunsplit

from brygga.connectors.abilities import WebhookRequest
from brygga.connectors.texting import form
from brygga.model import Fault, Rejected

HEADER = "x-twilio-signature"
BODY_HASH = "bodySHA256"
_ESCAPES = re.compile(rb"[^%]*(?:%[0-9A-F]{2}[^%]*)*")
_USUAL_PORT = {"https": 443, "http": 80}


def sign(url: str, fields: Iterable[tuple[str, str]], *, token: str) -> str:
    """The signature of one request. Values of a name that comes several times count once each, in order."""
    text = url + "".join(name + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode("ascii")


def verify(request: WebhookRequest, *, url: str, tokens: Sequence[str], connection: str) -> None:
    """Raises Rejected (`bad_signature`). `url` is our public address, without what a message adds."""
    given = request.headers.get(HEADER, "")
    fields = signed_fields(request)
    if not given or fields is None:
        raise _refused(connection)
    made = [
        sign(address, fields, token=token) for address in addresses(url, request.query) for token in tokens
    ]
    matches = [hmac.compare_digest(given.encode("utf-8", "replace"), one.encode()) for one in made]
    if not any(matches):
        raise _refused(connection)


def signed_fields(request: WebhookRequest) -> list[tuple[str, str]] | None:
    """The fields in the signature; None when the body is not what the address says, or no form.

    Escapes are written with capitals, as Twilio does, and no field comes twice: one writing only.
    """
    hashes = [value for name, value in request.query if name == BODY_HASH]
    if hashes:
        digest = hashlib.sha256(request.body).hexdigest()
        same = hmac.compare_digest(hashes[0].encode("utf-8", "replace"), digest.encode())
        return [] if same and len(hashes) == 1 else None
    try:
        fields = form.fields(request.body) if _ESCAPES.fullmatch(request.body) else None
    except ValueError:
        return None
    return fields if fields is not None and len(set(fields)) == len(fields) else None


def addresses(url: str, query: Sequence[tuple[str, str]]) -> Iterator[str]:
    """The address as Twilio may have written it: spaces either way, the usual port said or not."""
    parts = urlsplit(url)
    hosts = dict.fromkeys((parts.netloc, *_with_port_or_not(parts.scheme, parts.netloc)))
    written = dict.fromkeys(urlencode(query, quote_via=by) for by in (quote_plus, quote))
    for host in hosts:
        for text in written:
            yield urlunsplit((parts.scheme, host, parts.path, text, ""))


def _with_port_or_not(scheme: str, netloc: str) -> tuple[str, ...]:
    usual = _USUAL_PORT.get(scheme)
    if netloc.endswith(f":{usual}"):
        return (netloc.removesuffix(f":{usual}"),)
    return () if re.search(r":[0-9]+$", netloc) else (f"{netloc}:{usual}",)


def _refused(connection: str) -> Rejected:
    return Rejected(
        "a webhook was refused: bad_signature",
        code="bad_signature",
        sv="Underskriften på en rapport från Twilio stämmer inte.",
        connection=connection,
        operation="webhook",
        fault=Fault.PROVIDER,
    )
