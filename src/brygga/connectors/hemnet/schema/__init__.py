"""Shapes: Hemnet's documented answers, the settings of a connection, the progress of a publication."""

from __future__ import annotations

from brygga.connectors.hemnet.schema.answers import (
    FOR_SALE,
    Problem,
    PublicationStatus,
    WebhookBody,
    publication_status,
)
from brygga.connectors.hemnet.schema.progress import Progress, SentImage, SentSale, kept, progress_of
from brygga.connectors.hemnet.schema.settings import Settings, settings_of

__all__ = [
    "FOR_SALE",
    "Problem",
    "Progress",
    "PublicationStatus",
    "SentImage",
    "SentSale",
    "Settings",
    "WebhookBody",
    "kept",
    "progress_of",
    "publication_status",
    "settings_of",
]
