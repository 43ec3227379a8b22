"""A value that does not show itself: not in repr, str, f-strings, JSON, pickle or tracebacks."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any, NoReturn, final

_HIDDEN = "***"


@final
class Secret:
    """Text that is shown only to who calls `reveal()`.

    Equality takes constant time. Copies are the same object, since it cannot change.
    """

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        if not isinstance(value, str):
            raise TypeError("a Secret holds text")
        object.__setattr__(self, "_Secret__value", value)

    def reveal(self) -> str:
        """The text itself. Hand it on at once; keep the Secret, not the text."""
        return self.__value  # type: ignore[no-any-return, attr-defined]  # set by object.__setattr__

    def __repr__(self) -> str:
        return f"Secret({_HIDDEN})"

    def __str__(self) -> str:
        return _HIDDEN

    def __format__(self, spec: str) -> str:
        return _HIDDEN

    def __bool__(self) -> bool:
        return bool(self.reveal())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(_encoded(self.reveal()), _encoded(other.reveal()))

    def __hash__(self) -> int:
        return hash((Secret, self.reveal()))

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Secret:
        return self

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a Secret cannot be changed")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("a Secret cannot be changed")

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("a Secret cannot be pickled")

    def __getstate__(self) -> NoReturn:
        raise TypeError("a Secret cannot be serialised")


def fingerprint(secret: Secret | str) -> str:
    """The first four hex digits of the SHA-256: enough to tell keys apart in a log, no more."""
    text = secret.reveal() if isinstance(secret, Secret) else secret
    return hashlib.sha256(_encoded(text)).hexdigest()[:4]


def _encoded(text: str) -> bytes:
    """Any text, lone surrogates too: an encoding error would quote the secret."""
    return text.encode("utf-8", "surrogatepass")
