"""Sealing of bytes: AES-256-GCM (NIST SP 800-38D), bound to the place where they belong.

A sealed value is

    format byte | key version, 4 bytes big-endian | nonce, 12 bytes | ciphertext and tag

The header is authenticated too. Nonces are random: one subkey is good for 2**32 values, far more
than are ever sealed before a new key version is due. `Sealer` is the fast way for payloads;
credentials go through `envelope`, which gives each a data key of its own.
"""

from __future__ import annotations

import os
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from brygga.vault.errors import Tampered
from brygga.vault.keys import KeyRing, RandomBytes

NONCE_BYTES = 12
TAG_BYTES = 16

_PAYLOAD = 0xB1
_HEADER = struct.Struct(">BI")
_OVERHEAD_BYTES = _HEADER.size + NONCE_BYTES + TAG_BYTES


def binding(purpose: str, tenant: str, connection: str, record_id: str = "") -> bytes:
    """Associated data: the place a sealed value belongs to. Elsewhere it does not open.

    Each part carries its length, so that no two places give the same bytes.
    """
    parts = [part.encode() for part in (purpose, tenant, connection, record_id)]
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)


class Sealer:
    """Seals and opens bytes for one purpose, under a subkey of the ring. Safe across threads."""

    def __init__(self, ring: KeyRing, *, purpose: str, random_bytes: RandomBytes = os.urandom) -> None:
        self._ring = ring
        self._purpose = purpose
        self._random_bytes = random_bytes
        self._ciphers: dict[int, AESGCM] = {}
        self._current = self._cipher(ring.current)
        self._header = _HEADER.pack(_PAYLOAD, ring.current)

    def __repr__(self) -> str:
        """No keys."""
        return f"Sealer(purpose={self._purpose!r}, {self._ring!r})"

    def seal_bytes(self, plain: bytes, *, aad: bytes) -> bytes:
        """`plain` sealed under the current key; 33 bytes longer. `aad` comes from `binding`."""
        nonce = self._random_bytes(NONCE_BYTES)
        header = self._header
        return header + nonce + self._current.encrypt(nonce, plain, header + aad)

    def open_bytes(self, sealed: bytes, *, aad: bytes) -> bytes:
        """The bytes that were sealed for the same `aad`.

        Raises Tampered when changed, cut or moved, KeyUnknown when its key is not in the ring.
        """
        if len(sealed) < _OVERHEAD_BYTES or sealed[0] != _PAYLOAD:
            raise Tampered("this is not a value that we sealed")
        header = sealed[: _HEADER.size]
        cipher = self._cipher(_HEADER.unpack(header)[1])
        nonce = sealed[_HEADER.size : _HEADER.size + NONCE_BYTES]
        try:
            return cipher.decrypt(nonce, sealed[_HEADER.size + NONCE_BYTES :], header + aad)
        except InvalidTag as error:
            raise Tampered("a sealed value was changed, or moved from another place") from error

    def _cipher(self, version: int) -> AESGCM:
        cipher = self._ciphers.get(version)
        if cipher is None:
            cipher = self._ciphers[version] = AESGCM(self._ring.subkey(self._purpose, version=version))
        return cipher


def key_version(sealed: bytes) -> int:
    """The key version that a sealed payload needs. Raises Tampered when it is not one."""
    if len(sealed) < _OVERHEAD_BYTES or sealed[0] != _PAYLOAD:
        raise Tampered("this is not a value that we sealed")
    return int(_HEADER.unpack_from(sealed)[1])
