"""The products' answers, in the members that public consumers read (the contract, §4).

Rättighet and Gemensamhetsanläggning were seen nowhere: their members are guesses by analogy. An
answer with one row gives it sometimes unwrapped, as XML-derived services do.
"""

from __future__ import annotations

from typing import Any

from brygga.sandbox.lantmateriet.world import Holding, Person, Plot, World

Json = dict[str, Any]
PROTECTED = "SKYDDAD PERSONUPPGIFT"


def collection(rows: list[tuple[str, Json]]) -> Json:
    """A FeatureCollection of (id, properties)."""
    features = [{"type": "Feature", "id": i, "geometry": None, "properties": p} for i, p in rows]
    return {"type": "FeatureCollection", "features": features}


def reference(plot: Plot) -> Json:
    """One hit of the free-text search."""
    return {
        "registerenhet": plot.id,
        "registerenhetstyp": "fastighet",
        "beteckning": plot.designation,
        "objektidentitet": f"ny-{int(plot.id[:6], 16)}",
    }


def land(plot: Plot) -> Json:
    """Fastighet och samfällighet."""
    dry_m2 = plot.area_m2 - plot.water_m2
    return {
        "objektidentitet": plot.id,
        "typ": "fastighet",
        "fastighetsattribut": {
            "totalareal": plot.area_m2,
            "totalLandareal": dry_m2,
            "totalVattenareal": plot.water_m2,
        },
        "registerbeteckning": [_name(plot)],
        "registerenhetsomrade": [
            {
                "omradesnummer": 1,
                "centralpunktskoordinat": {"type": "Point", "coordinates": [plot.east_m, plot.north_m]},
            }
        ],
        "fastighetsatgard": [
            {
                "objektidentitet": f"{plot.id[:-4]}0001",
                "atgardstyp1": "Fastighetsrättslig åtgärd",
                "atgardstyp2": "Avstyckning",
                "aktbeteckning": f"{plot.code}-{plot.unit}",
                "atgardsdatum": f"{plot.built - 1}-06-01",
                "lopnummer": 1,
            }
        ],
    }


def _name(plot: Plot) -> Json:
    return {
        "registeromrade": plot.municipality,
        "trakt": plot.tract,
        "block": plot.block,
        "enhet": plot.unit,
        "beteckningsstatus": "gällande",
    }


def ownership(plot: Plot) -> Json:
    """Inskrivning. One owner comes as an object, several as a list."""
    held = [_held(plot, n, one) for n, one in enumerate(plot.holdings)]
    before = [_held(plot, 100 + n, one) for n, one in enumerate(plot.former)]
    return {
        "fastighetsreferens": {"objektidentitet": plot.id, "beteckning": plot.designation},
        "agande": held if len(held) > 1 else held[0],
        "tidigareAgande": before,
        "belastar": [_mortgage(plot, n) for n in range(len(plot.mortgages))],
        "fastighetsagandeforandring": [_change(plot)],
        "senasteAndringInskrivningsdelen": plot.holdings[0].since.isoformat(),
    }


def _held(plot: Plot, number: int, one: Holding) -> Json:
    return {
        "typ": "Lagfart",
        "objektidentitet": _id(plot, number),
        "inskrivningsdag": one.since.isoformat(),
        "beslut": "Beviljad",
        ("dagboksnummer" if "/" in one.act else "aktnummer"): one.act,
        "beviljadAndel": {"taljare": one.numerator, "namnare": one.denominator},
        "agare": holder(one.person),
    }


def holder(person: Person) -> Json:
    """A person or organisation; a protected one has a text for a name and zeros for a number."""
    if person.protected:
        return {"idnummer": "00000000-0000", "efternamn": PROTECTED}
    if person.company:
        return {"idnummer": person.number, "organisationsnamn": person.company, "organisation": {}}
    number = f"{person.number[:8]}-{person.number[8:]}" if person.number else "00000000-0000"
    address = {"utdelningsadress2": "Provvägen 1", "postnummer": "75330", "postort": "Uppsala"}
    return {
        "idnummer": number,
        "fornamn": person.first,
        "efternamn": person.last,
        "person": {"adress": address},
    }


def _mortgage(plot: Plot, number: int) -> Json:
    one = plot.mortgages[number]
    return {
        "foretradesordning": one.rank,
        "inskrivenBelastning": {
            "typ": "Inteckning",
            "objektidentitet": _id(plot, 200 + number),
            "inskrivningsdag": one.since.isoformat(),
            "beslut": "Beviljad",
            "dagboksnummer": one.act,
            "pantbrevstyp": "Digitalt",
            "belopp": {"valuta": "SEK", "summa": one.amount_kr},
        },
    }


