"""From the model to what Vitec takes. Pure; the shapes are not those that Vitec answers with.

limits    how long a field may be, and references
people    persons, companies, and the forms in which a person books or shows interest
alike     whether two contacts are one person
dealings  bids and meetings
homes     new homes, of the four types that have a page
seen      what can be written of each kind, and how it would come back
"""

from __future__ import annotations

from brygga.connectors.vitec.mapping.outward import alike, dealings, homes, limits, people, seen

__all__ = ["alike", "dealings", "homes", "limits", "people", "seen"]
