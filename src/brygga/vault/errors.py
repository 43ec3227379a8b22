"""Errors of the vault. None of them carries a secret; each has a Swedish sentence in `sv`.

VaultError
├── KeyMissing         no main key is set: the program must not start
├── KeyUnusable        the main keys cannot be read as keys
├── InsecureKeyFile    others than its owner can read the key file
├── KeyUnknown         something is sealed under a key version that is not in the ring
├── Tampered           a sealed value was changed, moved, or is not ours
├── CredentialMissing  nothing is kept for that tenant and connection
├── VersionConflict    somebody else changed the credentials meanwhile
├── SwapConflict       a key renewal is in the way, or none is under way
├── LinkForged         a link that we did not sign
└── LinkExpired        a link whose time is over
"""

from __future__ import annotations


class VaultError(Exception):
    """Base. `code` is stable; `sv` is for the person who meets it."""

    code = "vault"
    sv = "Inloggningsuppgifterna kunde inte användas."


class KeyMissing(VaultError):
    """No main key is set. The hub refuses to start."""

    code = "key_missing"
    sv = "Huvudnyckeln saknas. Ange den i BRYGGA_KEYS eller peka ut nyckelfilen med BRYGGA_KEYS_FILE."


class KeyUnusable(VaultError):
    """The setting or file does not hold `v1:` and 32 bytes as base64."""

    code = "key_unusable"
    sv = "Huvudnyckeln gick inte att läsa. Den ska skrivas v1: följt av 32 byte i base64."


class InsecureKeyFile(VaultError):
    """The key file is readable by group or world, or belongs to somebody else."""

    code = "insecure_key_file"
    sv = "Nyckelfilen kan läsas av andra. Gör den läsbar bara för ägaren (chmod 600)."


class KeyUnknown(VaultError):
    """Sealed under a key version that the ring lacks: was a key removed too early?"""

    code = "key_unknown"
    sv = "Uppgifterna är låsta med en äldre huvudnyckel som saknas. Lägg tillbaka den."


class Tampered(VaultError):
    """Changed, cut, moved to another place, or not sealed by us."""

    code = "tampered"
    sv = "De sparade uppgifterna är ändrade eller skadade. Ange dem på nytt."


class CredentialMissing(VaultError):
    """Nothing is kept for that tenant and connection."""

    code = "credential_missing"
    sv = "Inloggningsuppgifter saknas för anslutningen."


class VersionConflict(VaultError):
    """The credentials were changed by somebody else, again and again, while we tried."""

    code = "version_conflict"
    sv = "Uppgifterna ändrades samtidigt från ett annat håll. Försök igen."


class SwapConflict(VaultError):
    """A key renewal of that field is already under way, or none is."""

    code = "swap_conflict"
    sv = "Ett nyckelbyte pågår redan, eller så pågår inget."


class LinkForged(VaultError):
    """The signature does not fit the link and its purpose."""

    code = "link_forged"
    sv = "Länken stämmer inte."


class LinkExpired(VaultError):
    """The signature fits, but the time is over."""

    code = "link_expired"
    sv = "Länken har gått ut."
