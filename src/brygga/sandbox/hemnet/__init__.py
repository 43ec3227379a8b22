"""An imitation of Hemnet's BostadsAPI: keys, agencies, listings, pictures, publishing, sales, webhooks.

imitation  the server: settings, truth, what people at Hemnet do
showing    publishing, approval, sales; it builds on `adding`: keys, agencies, listings, persons
market     the state beneath both, the key that is demanded, the webhooks that are sent
listing    the rules of one listing; `pictures` fetches its pictures for real
answers    keys, pages and the error envelope
"""

from __future__ import annotations

from brygga.sandbox.hemnet.imitation import Hemnet, make

__all__ = ["Hemnet", "make"]
