"""Canaries: values that must stay where they are, and the search for them everywhere else."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote


@dataclass
class Canaries:
    """Planted values by group: `secret`, `person`, `name`, `text`, `sealed`."""

    values: dict[str, dict[str, str]] = field(default_factory=dict)

    def plant(self, group: str, label: str, value: str) -> str:
        """Remember a value under a label; gives it back."""
        assert len(value) >= 6, (label, "too short to be searched for")
        self.values.setdefault(group, {})[label] = value
        return value

    def person(
        self, label: str, *, number: str = "", phone: str = "", email: str = "", name: str = ""
    ) -> None:
        """One person's values, in every form they are written in."""
        digits = "".join(c for c in number if c.isdigit())
        forms = {number, digits, f"{digits[:8]}-{digits[8:]}", digits[2:], f"{digits[2:8]}-{digits[8:]}"}
        for n, form in enumerate(sorted(form for form in forms if len(form) > 9)):
            self.plant("person", f"{label} number {n}", form)
        local = phone.replace(" ", "").replace("-", "")
        for n, form in enumerate(sorted({phone, local, local.replace("+46", "0")})):
            if len(form) >= 9:
                self.plant("person", f"{label} phone {n}", form)
        if email:
            self.plant("person", f"{label} e-mail", email)
        if len(name) >= 8:
            self.plant("name", f"{label} name", name)

    def found_in(self, place: str | bytes, groups: Iterable[str]) -> list[str]:
        """Labels of the values of those groups that a place shows, in any of their spellings."""
        data = place if isinstance(place, bytes) else place.encode("utf-8", "surrogatepass")
        low = data.lower()
        return [
            f"{group}: {label}"
            for group in groups
            for label, value in self.values.get(group, {}).items()
            if any(spelling.lower() in low for spelling in spellings(value))
        ]


def spellings(value: str) -> set[bytes]:
    """A value as it may stand in text, JSON, an address, HTML, base64 or UTF-16."""
    in_json = json.dumps(value)[1:-1]
    in_html = value.replace("&", "&amp;").replace("<", "&lt;")
    plain = {value, in_json, in_html, quote(value), quote(value, safe="")}
    encoded = base64.b64encode(value.encode()).rstrip(b"=")[:-1]
    return {one.encode() for one in plain} | {encoded, value.encode("utf-16-le")}
