"""An imitation of Mspecs' integration interface: deals, subscribers, files, signed events.

imitation  the server: sign-in, routes, settings, truth    world    what there is, and what happens
answers    deals as the interface shows them               deals    the seeded homes and projects
brokerage  subscribers, offices, colleagues as shown       people   the seeded ones, and sellers
events     the signed webhooks
idents     ids, constants and times in Mspecs' forms
"""

from __future__ import annotations

from brygga.sandbox.mspecs.imitation import PASSWORD, USER, MspecsImitation, make

__all__ = ["PASSWORD", "USER", "MspecsImitation", "make"]
