"""What the form that creates a message may hold, as the specification says, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

FORM = "application/x-www-form-urlencoded"
KNOWN = {
    "To", "From", "MessagingServiceSid", "Body", "StatusCallback", "ValidityPeriod", "SmartEncoded",
    "ContentRetention", "AddressRetention", "SendAt", "ScheduleType",
}  # fmt: skip  # one set
NUMBER = re.compile(r"\+[1-9][0-9]{7,14}")
SENDER = re.compile(r"\+[1-9][0-9]{7,14}|[0-9]{4,6}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
SERVICE = re.compile("MG[0-9a-fA-F]{32}")
CHOICES = {
    "SmartEncoded": ("true", "false"),
    "ContentRetention": ("retain", "discard"),
    "AddressRetention": ("retain", "obfuscate"),
    "ScheduleType": ("fixed",),
}
MOST_CHARS = 1600
LONGEST_S = 36_000


def read(body: bytes) -> dict[str, str]:
    """The form's fields. Raises ValueError for anything else, or a field that comes twice."""
    pairs = parse_qsl(body.decode("ascii"), strict_parsing=True, keep_blank_values=True, errors="strict")
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a field comes twice")
    return dict(pairs)


def problem(form: Mapping[str, str], *, now: datetime) -> tuple[int, str]:
    """Twilio's code and words for what is wrong; (0, "") when nothing is."""
    service = form.get("MessagingServiceSid", "")
    wrong = {
        (21211, "Invalid 'To' Phone Number"): not NUMBER.fullmatch(form.get("To", "")),
        (21603, "A 'From' phone number is required."): not (form.get("From") or service),
        (21212, "Invalid From Number"): "From" in form and not SENDER.fullmatch(form["From"]),
        (21701, "The Messaging Service does not exist"): bool(service) and not SERVICE.fullmatch(service),
        (21602, "Message body is required."): not form.get("Body"),
        (21617, "The concatenated message body exceeds the 1600 character limit"): len(form.get("Body", ""))
        > MOST_CHARS,
        (21609, "Invalid 'StatusCallback' URL"): not _callable(form.get("StatusCallback", "http://a")),
        (21620, "Invalid parameter"): not KNOWN.issuperset(form) or _odd_choice(form),
        (35114, "SendAt is out of range or needs a messaging service"): not _in_time(form, now),
    }
    return next((what for what, is_wrong in wrong.items() if is_wrong), (0, ""))


def _odd_choice(form: Mapping[str, str]) -> bool:
    validity = form.get("ValidityPeriod", "1")
    in_range = validity.isdigit() and 1 <= int(validity) <= LONGEST_S
    return not in_range or any(form.get(name, words[0]) not in words for name, words in CHOICES.items())


def _callable(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "_" not in str(parts.hostname)


def _in_time(form: Mapping[str, str], now: datetime) -> bool:
    if "SendAt" not in form:
        return "ScheduleType" not in form
    try:
        ahead = datetime.fromisoformat(form["SendAt"]) - now
    except (ValueError, TypeError):
        return False
    fits = timedelta(minutes=5) <= ahead <= timedelta(days=35)
    return fits and form.get("ScheduleType") == "fixed" and "MessagingServiceSid" in form
