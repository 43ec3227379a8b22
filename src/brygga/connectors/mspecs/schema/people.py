"""Offices, colleagues, sellers and buyers, and the subscription that lets us read them."""

from __future__ import annotations

from brygga.connectors.mspecs.schema.parts import Country, CustomField, Picture, ProviderField, Shape, Word


class OfficeLink(Shape):
    """An office that a colleague belongs to."""

    id: str | None = None
    name: str | None = None
    business_relation_type: Word | None = None
    is_public: bool | None = None
    display_order: int | None = None
    is_debt_unit: bool | None = None
    is_direct_member: bool | None = None
    provider_fields: list[ProviderField] | None = None


class User(Shape):
    """A colleague (*mäklare, assistent*), as told of by the subscription, the organisation or a deal."""

    id: str | None = None
    identifier: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    phone_number: str | None = None
    home_phone_number: str | None = None
    exchange_number: str | None = None
    email: str | None = None
    title: str | None = None
    presentation: str | None = None
    image: Picture | None = None
    is_registered_broker: bool | None = None
    is_main_user: bool | None = None
    roles: list[str] | None = None
    offices: list[OfficeLink] | None = None
    user_offices: list[OfficeLink] | None = None
    custom_fields: list[CustomField] | None = None
    provider_fields: list[ProviderField] | None = None
    updated_date: str | None = None


class Office(Shape):
    """An office (*kontor*) of the brokerage."""

    id: str | None = None
    parent_id: str | None = None
    name: str | None = None
    legal_name: str | None = None
    identifier: str | None = None
    status: str | None = None
    phone_number: str | None = None
    email: str | None = None
    street_address: str | None = None
    postal_code: str | None = None
    city: str | None = None
    latitude: str | None = None
    longitude: str | None = None
    website_url: str | None = None
    presentation: str | None = None
    presentation_logo: Picture | None = None
    business_relation_type: Word | None = None
    is_published: bool | None = None
    is_invoice_unit: bool | None = None
    is_international: bool | None = None
    country: Country | None = None
    office_contact: User | None = None
    provider_fields: list[ProviderField] | None = None
    updated_date: str | None = None


class OrganizationFacts(Shape):
    """The brokerage itself."""

    id: str | None = None
    name: str | None = None
    legal_name: str | None = None
    identifier: str | None = None
    web_page_url: str | None = None
    url_to_gdpr_doc: str | None = None


class Organization(Shape):
    """The answer about one subscription: the brokerage, its offices and colleagues."""

    status: str | None = None
    is_office_opt_in_subscription: bool | None = None
    organization: OrganizationFacts | None = None
    offices: list[Office] | None = None
    users: list[User] | None = None


class Subscriber(Shape):
    """One row of the list of subscribers."""

    subscriber_id: str | None = None
    access_token: str | None = None
    created_date: str | None = None
    status: str | None = None
    service_id: str | None = None
    organization: OrganizationFacts | None = None
    is_office_opt_in_subscription: bool | None = None


class Party(Shape):
    """A seller or buyer. Each member comes only with the grant that covers it (see `grants.toml`)."""

    type: str | None = None
    share: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    name: str | None = None
    identifier: str | None = None
    email: str | None = None
    phone_number: str | None = None
    street_address: str | None = None
    postal_code: str | None = None
    city: str | None = None
