"""The envelope of one connection's credentials: a data key of its own, wrapped by the ring.

    format byte | wrapped data key (a sealed value of `sealing`) | nonce, 12 bytes | ciphertext and tag

A new main key only wraps the data key anew; the ciphertext stays as it is. Each writing takes a
fresh data key.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from brygga.vault import sealing
from brygga.vault.errors import Tampered
from brygga.vault.keys import KEY_BYTES, KeyRing, RandomBytes
from brygga.vault.sealing import NONCE_BYTES, TAG_BYTES, Sealer
from brygga.vault.secret import Secret

PURPOSE = "credential"

_FORMAT = b"\xc1"
_WRAPPED_BYTES = KEY_BYTES + 33
_BODY_AT = 1 + _WRAPPED_BYTES


class _Parts(NamedTuple):
    wrapped: bytes
    nonce: bytes
    ciphertext: bytes


class Envelope:
    """Seals and opens the text of credentials; `rewrap` is all that rotation needs."""

    def __init__(self, ring: KeyRing, *, random_bytes: RandomBytes = os.urandom) -> None:
        self._ring = ring
        self._random_bytes = random_bytes
        self._sealer = Sealer(ring, purpose=PURPOSE, random_bytes=random_bytes)

    def seal(self, text: Secret, *, tenant: str, connection: str) -> bytes:
        """Text bound to its tenant and connection, under a fresh data key."""
        aad = sealing.binding(PURPOSE, tenant, connection)
        data_key, nonce = self._random_bytes(KEY_BYTES), self._random_bytes(NONCE_BYTES)
        wrapped = self._sealer.seal_bytes(data_key, aad=aad)
        ciphertext = AESGCM(data_key).encrypt(nonce, text.reveal().encode(), _FORMAT + aad)
        return _FORMAT + wrapped + nonce + ciphertext

    def open(self, blob: bytes, *, tenant: str, connection: str) -> Secret:
        """The text again. Raises Tampered, KeyUnknown."""
        aad = sealing.binding(PURPOSE, tenant, connection)
        parts = _parts(blob)
        cipher = AESGCM(self._sealer.open_bytes(parts.wrapped, aad=aad))
        try:
            return Secret(cipher.decrypt(parts.nonce, parts.ciphertext, _FORMAT + aad).decode())
        except InvalidTag as error:
            raise Tampered("sealed credentials were changed") from error

    def rewrap(self, blob: bytes, *, tenant: str, connection: str) -> bytes:
        """The same ciphertext with its data key under the current main key."""
        aad = sealing.binding(PURPOSE, tenant, connection)
        wrapped = _parts(blob).wrapped
        anew = self._sealer.seal_bytes(self._sealer.open_bytes(wrapped, aad=aad), aad=aad)
        return _FORMAT + anew + blob[_BODY_AT:]


def key_version(blob: bytes) -> int:
    """The main key version that wraps the data key. Raises Tampered when this is no envelope."""
    return sealing.key_version(_parts(blob).wrapped)


def _parts(blob: bytes) -> _Parts:
    if len(blob) < _BODY_AT + NONCE_BYTES + TAG_BYTES or not blob.startswith(_FORMAT):
        raise Tampered("these are not credentials that we sealed")
    nonce_end = _BODY_AT + NONCE_BYTES
    return _Parts(blob[1:_BODY_AT], blob[_BODY_AT:nonce_end], blob[nonce_end:])
