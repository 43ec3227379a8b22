"""Parts that several records share: address, position, prices, areas, pictures, links."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec

from brygga.model.marks import DataClass as D
from brygga.model.marks import mark


class Part(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """A piece of a record: no id of its own, compared and kept with the record.

    Parts never form cycles, so the garbage collector need not look at them (a fifth of a bulk load).
    """


class Position(Part):
    """A point in WGS 84 (*koordinat*), decimal degrees."""

    latitude: Annotated[float, mark("latitud", unit="deg")]
    longitude: Annotated[float, mark("longitud", unit="deg")]


class Address(Part):
    """Where a home or an office lies (*adress*). `postcode` is written `NNN NN`."""

    street: Annotated[str, mark("gatuadress")] = ""
    postcode: Annotated[str, mark("postnummer")] = ""
    town: Annotated[str, mark("postort")] = ""
    area: Annotated[str, mark("område")] = ""
    area_id: Annotated[str, mark("områdets id")] = ""
    municipality: Annotated[str, mark("kommun")] = ""
    municipality_code: Annotated[str, mark("kommunkod")] = ""
    country_code: Annotated[str, mark("land")] = ""
    directions: Annotated[str, mark("vägbeskrivning")] = ""
    position: Annotated[Position | None, mark("läge")] = None


class Image(Part):
    """A picture of a home (*bild*). `content_hash` is set once the bytes have been fetched."""

    id: Annotated[str, mark("bildens id", D.PHOTO)]
    category: Annotated[str, mark("bildkategori", D.PHOTO)] = ""
    category_name: Annotated[str, mark("bildkategorins namn", D.PHOTO)] = ""
    name: Annotated[str, mark("bildens namn", D.PHOTO)] = ""
    description: Annotated[str, mark("bildtext", D.PHOTO)] = ""
    extension: Annotated[str, mark("filslag", D.PHOTO)] = ""
    url: Annotated[str, mark("bildadress", D.PHOTO)] = ""
    width_px: Annotated[int | None, mark("bredd", D.PHOTO, unit="px")] = None
    height_px: Annotated[int | None, mark("höjd", D.PHOTO, unit="px")] = None
    changed_at: Annotated[datetime | None, mark("bilden ändrad", D.PHOTO)] = None
    content_hash: Annotated[str, mark("bildens fingeravtryck", D.PHOTO)] = ""


class Document(Part):
    """A file that belongs to a home or an association (*dokument*)."""

    id: Annotated[str, mark("dokumentets id")]
    name: Annotated[str, mark("dokumentets namn")] = ""
    category: Annotated[str, mark("dokumentslag")] = ""
    extension: Annotated[str, mark("filslag")] = ""
    url: Annotated[str, mark("dokumentets adress")] = ""
    changed_at: Annotated[datetime | None, mark("dokumentet ändrat")] = None


class Link(Part):
    """An address shown beside a home (*länk*)."""

    url: Annotated[str, mark("länk")]
    name: Annotated[str, mark("länkens namn")] = ""
    category: Annotated[str, mark("länkslag")] = ""


class Price(Part):
    """What a home is asked for and went for (*pris*). Whole kronor; `None` is not stated or not shown."""

    asking_kr: Annotated[int | None, mark("utgångspris", unit="kr")] = None
    final_kr: Annotated[int | None, mark("slutpris", unit="kr")] = None
    text: Annotated[str, mark("pristext")] = ""
    currency: Annotated[str, mark("valuta")] = ""
    asking_other: Annotated[Decimal | None, mark("utgångspris i annan valuta")] = None
    other_currency: Annotated[str, mark("den andra valutan")] = ""
    highest_bid_kr: Annotated[int | None, mark("högsta bud", unit="kr")] = None
    bid_count: Annotated[int | None, mark("antal bud")] = None


class Fee(Part):
    """A recurring fee (*avgift*). `None` is not stated, 0 is nought; frequency as in `Monthly`."""

    amount_kr: Annotated[int | None, mark("avgift", unit="kr")] = None
    frequency: Annotated[str, mark("avgiftens period")] = ""
    label: Annotated[str, mark("avgiftens namn")] = ""
    description: Annotated[str, mark("avgiften avser")] = ""
    term: Annotated[str, mark("löptid")] = ""
    lessor: Annotated[str, mark("upplåtare", personal=True)] = ""


class Areas(Part):
    """Areas of a home: boarea, biarea, byggnadsarea, tomtarea. Square metres."""

    living_m2: Annotated[float | None, mark("boarea", unit="m2")] = None
    other_m2: Annotated[float | None, mark("biarea", unit="m2")] = None
    building_m2: Annotated[float | None, mark("byggnadsarea", unit="m2")] = None
    plot_m2: Annotated[float | None, mark("tomtarea", unit="m2")] = None
    source: Annotated[str, mark("areauppgiftens källa")] = ""
    description: Annotated[str, mark("om arean")] = ""


class Energy(Part):
    """Energy declaration (*energideklaration*). Consumption in kWh per square metre and year."""

    rating: Annotated[str, mark("energiklass")] = ""
    consumption_kwh_m2: Annotated[float | None, mark("energiprestanda", unit="kWh/m2/year")] = None
    status: Annotated[str, mark("energideklarationens läge")] = ""
    performed_at: Annotated[datetime | None, mark("energideklaration utförd")] = None


class Described(Part):
    """A named thing with a text: a room, an exterior feature, a building part."""

    kind: Annotated[str, mark("slag")] = ""
    name: Annotated[str, mark("namn")] = ""
    text: Annotated[str, mark("beskrivning")] = ""
    available: Annotated[bool | None, mark("finns")] = None
    size_m2: Annotated[float | None, mark("yta", unit="m2")] = None


class Cost(Part):
    """One row of running costs (*driftskostnad*), kronor per year."""

    kind: Annotated[str, mark("kostnadsslag")] = ""
    name: Annotated[str, mark("kostnadens namn")] = ""
    year_kr: Annotated[int | None, mark("driftskostnad", unit="kr/year")] = None


class Costs(Part):
    """Running costs (*driftskostnader*), kronor per year for a household of `household` people."""

    sum_year_kr: Annotated[int | None, mark("driftskostnader", unit="kr/year")] = None
    household: Annotated[int | None, mark("personer i hushållet")] = None
    rows: Annotated[list[Cost], mark("driftskostnad per slag")] = []
    description: Annotated[str, mark("om driftskostnaderna")] = ""


class Electricity(Part):
    """Who carries and sells the electricity, and how much is used (*el*)."""

    grid: Annotated[str, mark("nätbolag")] = ""
    supplier: Annotated[str, mark("elleverantör")] = ""
    consumption_kwh_year: Annotated[float | None, mark("elförbrukning", unit="kWh/year")] = None


class Building(Part):
    """A building on the estate (*byggnad*); the first one is the home itself."""

    name: Annotated[str, mark("byggnadens namn")] = ""
    kind: Annotated[str, mark("byggnadstyp")] = ""
    rooms: Annotated[float | None, mark("antal rum")] = None
    bedrooms: Annotated[int | None, mark("sovrum")] = None
    bedrooms_max: Annotated[int | None, mark("sovrum, högst")] = None
    bathrooms: Annotated[int | None, mark("badrum")] = None
    year_built: Annotated[int | None, mark("byggår")] = None
    year_text: Annotated[str, mark("byggår, text")] = ""
    floor: Annotated[float | None, mark("våning")] = None
    floors_total: Annotated[float | None, mark("antal våningar")] = None
    elevator: Annotated[bool | None, mark("hiss")] = None
    heating: Annotated[str, mark("uppvärmning")] = ""
    ventilation: Annotated[str, mark("ventilation")] = ""
    description: Annotated[str, mark("byggnadsbeskrivning")] = ""
    interior: Annotated[str, mark("interiör")] = ""
    renovation: Annotated[str, mark("renoveringar")] = ""
    areas: Annotated[Areas | None, mark("areor")] = None
    energy: Annotated[Energy | None, mark("energideklaration")] = None
    room_list: Annotated[list[Described], mark("rumsbeskrivning")] = []
    construction: Annotated[list[Described], mark("byggnadssätt")] = []
    exterior: Annotated[list[Described], mark("uteplatser")] = []
    services: Annotated[list[Described], mark("anslutna tjänster")] = []
    other: Annotated[str, mark("övrigt om byggnaden")] = ""
    rooms_text: Annotated[str, mark("rumslista, text")] = ""
    year_description: Annotated[str, mark("om byggåret")] = ""
    floor_text: Annotated[str, mark("om våningen")] = ""
    elevator_text: Annotated[str, mark("om hissen")] = ""
    ventilation_check: Annotated[str, mark("ventilationskontroll")] = ""
    plot_text: Annotated[str, mark("om byggnadens tomt")] = ""
    electricity: Annotated[Electricity | None, mark("el")] = None
    costs: Annotated[Costs | None, mark("byggnadens driftskostnader")] = None


class Texts(Part):
    """What the ad says (*annonstexter*)."""

    heading: Annotated[str, mark("rubrik")] = ""
    phrase: Annotated[str, mark("säljfras")] = ""
    short: Annotated[str, mark("kort beskrivning")] = ""
    long: Annotated[str, mark("lång beskrivning")] = ""
    other: Annotated[str, mark("övrig information")] = ""


class Sale(Part):
    """The assignment and the deal (*uppdrag och affär*)."""

    assignment_at: Annotated[datetime | None, mark("uppdragsdatum")] = None
    contract_at: Annotated[datetime | None, mark("kontraktsdag")] = None
    possession_at: Annotated[datetime | None, mark("tillträdesdag")] = None
    possession_text: Annotated[str, mark("tillträde")] = ""


class Taxation(Part):
    """Property taxation (*fastighetstaxering*). Whole kronor."""

    preliminary: Annotated[bool | None, mark("preliminär taxering")] = None
    designations: Annotated[list[str], mark("fastighetsbeteckningar")] = []
    building_kr: Annotated[int | None, mark("taxeringsvärde byggnad", unit="kr")] = None
    land_kr: Annotated[int | None, mark("taxeringsvärde mark", unit="kr")] = None
    total_kr: Annotated[int | None, mark("taxeringsvärde", unit="kr")] = None
    fee_kr: Annotated[int | None, mark("fastighetsavgift", unit="kr")] = None


class Share(Part):
    """A tenant-owned flat's place in its association (*bostadsrättens andel*)."""

    association_id: Annotated[str, mark("bostadsrättsförening")] = ""
    apartment_number: Annotated[str, mark("lägenhetsnummer")] = ""
    registration_number: Annotated[str, mark("lantmäteriets lägenhetsnummer")] = ""
    share_percent: Annotated[float | None, mark("andelstal", unit="%")] = None
    fee_share_percent: Annotated[float | None, mark("andel av årsavgift", unit="%")] = None
    net_debt_kr: Annotated[int | None, mark("indirekt nettoskuld", unit="kr")] = None
    repair_fund_kr: Annotated[int | None, mark("inre reparationsfond", unit="kr")] = None
    pledged: Annotated[bool | None, mark("pantsatt")] = None
    description: Annotated[str, mark("om lägenheten")] = ""
    share_comment: Annotated[str, mark("om andelstalet")] = ""
    net_debt_comment: Annotated[str, mark("om nettoskulden")] = ""
    land_m2: Annotated[float | None, mark("upplåten mark", unit="m2")] = None
    land_text: Annotated[str, mark("om den upplåtna marken")] = ""


class Marketing(Part):
    """Where and how the home is shown (*marknadsföring*)."""

    published: Annotated[bool | None, mark("publicerad")] = None
    preview: Annotated[bool | None, mark("förhandsvisning")] = None
    published_at: Annotated[datetime | None, mark("publicerad sedan")] = None
    new_home: Annotated[bool | None, mark("nyproduktion")] = None
    bidding_active: Annotated[bool | None, mark("budgivning pågår")] = None
    bidding_verified: Annotated[bool | None, mark("verifierad budgivning")] = None


class Surroundings(Part):
    """The neighbourhood in words (*omgivning*)."""

    service: Annotated[str, mark("service")] = ""
    communication: Annotated[str, mark("kommunikationer")] = ""
    area: Annotated[str, mark("om området")] = ""
    parking: Annotated[str, mark("parkering")] = ""
    other: Annotated[str, mark("övrigt om omgivningen")] = ""


JsonObject = dict[str, Any]
