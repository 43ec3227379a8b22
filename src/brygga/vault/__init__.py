"""Credentials of the connections, and the keys that protect them and the raw payloads.

`KeyRing` holds the versioned main keys. `Vault` keeps credentials, each sealed under a data key
of its own. `Sealer` seals payloads. `LinkSigner` signs links that expire. A `Secret` never shows
itself unless `reveal()` is called.
"""

from __future__ import annotations

from brygga.vault.credentials import Credentials, CredentialStore, MemoryCredentialStore, StoredCredential
from brygga.vault.errors import (
    CredentialMissing,
    InsecureKeyFile,
    KeyMissing,
    KeyUnknown,
    KeyUnusable,
    LinkExpired,
    LinkForged,
    SwapConflict,
    Tampered,
    VaultError,
    VersionConflict,
)
from brygga.vault.keys import KeyRing
from brygga.vault.sealing import Sealer, binding
from brygga.vault.secret import Secret, fingerprint
from brygga.vault.signing import LinkSigner
from brygga.vault.vault import Rotation, Vault

__all__ = [
    "CredentialMissing",
    "CredentialStore",
    "Credentials",
    "InsecureKeyFile",
    "KeyMissing",
    "KeyRing",
    "KeyUnknown",
    "KeyUnusable",
    "LinkExpired",
    "LinkForged",
    "LinkSigner",
    "MemoryCredentialStore",
    "Rotation",
    "Sealer",
    "Secret",
    "StoredCredential",
    "SwapConflict",
    "Tampered",
    "Vault",
    "VaultError",
    "VersionConflict",
    "binding",
    "fingerprint",
]
