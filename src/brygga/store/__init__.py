"""What the hub remembers, on SQLite and on PostgreSQL, by one set of calls.

`Store.apply` is the one way by which records change: document, history, feed, raw bytes,
findings and everything that follows from the change are committed together. All calls block
and may be made from several threads.
"""

from brygga.store.conflicts import Conflict, Raised
from brygga.store.groups import OutboxHead
from brygga.store.mirroring import Kept, Round
from brygga.store.opening import Store
from brygga.store.prepare import prepared
from brygga.store.queues import Due, Group, InboxAdd, InboxItem, OutboxItem, OutboxRow, Signal
from brygga.store.rows import EstateLine, FeedRow, Filters, HistoryRow, Page, StoredFinding, StoredRow
from brygga.store.sealing import Sealer
from brygga.store.shapes import Applied, Batch, Change, Effects, Incoming, Parked, Prepared, canonical_id
from brygga.store.told import AuditCheck, AuditRow, Event, Heartbeat, Link, Purged, Repair
from brygga.store.twins import Half, Twin

__all__ = [
    "Applied",
    "AuditCheck",
    "AuditRow",
    "Batch",
    "Change",
    "Conflict",
    "Due",
    "Effects",
    "EstateLine",
    "Event",
    "FeedRow",
    "Filters",
    "Group",
    "Half",
    "Heartbeat",
    "HistoryRow",
    "InboxAdd",
    "InboxItem",
    "Incoming",
    "Kept",
    "Link",
    "OutboxHead",
    "OutboxItem",
    "OutboxRow",
    "Page",
    "Parked",
    "Prepared",
    "Purged",
    "Raised",
    "Repair",
    "Round",
    "Sealer",
    "Signal",
    "Store",
    "StoredFinding",
    "StoredRow",
    "Twin",
    "canonical_id",
    "prepared",
]
