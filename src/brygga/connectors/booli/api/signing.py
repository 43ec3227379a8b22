"""The signature that every request carries in its query (CONTRACT.md §1.1).

`hash` is the lower-case hexadecimal SHA-1 of callerId + time + key + unique, without separators.
Since `unique` is good for one request, every try needs a signature of its own.
"""

from __future__ import annotations

import hashlib
import random
import string
from collections.abc import Callable

import msgspec

from brygga.wire.call import Call

UNIQUE_LENGTH = 16
_LETTERS = string.ascii_letters + string.digits

Pair = tuple[str, str]


def digest(text: str) -> str:
    """Forty hexadecimal digits. SHA-1 is the provider's choice; nothing of ours rests on it."""
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def sign(caller_id: str, key: str, *, time_s: int, unique: str) -> tuple[Pair, ...]:
    """Pure: the four query parameters of one request. `time_s`: Unix time in whole seconds."""
    signature = digest(f"{caller_id}{time_s}{key}{unique}")
    return (("callerId", caller_id), ("time", str(time_s)), ("unique", unique), ("hash", signature))


def unique_text(rng: random.Random) -> str:
    """Sixteen random letters and digits."""
    return "".join(rng.choices(_LETTERS, k=UNIQUE_LENGTH))


class Signer:
    """Signs calls. `clock`: Unix time in seconds; `rng`: a source nobody can foresee."""

    def __init__(self, caller_id: str, *, clock: Callable[[], float], rng: random.Random) -> None:
        self._caller_id = caller_id
        self._clock = clock
        self._rng = rng

    def signed(self, call: Call, key: str) -> Call:
        """The call with a signature of its own behind its parameters; a new one each time."""
        pairs = sign(self._caller_id, key, time_s=int(self._clock()), unique=unique_text(self._rng))
        return msgspec.structs.replace(call, query=(*call.query, *pairs))
