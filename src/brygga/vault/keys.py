"""The ring of main keys: versioned, 32 random bytes each; the highest version is the current one.

Written `v1:base64,v2:base64` in `BRYGGA_KEYS`, or the same with line breaks in the file that
`BRYGGA_KEYS_FILE` names. Old versions stay until nothing is sealed under them any more.
The main keys encrypt nothing themselves: each purpose gets a subkey by HKDF-SHA256 (RFC 5869).
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

from brygga.vault import key_file
from brygga.vault.errors import KeyMissing, KeyUnknown, KeyUnusable
from brygga.vault.secret import Secret

KEY_BYTES = 32
HIGHEST_VERSION = 2**32 - 1

_ENTRY = re.compile(r"v([0-9]{1,10}):([A-Za-z0-9+/_-]{43}=?)", re.ASCII)

RandomBytes = Callable[[int], bytes]


class KeyRing:
    """Main keys by version. Never shows them; hands out subkeys by purpose."""

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        """Raises KeyMissing when there are none, KeyUnusable when one is not 32 bytes."""
        self._keys = {version: Secret(key.hex()) for version, key in keys.items()}
        self._subkeys: dict[tuple[int, str], bytes] = {}
        self.current = max(self._keys, default=0)
        fit = all(len(key) == KEY_BYTES and 0 < version <= HIGHEST_VERSION for version, key in keys.items())
        del keys  # a traceback that prints locals must not find them here
        if not self._keys:
            raise KeyMissing(_HOW_TO_SET)
        if not fit:
            raise KeyUnusable("each main key needs a version from 1 and exactly 32 bytes")

    @property
    def versions(self) -> frozenset[int]:
        """All versions that can be opened."""
        return frozenset(self._keys)

    def subkey(self, purpose: str, *, version: int) -> bytes:
        """32 bytes for one purpose. Raises KeyUnknown when the ring lacks the version."""
        found = self._subkeys.get((version, purpose))
        if found is None:
            found = self._subkeys[version, purpose] = self._derive(purpose, version)
        return found

    def _derive(self, purpose: str, version: int) -> bytes:
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        if version not in self._keys:
            raise KeyUnknown(f"main key v{version} is not in the ring")
        info = b"brygga/" + purpose.encode()
        derivation = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info)
        return derivation.derive(bytes.fromhex(self._keys[version].reveal()))

    def __repr__(self) -> str:
        """Versions only."""
        return f"KeyRing(versions={sorted(self._keys)}, current={self.current})"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        """Keys do not leave the process."""
        raise TypeError("a KeyRing cannot be pickled")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> KeyRing:
        """From `BRYGGA_KEYS`, else from the file in `BRYGGA_KEYS_FILE`.

        Raises KeyMissing, KeyUnusable, InsecureKeyFile.
        """
        if environment.get("BRYGGA_KEYS", "").strip():
            return cls._parsed(Secret(environment["BRYGGA_KEYS"]), source="BRYGGA_KEYS")
        if environment.get("BRYGGA_KEYS_FILE", "").strip():
            return cls.load_file(Path(environment["BRYGGA_KEYS_FILE"]))
        raise KeyMissing(_HOW_TO_SET)

    @classmethod
    def load_file(cls, path: Path) -> KeyRing:
        """From a key file that only its owner can read.

        Raises KeyMissing when it is not there, InsecureKeyFile, KeyUnusable.
        """
        return cls._parsed(key_file.read(path), source=f"the key file {path}")

    @classmethod
    def create_file(cls, path: Path, *, random_bytes: RandomBytes = os.urandom) -> KeyRing:
        """Make a key file with a first key, mode 0600, and load it.

        When another process made it first, that one is loaded: both end with the same key.
        """
        key_file.create(path, _entry(1, random_bytes))
        return cls.load_file(path)

    @classmethod
    def add_key(cls, path: Path, *, random_bytes: RandomBytes = os.urandom) -> KeyRing:
        """Add the next version to a key file, at one stroke, and load it. `Vault.rotate` comes after."""
        ring = cls.load_file(path)
        key_file.append(path, _entry(ring.current + 1, random_bytes))
        return cls.load_file(path)

    @classmethod
    def _parsed(cls, text: Secret, *, source: str) -> KeyRing:
        keys = _entries(text)
        if keys is None:
            raise KeyUnusable(
                f"{source} does not hold main keys: write v1: and 32 random bytes as base64, "
                "each version once, separated by commas or line breaks"
            )
        return cls(keys)


_HOW_TO_SET = (
    "no main key is set: put it in BRYGGA_KEYS as v1:<32 random bytes as base64>, "
    "or name a key file in BRYGGA_KEYS_FILE"
)


def _entry(version: int, random_bytes: RandomBytes) -> Secret:
    return Secret(f"v{version}:{base64.b64encode(random_bytes(KEY_BYTES)).decode()}")


def _entries(text: Secret) -> dict[int, bytes] | None:
    """Versions and keys; None instead of an error, so that no traceback holds the text."""
    keys: dict[int, bytes] = {}
    for entry in re.split(r"[,\s]+", text.reveal().strip(", \r\n\t")):
        found = _ENTRY.fullmatch(entry)
        if not found or int(found[1]) in keys or not 0 < int(found[1]) <= HIGHEST_VERSION:
            return None
        try:
            keys[int(found[1])] = base64.b64decode(found[2].rstrip("=") + "=", altchars=_altchars(found[2]))
        except binascii.Error:
            return None
    return keys


def _altchars(token: str) -> bytes:
    """Both alphabets of RFC 4648 are accepted."""
    return b"-_" if "-" in token or "_" in token else b"+/"
