"""The key ring of this hub: found, or made on the very first start; and the store's seal."""

from __future__ import annotations

import os

from brygga.hub.settings import Settings
from brygga.model import SetupError
from brygga.vault import KeyRing, VaultError
from brygga.vault.sealing import Sealer


def open_ring(settings: Settings, *, may_create: bool) -> KeyRing:
    """The ring from BRYGGA_KEYS, else from its file; a new file only where nothing is sealed yet.

    Raises SetupError when there may be sealed data but no key: a new ring would hide that
    nothing of it can be opened.
    """
    try:
        if os.environ.get("BRYGGA_KEYS", "").strip():
            return KeyRing.from_environment(os.environ)
        path = settings.keys_path
        if not path.exists() and may_create:
            path.parent.mkdir(parents=True, exist_ok=True)
            return KeyRing.create_file(path)
        return KeyRing.load_file(path)
    except VaultError as error:
        raise SetupError(f"The hub does not start: {error}", code=error.code, sv=error.sv) from error
    except OSError as error:
        raise SetupError(
            f"The folder {settings.home} cannot be used: {error.strerror}.",
            sv=f"Mappen {settings.home} går inte att använda.",
        ) from error


class PayloadSealer:
    """The store's seal: payloads bound to where they lie, under the ring's own subkey."""

    def __init__(self, ring: KeyRing) -> None:
        self._sealer = Sealer(ring, purpose="payload")

    def seal(self, plain: bytes, *, aad: bytes) -> bytes:
        """Seal `plain` for the place `aad`."""
        return self._sealer.seal_bytes(plain, aad=aad)

    def open(self, sealed: bytes, *, aad: bytes) -> bytes:
        """Open what was sealed for the place `aad`. Raises VaultError elsewhere."""
        return self._sealer.open_bytes(sealed, aad=aad)
