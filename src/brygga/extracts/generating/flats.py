"""An extract from an invented association's register of flats in HSB's layout, and its truth."""

from __future__ import annotations

import random

from brygga.extracts.generating import content
from brygga.extracts.generating.draft import Draft, Grid, Lines, Part
from brygga.extracts.generating.truth import Truth


class Flat:
    """One extract; all chance comes from the generator that it is given."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self.truth: Truth = {}

    def draft(self) -> Draft:
        """The parts in the order of the issuer."""
        parts = [
            self._flat(),
            self._association(),
            self._contact(),
            self._holders(),
            self._economy(),
            self._pledges(),
        ]
        self.truth["printed_on"] = "2026-06-03"
        return Draft(
            [],
            [],
            parts,
            head=["Utskriftsdatum: 2026-06-03", "Brf Exempel i Testkommun"],
            stamp="2026-06-03 20:19",
        )

    def _flat(self) -> Part:
        rng, truth = self._rng, self.truth
        own, register = str(rng.randrange(1, 250)), f"{rng.randrange(10, 19)}{rng.randrange(1, 9):02d}"
        rooms, size, floor = (
            rng.choice(["1", "2", "3", "2,5", "4"]),
            rng.randrange(220, 1400) / 10,
            rng.randrange(0, 9),
        )
        street, (postcode, town) = (
            f"{rng.choice(content.STREETS)} {rng.randrange(1, 60)}",
            rng.choice(content.TOWNS),
        )
        code = postcode.replace(" ", "")
        truth |= {
            "apartment_number": own,
            "register_number": register,
            "rooms": float(rooms.replace(",", ".")),
            "living_area_m2": size,
            "floor": str(floor),
            "address": {"street": street, "postcode": code, "town": town.upper()},
            "acquired_on": "2019-05-02",
        }
        pairs = [
            ("Lgh-nr", own),
            ("Skatteverkets lgh-nr", register),
            ("Antal rum", rooms),
            ("Lägenhetsyta", f"{size} kvm"),
            ("Våning", str(floor)),
            ("Adress", f"{street}\n{code} {town.upper()}"),
            ("Förvärvsdatum", "2019-05-02"),
        ]
        return Part("Lägenhetsuppgifter", [Grid([[pair] for pair in pairs])])

    def _association(self) -> Part:
        name, number = content.ORGANISATIONS[0]
        designation = f"Exempeltomten {self._rng.randrange(1, 40)} {self._rng.randrange(1, 9)}"
        self.truth |= {
            "association": name,
            "property_designation": designation,
            "association_number": number,
            "economic_plan_on": "2006-03-01",
        }
        pairs = [
            ("Förening", name),
            ("Fastighetsbeteckning", designation),
            ("Organisationsnummer", number.replace("-", "")),
            ("Registrerad ekonomisk plan", "2006-03-01"),
        ]
        return Part("Bostadsrättsförening och fastighet", [Grid([[pair] for pair in pairs])])

    def _contact(self) -> Part:
        lines = ["Box 1", "Brf Exempel", "11418, Stockholm", "styrelsen@example.com"]
        self.truth |= {"contact_email": lines[-1], "contact": "\n".join(lines)}
        return Part("Kontaktuppgifter förening", [Lines(lines)])

    def _holders(self) -> Part:
        rng, truth = self._rng, self.truth
        count = rng.choice([1, 1, 2])
        truth["holders"] = "there"
        lines = []
        for number in range(count):
            name = f"{rng.choice(content.FIRST_NAMES)} {rng.choice(content.LAST_NAMES)}"
            person, percent = rng.choice(content.NUMBERS), 100 // count
            path = f"holders.{number}"
            truth |= {
                f"{path}.name": name,
                f"{path}.identity": person,
                f"{path}.share_percent": float(percent),
            }
            lines += [name, person.replace("-", ""), "Andel idag", f"{percent} %"]
        return Part("Bostadsrättsinnehavare", [Lines(lines)])

    def _economy(self) -> Part:
        share = self._rng.randrange(1000, 90_000)
        shown = f"0,{share:05d} %"
        self.truth |= {
            "fund_deposit_kr": 0,
            "fund_balance_kr": 12_500,
            "allocation_percent": float(f"0.{share:05d}"[:6]),
            "capital_percent": 0.0,
            "operation_percent": float(f"0.{share:05d}"[:6]),
            "transfer_fee_kr": 2000,
            "transfer_fee_payer": "säljaren",
            "pledge_fee_kr": 900,
        }
        shown = f"{self.truth['allocation_percent']} %".replace(".", ",")
        funds = Grid([[("Inre fond", "")], [("Avsättning", "0 kr"), ("Saldo", "12 500 kr")]])
        shares = [("Fördelningsgrundande andel", shown), ("Kapitalandel", "0,0 %"), ("Driftandel", shown)]
        fees = [
            [("Överlåtelseavgift", "2 000,00 kr betalas av säljaren")],
            [("Pantsättningsavgift", "900,00 kr")],
        ]
        return Part("Ekonomisk Information", [funds, Grid([[("Andelstal", "")], shares]), Grid(fees)])

    def _pledges(self) -> Part:
        noted = self._rng.random() < 0.5
        self.truth["pledges"] = "there" if noted else "empty"
        if not noted:
            return Part("Pantnoteringar")
        line = "Exempelbanken AB 2019-05-02 1 250 000 kr"
        self.truth |= {
            "pledges.0.text": line,
            "pledges.0.amount_kr": 1_250_000,
            "pledges.0.noted_on": "2019-05-02",
        }
        return Part("Pantnoteringar", [Lines([line])])
