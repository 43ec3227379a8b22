"""An extract in our own layout, with every part of the register, of an invented property; and its truth."""

from __future__ import annotations

from brygga.extracts.generating import content
from brygga.extracts.generating.draft import Draft, Grid, Lines, Part, Table
from brygga.extracts.generating.plusr import PlusR, grouped
from brygga.swedish import coordinates

_RIGHT_EDGES = [0.0, 24.0, 85.0, 180.0, 345.0, 405.0]
_PLAN_EDGES = [0.0, 110.0, 345.0, 405.0]
_THREE_EDGES = [0.0, 240.0, 405.0]
_MORTGAGE_EDGES = [0.0, 24.0, 80.0, 140.0, 200.0, 345.0, 405.0]


class Own(PlusR):
    """One extract. Owners, mortgages and chance as in the other register report."""

    def draft(self) -> Draft:
        """All parts."""
        parts = [
            self._general(),
            self._owned(),
            Part("Anteckningar", [Lines(["-"])]),
            self._mortgages(),
            self._sided_rights(),
            self._plans(),
            *self._taxation(),
            *self._history(),
        ]
        self.truth |= {"entries": "empty", "printed_on": "2026-06-03"}
        return Draft(["Fastighetsutdrag", "brygga"], [], parts, head=["Utskrivet: 2026-06-03"])

    def _general(self) -> Part:
        rng = self._rng
        north, east = rng.randrange(6_200_000, 7_300_000), rng.randrange(480_000, 690_000)
        latitude, longitude = coordinates.to_wgs84(north, east)
        area = rng.randrange(300, 90_000)
        self.truth |= {
            "designation": (designation := self._designation()),
            "municipality_code": self._code,
            "general_changed_on": (changed := self._day(1995, 2024)),
            "registration_current_on": "2026-06-02",
            "position": {
                "north_m": float(north),
                "east_m": float(east),
                "latitude": latitude,
                "longitude": longitude,
            },
            "total_area_m2": area,
        }
        pairs = [
            ("Beteckning", designation),
            ("Kommunkod", self._code),
            ("Senaste ändring allmänna delen", changed),
            ("Aktualitetsdatum inskrivning", "2026-06-02"),
            ("Adress", self._address("address")),
            ("Läge, karta", f"N {north} E {east}"),
            ("Totalareal", grouped(area)),
        ]
        return Part("Allmänna uppgifter", [Grid([[pair] for pair in pairs], inline=True)])

    def _owned(self) -> Part:
        part = self._people("owners", "Lagfart", current=True)
        for path, value in self.truth.items():
            if path.endswith(".document_kind") and value == "Lagfart":
                self.truth[path] = "Lagfaren ägare"
        for block in part.blocks:
            if isinstance(block, Table):
                block.rows = [["Lagfaren ägare" if c == "Lagfart" else c for c in row] for row in block.rows]
        return part

    def _mortgages(self) -> Part:
        part = super()._mortgages()
        for block in part.blocks:
            if isinstance(block, Table):
                block.header.remove("Likarätt")
                block.edges = _MORTGAGE_EDGES
                block.rows = [[row[0], *row[2:]] for row in block.rows]
        return part

    def _sided_rights(self) -> Part:
        rng, truth = self._rng, self.truth
        count = rng.choice([0, 1, 2])
        truth["rights"] = "there" if count else "empty"
        header = ["Nr", "Förmån eller last", "Typ", "Ändamål", "Datum", "Akt"]
        table = Table(header, [], _RIGHT_EDGES, linear="row")
        for number in range(1, count + 1):
            side, day, purpose = (
                rng.choice(["Förmån", "Last"]),
                self._day(1950, 2012),
                rng.choice(content.PURPOSES),
            )
            act, path = f"{day[2:4]}/{rng.randrange(100, 9999)}", f"rights.{number - 1}"
            truth |= {
                f"{path}.number": number,
                f"{path}.kind": "Officialservitut",
                f"{path}.purpose": purpose,
            }
            truth |= {f"{path}.registered_on": day, f"{path}.act": act}
            table.rows.append([str(number), side, "Officialservitut", purpose, day, act])
        return Part("Rättigheter", [table] if count else [Lines(["-"])])

    def _plans(self) -> Part:
        day = self._day(1960, 2020)
        act = f"0180-P{day[:4]}/{self._rng.randrange(1, 90)}"
        self.truth |= {"plans": "there", "plans.0.kind": "Detaljplan", "plans.0.name": "Kvarteret Prov"}
        self.truth |= {"plans.0.decided_on": day, "plans.0.act": act}
        row = ["Detaljplan", "Kvarteret Prov", day, act]
        table = Table(["Typ", "Namn", "Datum", "Akt"], [row], _PLAN_EDGES, linear="row")
        return Part("Planer, bestämmelser och fornlämningar", [table])

    def _taxation(self) -> list[Part]:
        rng = self._rng
        land, building = rng.randrange(200, 3000), rng.randrange(200, 4000)
        living, points, year = rng.randrange(60, 300), rng.randrange(18, 45), rng.randrange(1929, 2024)
        unit = f"{rng.randrange(100_000, 999_999)}-{rng.randrange(10)}"
        name, number = rng.choice(content.LAST_NAMES), rng.choice(content.NUMBERS)
        values = {
            "unit": unit,
            "type_code": "220",
            "type_text": "Småhusenhet, bebyggd",
            "value_year": year,
            "total_kr": (land + building) * 1000,
            "land_kr": land * 1000,
            "building_kr": building * 1000,
            "living_area_m2": living,
            "standard_points": points,
            "owners": "there",
            "owners.0.name": f"Testa {name}",
            "owners.0.identity": number,
            "owners.0.share": {"numerator": 1, "denominator": 1},
        }
        self.truth |= {"taxation": "there", **{f"taxation.0.{key}": value for key, value in values.items()}}
        pairs = [
            ("Taxeringsenhet", unit),
            ("Typkod", "220 Småhusenhet, bebyggd"),
            ("Värdeår", str(year)),
            ("Taxeringsvärde", f"{grouped(land + building)} tkr"),
            ("Markvärde", f"{grouped(land)} tkr"),
            ("Byggnadsvärde", f"{grouped(building)} tkr"),
            ("Bostadsyta", f"{living} kvm"),
            ("Standardpoäng", str(points)),
        ]
        owners = Table(["Namn", "Andel"], [[f"Testa {name}, {number}", "1/1"]], [0.0, 300.0], linear="row")
        grid = Grid([[pair] for pair in pairs], inline=True)
        return [Part("Taxeringsuppgifter", [grid]), Part("Taxerade ägare", [owners])]

    def _history(self) -> list[Part]:
        rng, truth = self._rng, self.truth
        shared, origin, former = (
            f"{self._municipality} EKLUNDA GA:3",
            self._designation(),
            self._designation(),
        )
        day = self._day(1930, 1990)
        act = f"{day[2:4]}/{rng.randrange(100, 9999)}"
        truth |= {
            "joint_facilities": "there",
            "joint_facilities.0.designation": shared,
            "joint_facilities.0.purpose": "Väg",
            "joint_facilities.0.share": "1/12",
            "origins": "there",
            "origins.0.designation": origin,
            "former_designations": "there",
            "former_designations.0.designation": former,
            "former_designations.0.until": day,
            "former_designations.0.act": act,
            "measures": "there",
            "measures.0.kind": "Avstyckning",
            "measures.0.decided_on": day,
            "measures.0.act": act,
        }
        joint = Table(
            ["Beteckning", "Ändamål", "Andelstal"], [[shared, "Väg", "1/12"]], _THREE_EDGES, linear="row"
        )
        old = Table(["Beteckning", "Omregistrerad", "Akt"], [[former, day, act]], _THREE_EDGES, linear="row")
        measure = Table(["Åtgärd", "Datum", "Akt"], [["Avstyckning", day, act]], _THREE_EDGES, linear="row")
        return [
            Part("Andel i gemensamhetsanläggningar och samfälligheter", [joint]),
            Part("Ursprung", [Lines([origin])]),
            Part("Tidigare beteckning", [old]),
            Part("Åtgärder", [measure]),
        ]
