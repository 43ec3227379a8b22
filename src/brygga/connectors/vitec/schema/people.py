"""Shapes of offices, agents, associations, areas, brands and contacts.

Contacts belong to the CRM section, which has no machine-readable description: their members are
those of the vendor's samples (CONTRACT.md §3, *Further details*).
"""

from __future__ import annotations

import msgspec

from brygga.connectors.vitec.schema.parts import (
    Image,
    OfficeReference,
    Shape,
    Surroundings,
    Wgs84Coordinate,
    ZipCode,
)


class UserListRowOffice(Shape):
    """An office in a row of the user list."""

    id: str | None = None
    customer_id: str | None = None
    is_visible_in_staff_list: bool | None = None


class UserListRow(Shape):
    """A row of the user list; it carries no customer id of its own."""

    id: str | None = None
    is_visible_in_staff_list: bool | None = None
    changed_at: str | None = None
    offices: list[UserListRowOffice] | None = None


class PhoneNumber(Shape):
    """A number to dial and how it is shown."""

    msisdn: str | None = None
    display: str | None = None


class UserPhones(Shape):
    """An agent's numbers."""

    cell: PhoneNumber | None = None
    public: PhoneNumber | None = None


class UserOfficePhones(Shape):
    """An agent's number at one office."""

    personal: PhoneNumber | None = None


class UserOffice(Shape):
    """An agent's place at an office."""

    id: str | None = None
    customer_id: str | None = None
    order_number: int | None = None
    is_visible_in_staff_list: bool | None = None
    telephone: UserOfficePhones | None = None


class UserReview(Shape):
    """What a customer wrote."""

    text: str | None = None
    author_name: str | None = None


class User(Shape):
    """An estate agent or colleague."""

    id: str | None = None
    name: str | None = None
    title: str | None = None
    category: str | None = None
    email_address: str | None = None
    description: str | None = None
    spoken_languages: list[str] | None = None
    changed_at: str | None = None
    telephone: UserPhones | None = None
    image: Image | None = None
    is_visible_in_staff_list: bool | None = None
    offices: list[UserOffice] | None = None
    reviews: list[UserReview] | None = None


class OfficePhones(Shape):
    """An office's numbers."""

    switch: PhoneNumber | None = None


class Office(Shape):
    """An office."""

    id: str | None = None
    customer_id: str | None = None
    changed_at: str | None = None
    brand_id: str | None = None
    name: str | None = None
    street_address: str | None = None
    zip_code: ZipCode | None = None
    postal_town: str | None = None
    telephone: OfficePhones | None = None
    email_address: str | None = None
    seat: str | None = None
    description: str | None = None
    coordinate: Wgs84Coordinate | None = None


class Area(Shape):
    """An area; coordinates are a GeoJSON MultiPolygon, longitude first."""

    id: str | None = None
    name: str | None = None
    county_municipality_code: str | None = None
    coordinates: list[list[list[list[float]]]] | None = None
    changed_at: str | None = None
    office: OfficeReference | None = None
    surroundings: Surroundings | None = None
    images: list[Image] | None = None


class BrandSegment(Shape):
    """A part of a brand."""

    id: str | None = None
    name: str | None = None
    created_at: str | None = None
    changed_at: str | None = None


class Brand(Shape):
    """A brand; its list gives whole records."""

    id: str | None = None
    name: str | None = None
    created_at: str | None = None
    changed_at: str | None = None
    segments: list[BrandSegment] | None = None


class AssociationDescriptions(Shape):
    """An association in words."""

    general_about_association: str | None = None
    renovations: str | None = None
    parking: str | None = None
    tv_and_broadband: str | None = None
    courtyard: str | None = None
    shared_spaces: str | None = None
    insurance: str | None = None
    other: str | None = None


class AssociationEconomy(Shape):
    """An association's economy; fees in kronor."""

    monthly_fee_information: str | None = None
    finances: str | None = None
    subletting_policy: str | None = None
    the_association_own_the_ground: str | None = None
    transfer_fee: int | None = None
    transfer_fee_paid_by: str | None = None
    pledge_fee: int | None = None
    allow_legal_person_as_buyer: str | None = None
    allows_shared_ownership_info: str | None = None


class AssociationContact(Shape):
    """Whom to ask in the association."""

    name: str | None = None
    cell_phone: str | None = None
    other_phone: str | None = None
    email: str | None = None


class AssociationDocument(Shape):
    """A document of the association; unlike files it has an address."""

    name: str | None = None
    id: str | None = None
    extension: str | None = None
    url: str | None = None
    date_changed_data: str | None = None
    category: str | None = None


class Association(Shape):
    """A housing association. There is no list of them."""

    id: str | None = None
    changed_at: str | None = None
    name: str | None = None
    corporate_number: str | None = None
    organizational_form: str | None = None
    email: str | None = None
    home_page: str | None = None
    genuine_association: str | None = None
    number_of_apartments: int | None = None
    number_of_rental_apartments: int | None = None
    number_of_premises: int | None = None
    descriptions: AssociationDescriptions | None = None
    economy: AssociationEconomy | None = None
    public_contact: AssociationContact | None = None
    documents: list[AssociationDocument] | None = None


class ContactPhones(Shape):
    """A contact's numbers; `switch` is a company's."""

    home: str | None = None
    work: str | None = None
    cell: str | None = None
    other: str | None = None
    switch: str | None = None


class ContactAddress(Shape):
    """A contact's address; the postcode is a plain text here."""

    street_address: str | None = None
    zip_code: str | None = None
    city: str | None = None
    country_code: str | None = None
    wgs84_coordinate: Wgs84Coordinate | None = None


class ContactEmail(Shape):
    """A contact's e-mail addresses."""

    email_address: str | None = None
    email_address2: str | None = None


class ContactCategory(Shape):
    """A label of the office's on a contact."""

    id: str | None = None
    name: str | None = None
    read_only: bool | None = None


class Contact(Shape):
    """A person, company or deceased person's estate, told apart by `type`."""

    type: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    name: str | None = None
    social_security_number: str | None = None
    is_foreign_social_security_number: bool | None = None
    is_foreign_id_social_security_number: bool | None = None
    corporate_number: str | None = None
    date_of_birth: str | None = None
    telephone: ContactPhones | None = None
    lead_score: int | None = None
    wants_to_be_matched: str | None = None
    matching_changed_at: str | None = None
    is_deceased: bool | None = None
    is_company_person: bool | None = None
    gdpr_approval_date: str | None = None
    id: str | None = None
    customer_id: str | None = None
    agent_id: str | None = None
    address: ContactAddress | None = None
    email: ContactEmail | None = None
    advertising_enabled: bool | None = None
    note: str | None = None
    categories: list[ContactCategory] | None = None
    created_at: str | None = None
    changed_at: str | None = None


class Notice(msgspec.Struct, kw_only=True, rename="camel"):
    """A notification's body; the same values may come as URL parameters (CONTRACT.md §8)."""

    name: str | None = None
    type: str | None = None
    event: str | None = None
    customer_id: str | None = None
    id: str | None = None
    subtype: str | None = None
    chain_id: str | None = None
    tenant_id: str | None = None
    rel_id1: str | None = None
    rel_id2: str | None = None
    rel_id3: str | None = None
    rel_type1: str | None = None
    rel_type2: str | None = None
    rel_type3: str | None = None
    destination_id: str | None = None
    source_ids: list[str] | None = None
    data: dict[str, object] | None = None
