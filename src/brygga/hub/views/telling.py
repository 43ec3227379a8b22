"""One business event in words: its title, and the line under it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from brygga.hub.views import changes as change_words
from brygga.hub.views.entries import Entry
from brygga.hub.views.snapshot import Snapshot
from brygga.hub.views.story import moment
from brygga.hub.views.tongue import Tongue, local_day
from brygga.hub.views.words import Part, house_words
from brygga.model import Bid, Viewing


def short_clock(at: datetime, tongue: Tongue) -> str:
    """`9.15`: the mock-up's column of times, without a leading zero."""
    return tongue.clock(at).replace("kl.\u00a0", "")


def said(
    entry: Entry,
    seen: Snapshot,
    rows: Sequence[dict[str, Any]],
    bidders: dict[str, int],
    tongue: Tongue,
    full: bool,
) -> tuple[list[Part], str]:
    """Title in pieces, and the line under it."""
    if entry.kind == "estate" and entry.change is not None:
        return change_words.title(entry.change, tongue), _under_change(entry, rows, seen, tongue)
    if entry.kind == "viewing":
        return [("", _viewing(entry, tongue))], _under_change(entry, rows, seen, tongue)
    if entry.kind == "bid":
        return _bid(entry.about, bidders, tongue, full)
    if entry.kind == "publish":
        return [("", _publication(entry, seen, tongue))], _under_publication(entry, seen, tongue)
    source = seen.title(entry.source)
    if entry.kind == "notice":
        return [("", tongue.say("line.webhook", name=source))], tongue.say("line.webhook_same")
    text = tongue.say("line.removed_text") if entry.kind == "removed" else ""
    return [("", tongue.say(f"line.{entry.kind}", name=source))], text


def _under_change(entry: Entry, rows: Sequence[dict[str, Any]], seen: Snapshot, tongue: Tongue) -> str:
    """Who told us of it, and at how many places it has arrived."""
    name = seen.title(entry.source)
    told = [n.at for n in entry.notices if n.at is not None]
    if told:
        texts = [tongue.say("line.told", name=name, at=tongue.clock(max(told)))]
    else:
        texts = [tongue.say("line.found", name=name)]
    arrived = sum(row["shape"] == "ok" for row in rows)
    if 0 < arrived < len(rows):
        n, m = tongue.words(arrived), tongue.words(len(rows))
        texts.append(house_words().count("line.arrived", tongue.lang, arrived, n=n, m=m))
    return " ".join(texts)


def _viewing(entry: Entry, tongue: Tongue) -> str:
    change = entry.change
    at = span_of(entry.about, tongue)
    if change is None:
        return tongue.say("line.viewing_new", at=at)
    if change_words.REMOVED in change.values and change.values[change_words.REMOVED][1]:
        return tongue.say("line.viewing_gone", at=at)
    old, new = (moment(v) for v in change.values.get("starts_at", (None, None)))
    if old is not None and new is not None:
        return tongue.say("line.viewing_moved", old=tongue.moment(old), new=tongue.moment(new))
    return tongue.say("line.viewing_changed", at=at)


def span_of(viewing: Any, tongue: Tongue) -> str:
    """`29 nov kl. 13.00–13.45`."""
    if not isinstance(viewing, Viewing) or viewing.starts_at is None:
        return ""
    text = f"{tongue.short_day(local_day(viewing.starts_at))} {tongue.clock(viewing.starts_at)}"
    if viewing.ends_at is not None and viewing.ends_at > viewing.starts_at:
        text += f"–{short_clock(viewing.ends_at, tongue)}"
    return text


def bidders_of(entries: Sequence[Entry]) -> dict[str, int]:
    """Bidder → number, in the order of their first bids; nobody is named."""
    found: dict[str, int] = {}
    for entry in sorted((e for e in entries if e.kind == "bid"), key=lambda e: e.at):
        if isinstance(entry.about, Bid):
            found.setdefault(entry.about.contact_id or entry.about.alias or entry.about.id, len(found) + 1)
    return found


def _bid(bid: Any, bidders: dict[str, int], tongue: Tongue, full: bool) -> tuple[list[Part], str]:
    if not full or not isinstance(bid, Bid) or bid.amount_kr is None:
        return [("", tongue.say("line.bid_hidden"))], tongue.say("line.bid_hidden_text") if not full else ""
    number = bidders.get(bid.contact_id or bid.alias or bid.id, 0)
    bidder = tongue.say("line.bidder", n=tongue.number(number))
    key = "line.bid_cancelled" if bid.cancelled else "line.bid"
    parts = house_words().parts(key, tongue.lang, amount=("num", tongue.kr(bid.amount_kr)), bidder=bidder)
    return parts, tongue.say("line.bid_text")


def _publication(entry: Entry, seen: Snapshot, tongue: Tongue) -> str:
    if not entry.sent:
        down = entry.about is not None and entry.about.get("wish") == "unpublished"
        return tongue.say("line.asked_down" if down else "line.asked", name=seen.title(entry.target))
    whats = [e.what for e in entry.sent]
    name = seen.title(entry.target or next((e.connection for e in entry.sent), ""))
    for what, key in (
        ("visible", "published"),
        ("publish.sale", "sold_reported"),
        ("publish.unpublish", "taken_down"),
        ("publish.unknown", "doubt"),
        ("publish.parked", "stopped_at"),
    ):
        if what in whats:
            return tongue.say(f"line.{key}", name=name)
    if whats and whats[-1] == "publish.blocked":
        return tongue.say("line.blocked", name=name)
    if whats and set(whats) <= {"mail"}:
        return tongue.say("line.mail")
    return tongue.say("line.sent" if "publish.update" in whats else "line.publishing", name=name)


def _under_publication(entry: Entry, seen: Snapshot, tongue: Tongue) -> str:
    texts = []
    if entry.about is not None and entry.about.get("wish") == "published":
        texts.append(tongue.say("line.wished", name=seen.title(entry.target)))
    if any(e.what == "visible" and e.facts.get("document") for e in entry.sent):
        texts.append(tongue.say("line.document"))
    return " ".join(texts)
