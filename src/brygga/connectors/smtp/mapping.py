"""A neutral mail → the bytes of an Internet message and its envelope. Pure.

Sources: RFC 5322 (messages), RFC 2047 and 2231 (other letters in headers), RFC 3834
(Auto-Submitted), RFC 5890 (international domains go as A-labels).
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

from brygga.connectors.abilities import Mail
from brygga.connectors.smtp.schema import Envelope, Settings
from brygga.model import Fault, Invalid

_BREAKS = re.compile(r"[\r\n\x00\v\f\x1c-\x1e\x85\u2028\u2029]")
_TYPE = re.compile(r"[A-Za-z0-9][\w.+-]{0,60}/[A-Za-z0-9][\w.+-]{0,60}")
_SPECIAL = re.compile(r"[\s\x00-\x1f\x7f<>()\[\],;:\\\"]")
_FORM = re.compile(r'\s*(?:"?(?P<name>[^"<>]*?)"?\s*<(?P<inner>[^<>]*)>|(?P<bare>[^<>"]*))\s*')
MOST_RECIPIENTS = 100
LONGEST_ADDRESS = 500


def envelope(mail: Mail, settings: Settings, *, now: datetime) -> Envelope:
    """The message ready to be handed over.

    Raises Invalid: `header_injection` (a line break where none may be), `address` (not an
    address), `no_recipient`, `too_many_recipients`, `attachment_type`, `too_large`.
    """
    _demand_plain(mail, settings)
    sender = address(mail.sender or settings.sender)
    recipients = tuple(dict.fromkeys(address(to).addr_spec for to in mail.to))
    if not 1 <= len(recipients) <= MOST_RECIPIENTS:
        raise _invalid("no_recipient" if not recipients else "too_many_recipients", "Mottagare saknas.")
    identity = message_id(mail.key, settings.message_domain or sender.domain)
    message = _message(mail, settings, sender, identity, now)
    wide = not all(a.isascii() for a in (sender.addr_spec, *recipients))
    data = message.as_bytes(policy=SMTPUTF8 if wide else SMTP)
    if len(data) > settings.most_bytes:
        raise _invalid("too_large", "Mejlet är för stort. Ta bort eller minska bilagorna.")
    return Envelope(sender=sender.addr_spec, recipients=recipients, message_id=identity, message=data)


def message_id(key: str, domain: str) -> str:
    """The Message-ID of a key of ours: the same at every try, so that a repeat can be told."""
    if not key:
        raise _invalid("no_key", "Mejlet saknar en egen nyckel.")
    digest = hashlib.blake2b(key.encode(), digest_size=16).hexdigest()
    return f"<{digest}@{domain}>"


def address(text: str) -> Address:
    """One address, with or without a name before it; its domain in the form that servers take.

    Read strictly: the standard library would make `a@exa mple.com` another person's address.
    """
    if _BREAKS.search(text):
        raise _injection()
    form = _FORM.fullmatch(text) if len(text) <= LONGEST_ADDRESS else None
    name = (form["name"] or "").strip() if form else ""
    spec = (form["inner"] or form["bare"] or "").strip() if form else ""
    local, at, domain = spec.rpartition("@")
    if not (at and local and domain) or _SPECIAL.search(spec) or len(spec) > 254:
        raise _invalid("address", "En e-postadress går inte att använda.")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
        return Address(display_name=name, username=local, domain=ascii_domain)
    except (UnicodeError, HeaderParseError, ValueError, IndexError) as error:
        raise _invalid("address", "En e-postadress går inte att använda.") from error


def _message(mail: Mail, settings: Settings, sender: Address, identity: str, now: datetime) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = [address(to) for to in mail.to]
    if settings.reply_to:
        message["Reply-To"] = address(settings.reply_to)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = identity
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text, cte="quoted-printable")
    if mail.html:
        message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    for name, content_type, data in mail.attachments:
        main, _, sub = content_type.partition("/")
        message.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return message


def _demand_plain(mail: Mail, settings: Settings) -> None:
    """No line break in anything that becomes a header: it would begin another one."""
    names = [name for name, _, _ in mail.attachments]
    for text in (mail.subject, mail.sender, settings.sender, settings.message_domain, *mail.to, *names):
        if _BREAKS.search(text):
            raise _injection()
    for _, content_type, _ in mail.attachments:
        if not _TYPE.fullmatch(content_type):
            raise _invalid("attachment_type", "En bilagas filslag går inte att använda.")


def _injection() -> Invalid:
    return _invalid("header_injection", "Ämne, adress eller filnamn innehåller en radbrytning.")


def _invalid(code: str, sv: str) -> Invalid:
    """The value itself is left out: it may be a person's address."""
    return Invalid(f"the mail cannot be sent: {code}", code=code, sv=sv, fault=Fault.OURS)
