"""Our model → the bodies Hemnet is sent, and the fingerprints that tell whether they changed. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from brygga.connectors.abilities import Party, PictureLink, Publication
from brygga.connectors.hemnet.mapping.table import Tables, tables, without_nothing
from brygga.connectors.hemnet.schema import Settings
from brygga.model import Contact, Office, encode

ENUM_FIELDS = {"estate.type": "housing_form", "estate.tenure": "tenure"}
"""Fields whose word may lack one of its own there; the check before publishing says so."""


class Bodies:
    """The tables of one connection, ready to make bodies."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.tables: Tables = tables(settings.body)

    def listing(self, publication: Publication) -> dict[str, Any]:
        """The whole body of a listing, None where we have no value (a partial update clears it)."""
        return self.tables.apply("listing", _values(publication))

    def new_listing(self, publication: Publication, *, agency_id: str) -> dict[str, Any]:
        """The body that creates a listing: only what has a value, its agency and our reference."""
        body = without_nothing(self.listing(publication))
        body[self._settings.agency_member] = agency_id
        return self._referenced(body, self._settings.reference_member, publication.estate.id)

    def update(self, publication: Publication) -> dict[str, Any]:
        """The body of a partial update."""
        body = self.listing(publication)
        return body if self._settings.send_nulls else without_nothing(body)

    def agency(self, office: Office) -> dict[str, Any]:
        """The body that creates a broker agency."""
        body = without_nothing(self.tables.apply("agency", {"office": office}))
        return self._referenced(body, self._settings.reference_member, office.id)

    def image(self, picture: PictureLink) -> dict[str, Any]:
        """The body that creates an image: an address to fetch, never bytes (developer guide)."""
        body = without_nothing(self.tables.apply("image", {"picture": picture}))
        return self._referenced(body, self._settings.image_reference_member, image_key(picture))

    def seller(self, party: Party) -> dict[str, Any]:
        """The body of the seller information. Personal: send it, forget it."""
        return without_nothing(self.tables.apply("seller", {"seller": party}))

    def billing(self, party: Party) -> dict[str, Any]:
        """The body of the billing information. Personal: send it, forget it."""
        return without_nothing(self.tables.apply("billing", {"billing": party}))

    def sale(self, publication: Publication, *, listing_id: str) -> dict[str, Any]:
        """The body that reports a sale: final price and contract date, and whose listing it was."""
        body = without_nothing(self.tables.apply("sale", _values(publication)))
        return {**body, self._settings.sale_listing_member: listing_id}

    def market_state(self, wish: str) -> str:
        """Their market state for a publication's wish, empty when it is not one of showing."""
        return self.tables.words["market_state"].get(wish, "")

    def unmapped(self, publication: Publication) -> list[str]:
        """Our fields whose word has none of its own there."""
        values = {"estate.type": publication.estate.type, "estate.tenure": publication.estate.tenure}
        return [p for p, enum in ENUM_FIELDS.items() if not self.tables.has_word(enum, values[p])]

    def price_in(self, listing: Mapping[str, Any]) -> int | None:
        """The asking price in a listing that Hemnet gave us, kronor."""
        value = listing.get(self.tables.member_of("listing", "estate.price.asking_kr"))
        return round(value) if isinstance(value, int | float) else None

    @staticmethod
    def _referenced(body: dict[str, Any], member: str, reference: str) -> dict[str, Any]:
        return {**body, member: reference} if member else body


def _values(publication: Publication) -> dict[str, Any]:
    return {
        "estate": publication.estate,
        "office": publication.office,
        "agent": publication.agent,
        "association": publication.association,
        "viewings": sorted(publication.viewings, key=_when),
    }


def _when(viewing: Any) -> str:
    """A steady order, so that the same viewings in another order are not a change."""
    starts_at = viewing.starts_at
    return f"{starts_at.timestamp():020.3f}" if starts_at else ""


def image_key(picture: PictureLink) -> str:
    """What we know a picture by: its id and its bytes, so that a replaced picture is another one."""
    return f"{picture.image_id}@{picture.content_hash[:32]}"


def fingerprint(body: Mapping[str, Any], *, salt: str = "") -> str:
    """32 hex digits that change when the body does. `salt` (the listing's id) keeps equal persons apart."""
    return hashlib.blake2b(encode(body), digest_size=16, salt=_salt(salt)).hexdigest()


def _salt(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def party_of(contact: Contact) -> Party:
    """A seller as Hemnet wants one: name, e-mail, personal or organisation number, kind.

    A deceased person's estate (*dödsbo*) may have either number; ours first is the person's.
    """
    person = f"{contact.first_name} {contact.last_name}".strip()
    return Party(
        name=contact.company_name or person,
        email=contact.email,
        number=contact.personnummer or contact.orgnr,
        kind=contact.kind,
    )