def _change(plot: Plot) -> Json:
    first = plot.holdings[0]
    fang = [
        {
            "objektidentitet": _id(plot, 300 + n),
            "inskrivningsdag": one.since.isoformat(),
            "aktnummer": one.act,
            "beslut": "Beviljad",
            "andelFang": {"taljare": one.numerator, "namnare": one.denominator},
            "fangesdag": one.since.isoformat(),
            "fangesart": one.kind,
            "fangeskod": 1,
            "inskrivetAgande": _id(plot, n),
        }
        for n, one in enumerate(plot.holdings)
    ]
    paid = {"kopeskillingFastEgendom": {"valuta": "SEK", "summa": first.price_kr}}
    return {
        "objektidentitet": _id(plot, 400),
        "fang": fang,
        "kopeskilling": {**paid, "kopeskillingstyp": "Köp, avser hela fastigheten"},
    }


def taxation(world: World, unit: str) -> Json:
    """Taxering: one unit, with every property in it."""
    plots = world.taxed_in(unit)
    first = plots[0]
    return {
        "taxeringsenhetsnummer": unit,
        "smahustaxeringsenhetsattribut": {
            "areal": first.area_m2,
            "taxeringsvarde": first.land_kr + first.building_kr,
            "delvarde": [
                {"delvarde": first.land_kr, "typ": "MARKVARDE"},
                {"delvarde": first.building_kr, "typ": "BYGGNADSVARDE"},
            ],
            "beslut": {"beslutsar": 2024},
            "typkod": int(first.type_code),
        },
        "skvFastighet": [_taxed(plot) for plot in plots],
    }


def _taxed(plot: Plot) -> Json:
    ref = {"objektidentitet": plot.id, "beteckning": plot.designation, "typ": "fastighet"}
    owners = [_tax_owner(one) for one in plot.holdings]
    return {
        "id": "0000000",
        "kommunkod": plot.code,
        "typAvFastighet": "FASTIGHET",
        "taxeradRegisterenhet": {"registerenhetsreferens": ref},
        "taxeradAgare": owners,
    }


def _tax_owner(one: Holding) -> Json:
    who = holder(one.person)
    number = who.pop("idnummer", None)
    share = {"taljare": one.numerator, "namnare": one.denominator}
    inner = {name: value for name, value in who.items() if name in ("fornamn", "efternamn")}
    kind = {"organisation": {"organisationsnamn": one.person.company}} if one.person.company else {}
    return {
        "idNummer": number,
        "andel": share,
        "datumFrom": f"{one.since.year + 1}-01-01",
        **(kind or {"person": inner}),
    }


def address(plot: Plot) -> Json:
    """Belägenhetsadress."""
    street, _, number = plot.street.rpartition(" ")
    return {
        "objektidentitet": _id(plot, 500),
        "adressplatsattribut": {
            "adressplatsbeteckning": {"adressplatsnummer": number},
            "postnummer": int(plot.postcode.replace(" ", "")),
            "postort": plot.town,
        },
        "adressomrade": {
            "faststalltNamn": street,
            "kommundel": {"faststalltNamn": plot.town, "kommunkod": plot.code},
        },
    }


def building(plot: Plot) -> Json:
    """Byggnad."""
    return {
        "objektidentitet": _id(plot, 600),
        "byggnadsattribut": {
            "husnummer": 1,
            "nybyggnadsar": plot.built,
            "huvudbyggnad": True,
            "ofriGrund": False,
        },
        "byggnadsandamal": [
            {"typ": "Bostad", "andamal": "Småhus friliggande", "totalBoarea": plot.living_m2}
        ],
        "liggerPa": [{"registerenhetsreferens": {"objektidentitet": plot.id}}],
    }


def right(plot: Plot) -> Json:
    """Rättighet: an easement for a pipe across the property."""
    return {
        "objektidentitet": _id(plot, 700),
        "rattighetstyp": "Officialservitut",
        "rattighetsbeteckning": f"{plot.code}-{plot.unit}.1",
        "andamal": "Ledning mm.",
        "rattsforhallande": {"last": [{"registerenhetsreferens": {"objektidentitet": plot.id}}]},
    }


def facility(plot: Plot) -> Json:
    """Gemensamhetsanläggning: a road that several properties keep."""
    return {
        "objektidentitet": _id(plot, 800),
        "registerbeteckning": [{**_name(plot), "block": "GA", "enhet": 1}],
        "andamal": "Väg",
        "delagare": [{"delagare": {"objektidentitet": plot.id}, "andel": {"taljare": 1, "namnare": 12}}],
    }


def _id(plot: Plot, number: int) -> str:
    return f"{plot.id[:-4]}{number:04x}"
