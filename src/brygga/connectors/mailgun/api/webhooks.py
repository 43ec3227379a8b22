"""Is a webhook theirs: HMAC-SHA256 over time stamp and token, fresh, and a token not seen before.

The signature does not cover the body, so a token is good for one request only. Source: contract
notes. The key is the account's webhook signing key, not the API key.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections import OrderedDict
from collections.abc import Sequence

import msgspec

from brygga.connectors.abilities import WebhookRequest
from brygga.connectors.mailgun.mapping import forms
from brygga.connectors.mailgun.schema import Signature, SignedOnly
from brygga.model import Fault, Invalid, Rejected

_STAMP = re.compile(r"[1-9][0-9]{8,10}", re.ASCII)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,200}", re.ASCII)
_SIGNED = msgspec.json.Decoder(SignedOnly)


def sign(timestamp: str, token: str, *, key: str) -> str:
    """HMAC-SHA256 in hex."""
    return hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()


def signature_of(request: WebhookRequest) -> Signature:
    """Where JSON or a form has it. Raises Rejected (`bad_signature`) when there is none."""
    content_type = request.headers.get("content-type", "")
    try:
        if forms.is_form(content_type):
            fields = forms.read(request.body, content_type).fields
            return Signature(
                fields.get("timestamp", ""), fields.get("token", ""), fields.get("signature", "")
            )
        return _SIGNED.decode(request.body).signature
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, Invalid) as error:
        raise refused("bad_signature", "Ett meddelande till brygga är inte undertecknat.") from error


def verify(given: Signature, *, keys: Sequence[str], received_s: float, window_s: float) -> None:
    """Raises Rejected: `stale`, `bad_signature`. Any of the keys will do while they are changed."""
    stamp = str(given.timestamp)
    if not _STAMP.fullmatch(stamp) or abs(received_s - int(stamp)) > window_s:
        raise refused("stale", "Ett meddelande från Mailgun är för gammalt.")
    signature = given.signature.encode("utf-8", "replace")
    made = [sign(stamp, given.token, key=key).encode() for key in keys if key]
    matches = [hmac.compare_digest(signature, one) for one in made]
    if not (any(matches) and _TOKEN.fullmatch(given.token)):
        raise refused("bad_signature", "Underskriften på ett meddelande från Mailgun stämmer inte.")


def refused(code: str, sv: str) -> Rejected:
    """A webhook that is not believed; what it said is left out."""
    return Rejected(f"a webhook was refused: {code}", code=code, sv=sv, fault=Fault.PROVIDER)


class Tokens:
    """The tokens seen within the window. At most `most` are remembered, the oldest goes first;
    what comes again after that is told as a repeat by its id, which is the token. One per process."""

    def __init__(self, *, most: int, window_s: float) -> None:
        self._most, self._window_s = most, window_s
        self._seen: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._seen)

    def admit(self, token: str, *, at_s: float) -> None:
        """Remember it. Raises Rejected (`replayed`) when it was used before."""
        while self._seen and next(iter(self._seen.values())) < at_s - 2 * self._window_s:
            self._seen.popitem(last=False)
        if token in self._seen:
            raise refused("replayed", "Ett meddelande från Mailgun har kommit förut.")
        self._seen[token] = at_s
        if len(self._seen) > self._most:
            self._seen.popitem(last=False)

    def forget(self, token: str) -> None:
        """The request could not be kept: let the provider's next try in."""
        self._seen.pop(token, None)
