"""HTTP Basic (RFC 7617): the header that carries a user name and a password."""

from __future__ import annotations

import base64


def basic(user: str, password: str) -> dict[str, str]:
    """The `Authorization` header; both in UTF-8."""
    pair = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
    return {"Authorization": f"Basic {pair}"}
