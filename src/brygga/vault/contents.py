"""The opened contents of one connection's credentials: fields, and key renewals under way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from brygga.vault.errors import SwapConflict
from brygga.vault.secret import Secret


@dataclass(frozen=True, slots=True)
class Contents:
    """Secrets by field name; `swaps` names, per field being renewed, the field with the old value."""

    fields: Mapping[str, Secret] = field(default_factory=dict)
    swaps: Mapping[str, str] = field(default_factory=dict)

    def as_text(self) -> Secret:
        """One JSON text, to be sealed."""
        plain = {name: secret.reveal() for name, secret in self.fields.items()}
        return Secret(json.dumps({"fields": plain, "swaps": dict(self.swaps)}, separators=(",", ":")))

    @classmethod
    def from_text(cls, text: Secret) -> Contents:
        """What `as_text` wrote."""
        read = json.loads(text.reveal())
        return cls({name: Secret(value) for name, value in read["fields"].items()}, read["swaps"])

    def merged(self, fields: Mapping[str, Secret]) -> Contents:
        """These fields set, the others kept."""
        return Contents({**self.fields, **fields}, self.swaps)

    def swapped(self, name: str, new: Secret, *, keep_old_as: str) -> Contents:
        """`name` renewed, its old value under `keep_old_as`. Raises SwapConflict."""
        if name not in self.fields:
            raise SwapConflict(f"field {name!r} is not set and cannot be renewed")
        if name in self.swaps:
            raise SwapConflict(f"field {name!r} is being renewed already: confirm or revert that first")
        if keep_old_as in self.fields:
            raise SwapConflict(f"field {keep_old_as!r} is taken")
        fields = {**self.fields, keep_old_as: self.fields[name], name: new}
        return Contents(fields, {**self.swaps, name: keep_old_as})

    def swap_confirmed(self, name: str) -> Contents:
        """The old value forgotten. Raises SwapConflict when none is kept."""
        fields, swaps, _ = self._without_old(name)
        return Contents(fields, swaps)

    def swap_reverted(self, name: str) -> Contents:
        """The old value back in its place. Raises SwapConflict when none is kept."""
        fields, swaps, old = self._without_old(name)
        return Contents({**fields, name: old}, swaps)

    def _without_old(self, name: str) -> tuple[dict[str, Secret], dict[str, str], Secret]:
        if name not in self.swaps:
            raise SwapConflict(f"field {name!r} is not being renewed")
        fields, swaps = dict(self.fields), dict(self.swaps)
        return fields, swaps, fields.pop(swaps.pop(name))
