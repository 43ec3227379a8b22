"""The key ring of this hub: found, or made on the very first start; and the store's seal."""

from __future__ import annotations

import os

from brygga.hub.settings import Settings
from brygga.model import SetupError
from brygga.store import Store
from brygga.vault import KeyRing, VaultError, binding
from brygga.vault.nonces import RandomBlocks
from brygga.vault.sealing import Sealer

PROOF = "keys.proof"
"""Setting that holds a known text, sealed: what shows that the ring at hand is this database's."""
_KNOWN = b"brygga"


class PayloadSealer:
    """The store's seal: payloads bound to where they lie. Given its ring once the store is open."""

    def __init__(self) -> None:
        self._sealer: Sealer | None = None

    def use(self, ring: KeyRing) -> None:
        """Seal and open with this ring from now on."""
        self._sealer = Sealer(ring, purpose="payload", random_bytes=RandomBlocks())

    def seal(self, plain: bytes, *, aad: bytes) -> bytes:
        """Seal `plain` for the place `aad`."""
        return self._ready().seal_bytes(plain, aad=aad)

    def open(self, sealed: bytes, *, aad: bytes) -> bytes:
        """Open what was sealed for the place `aad`. Raises VaultError elsewhere."""
        return self._ready().open_bytes(sealed, aad=aad)

    def _ready(self) -> Sealer:
        if self._sealer is None:
            raise SetupError("The store was asked to seal before its keys were there.")
        return self._sealer


def unlock(settings: Settings, store: Store, sealer: PayloadSealer) -> KeyRing:
    """Find the ring (or make one for an empty database), and prove that it is this database's.

    Raises SetupError when the keys are missing, cannot be used, or are another database's.
    """
    proof = store.setting_get(PROOF)
    ring = _ring(settings, may_create=proof is None)
    sealer.use(ring)
    place = binding("proof", "default", "")
    if proof is None:
        store.setting_put(PROOF, sealer.seal(_KNOWN, aad=place).hex())
    elif not _opens(sealer, bytes.fromhex(proof), place):
        raise SetupError(
            "The hub does not start: the keys at hand are not those that this database was sealed "
            "with. Put the right key file back.",
            code="wrong_key",
            sv="Nycklarna hör inte till den här databasen. Lägg tillbaka rätt nyckelfil.",
        )
    return ring


def _opens(sealer: PayloadSealer, sealed: bytes, place: bytes) -> bool:
    try:
        return sealer.open(sealed, aad=place) == _KNOWN
    except VaultError:
        return False


def _ring(settings: Settings, *, may_create: bool) -> KeyRing:
    """From BRYGGA_KEYS, else from the file; a new file only where nothing has been sealed yet."""
    try:
        if os.environ.get("BRYGGA_KEYS", "").strip():
            return KeyRing.from_environment(os.environ)
        path = settings.keys_path
        if not path.exists() and may_create:
            path.parent.mkdir(parents=True, exist_ok=True)
            return KeyRing.create_file(path)
        return KeyRing.load_file(path)
    except VaultError as error:
        raise SetupError(f"The hub does not start: {error}.", code=error.code, sv=error.sv) from error
    except OSError as error:
        raise SetupError(
            f"The folder {settings.home} cannot be used: {error.strerror}.",
            sv=f"Mappen {settings.home} går inte att använda.",
        ) from error
