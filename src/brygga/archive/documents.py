"""Documents with all their versions: the original and every later one is kept.

    documents/<document>/files/<sha256>.<ending>   the bytes, once per content
    documents/<document>/versions/0001.json        one fact sheet per version, created, never changed
    documents/<document>/manifest.json             all of them in one list, for whoever opens the folder

The fact sheets are the truth: each is *created*, which only one writer can do, so two that add at
once get two numbers. The manifest is written from them after each change.
Source: fastighetsmäklarlag (2021:516) 3 kap. 19 §: a document that changes is kept in both wordings.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

import msgspec

from brygga.archive.errors import AlreadyStored, NotStored, not_stored
from brygga.archive.keys import segment
from brygga.archive.protocol import Archive
from brygga.model.errors import Fault, Invalid, Retryable

_ENDING = re.compile(r"[a-z0-9]{1,8}")
_MOST_TRIES = 100  # writers at once on one document; each loser tries the next number


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One wording of a document. `number` 1 is the original. `made_by` and `note` are for people."""

    number: int
    sha256: str
    made_at: datetime
    size_bytes: int
    content_type: str
    key: str
    made_by: str = ""
    note: str = ""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """All versions of one document, oldest first."""

    document_id: str
    versions: list[Version]


class DocumentShelf:
    """Versioned documents in any archive. Nothing here overwrites or removes a version."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    async def add(
        self,
        document_id: str,
        data: bytes,
        *,
        made_at: datetime,
        content_type: str = "application/pdf",
        ending: str = "pdf",
        made_by: str = "",
        note: str = "",
    ) -> Version:
        """Keep `data` as the newest version; the same bytes as the newest one are not a new version.

        Raises BadKey, Invalid (naive time, odd ending), and what the archive's `put` raises.
        """
        if made_at.tzinfo is None or not _ENDING.fullmatch(ending):
            raise Invalid("a version needs a zone-aware time and a plain ending", fault=Fault.OURS)
        sha256 = hashlib.sha256(data).hexdigest()
        wish = Version(
            number=0,
            sha256=sha256,
            made_at=made_at,
            size_bytes=len(data),
            content_type=content_type,
            key=f"{_home(document_id)}/files/{sha256}.{ending}",
            made_by=made_by,
            note=note,
        )
        return await self._numbered(document_id, wish, data)

    async def _numbered(self, document_id: str, wish: Version, data: bytes) -> Version:
        for _ in range(_MOST_TRIES):
            versions = await self.versions(document_id)
            if versions and versions[-1].sha256 == wish.sha256:
                await self._write_manifest(document_id)  # a crash may have come before it
                return versions[-1]
            await self._keep_bytes(wish, data)
            claimed = msgspec.structs.replace(wish, number=len(versions) + 1)
            if await self._claimed(document_id, claimed):
                await self._write_manifest(document_id)
                return claimed
        raise Retryable("too many writers at once on one document", code="document_busy", after_s=1.0)

    async def _keep_bytes(self, version: Version, data: bytes) -> None:
        try:
            await self._archive.put(version.key, data, content_type=version.content_type, if_absent=True)
        except AlreadyStored:  # an earlier version said the same, or a crash came after this step
            await self._archive.get(version.key)  # ... but it must be whole: raises Damaged

    async def _claimed(self, document_id: str, version: Version) -> bool:
        key = f"{_home(document_id)}/versions/{version.number:04}.json"
        sheet = msgspec.json.encode(version)
        try:
            await self._archive.put(key, sheet, content_type="application/json", if_absent=True)
        except AlreadyStored:
            return False
        return True

    async def _write_manifest(self, document_id: str) -> None:
        manifest = Manifest(document_id=document_id, versions=await self.versions(document_id))
        text = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
        key = f"{_home(document_id)}/manifest.json"
        await self._archive.put(key, text, content_type="application/json")

    async def versions(self, document_id: str) -> list[Version]:
        """Every version, the original first; empty when there is no such document."""
        found = [
            msgspec.json.decode(await self._archive.get(stored.key), type=Version)
            async for stored in self._archive.list(f"{_home(document_id)}/versions/")
        ]
        return sorted(found, key=lambda version: version.number)

    async def read(self, document_id: str, *, number: int | None = None) -> bytes:
        """The bytes of one version, the newest if none is named. Raises NotStored or Damaged."""
        versions = await self.versions(document_id)
        wanted = versions[-1].number if number is None and versions else number
        for version in versions:
            if version.number == wanted:
                return await self._archive.get(version.key)
        raise not_stored(f"{_home(document_id)}, version {number or 'newest'}")


def _home(document_id: str) -> str:
    return f"documents/{segment(document_id)}"


__all__ = ["DocumentShelf", "Manifest", "NotStored", "Version"]
