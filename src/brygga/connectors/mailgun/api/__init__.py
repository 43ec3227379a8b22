"""The calls: `connector` is the class, `sending` hands batches over, `history` reads events,
`lists` keeps the suppressions, `webhooks` verifies."""

from __future__ import annotations

from brygga.connectors.mailgun.api.connector import Mailgun

__all__ = ["Mailgun"]
