"""The calls: `connector` is the class, `sending` hands batches over, `lists` keeps the suppressions,
`webhooks` verifies."""

from __future__ import annotations

from brygga.connectors.sendgrid.api.connector import SendGrid

__all__ = ["SendGrid"]
