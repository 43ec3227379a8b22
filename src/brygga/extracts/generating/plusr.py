"""A "Fastighetsrapport Plus R" of an invented property, and its truth."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from brygga.extracts.generating import content
from brygga.extracts.generating.draft import Draft, Grid, Lines, Part, Table
from brygga.extracts.generating.truth import Truth

_OWNER_EDGES = [0.0, 62.0, 300.0, 345.0, 405.0]
_FORMER_EDGES = [0.0, 62.0, 345.0, 405.0]
_TITLE_EDGES = [0.0, 62.0, 125.0, 165.0, 280.0, 345.0, 405.0]
_MORTGAGE_EDGES = [0.0, 24.0, 72.0, 132.0, 196.0, 250.0, 345.0, 405.0]
_RIGHT_EDGES = [0.0, 24.0, 125.0, 345.0, 405.0]


class PlusR:
    """One report; all chance comes from the generator that it is given."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self.truth: Truth = {}
        self._municipality, self._code = rng.choice(content.MUNICIPALITIES)

    def draft(self) -> Draft:
        """The report's parts in the order seen in real ones."""
        parts = [
            self._property(),
            self._people("owners", "Ägare", current=True),
            self._people("former_owners", "Tidigare ägare", current=False),
            self._lease(),
            self._mortgages(),
            self._rights(),
        ]
        self.truth["printed_on"] = "2026-06-03"
        return Draft(["Fastighetsrapport", "Plus R"], ["UC Bostad"], parts)

    def _day(self, first: int, last: int) -> str:
        start = date(first, 1, 1)
        return str(start + timedelta(days=self._rng.randrange((date(last, 12, 28) - start).days)))

    def _act(self, day: str, number: int) -> str:
        if day < "2014-09-29":
            return f"{day[2:4]}/{self._rng.randrange(100, 99_999)}"
        return f"D-{day[:4]}-{self._rng.randrange(1, 999_999):08d}:{number}"

    def _designation(self) -> str:
        tract = self._rng.choice(content.TRACTS)
        return f"{self._municipality} {tract} {self._rng.randrange(1, 60)}:{self._rng.randrange(1, 400)}"

    def _property(self) -> Part:
        rng, truth = self._rng, self.truth
        land, water = rng.randrange(400, 250_000), rng.choice([None, 0, rng.randrange(1, 9000)])
        district = rng.choice(content.DISTRICTS)
        values: dict[str, Any] = {
            "designation": self._designation(),
            "general_changed_on": self._day(1995, 2024),
            "registration_changed_on": self._day(1995, 2024),
            "registration_current_on": "2026-06-02",
            "district": district,
            "district_code": f"{rng.randrange(100_000, 999_999)}",
            "municipality_code": self._code,
            "total_area_m2": land + (water or 0),
            "land_area_m2": land,
        }
        if water is not None:
            values["water_area_m2"] = water
        truth |= values
        grid = Grid(
            [
                [
                    ("Beteckning", values["designation"]),
                    ("Senaste ändring allmänna delen", values["general_changed_on"]),
                    ("Totalareal", grouped(values["total_area_m2"])),
                ],
                [
                    ("Distrikt", f"{district} ({values['district_code']})"),
                    ("Senaste ändring inskrivning", values["registration_changed_on"]),
                    ("Varav landareal", grouped(land)),
                ],
                [
                    ("Kommunkod", self._code),
                    ("Aktualitetsdatum inskrivning", values["registration_current_on"]),
                    ("Varav vattenareal", "" if water is None else grouped(water)),
                ],
            ]
        )
        return Part("Fastighet", [grid, *self._remarks()])

    def _remarks(self) -> list[Grid]:
        note = "Fastighetens andelar i samfälligheter kan vara ofullständiga."
        self.truth |= {"attributes": "there", "attributes.0.text": note}
        self.truth |= {"remarks": "there", "remarks.0.text": "Socken: testsocken"}
        address = self._address("address") if self._rng.random() < 0.85 else ""
        return [
            Grid([[("Fastighetsattribut", note)]]),
            Grid([[("Registerenhetsanmärkning", "Socken: testsocken")]]),
            Grid([[("Adress", address)]]),
        ]

    def _address(self, path: str) -> str:
        street = f"{self._rng.choice(content.STREETS)} {self._rng.randrange(1, 99)}"
        postcode, town = self._rng.choice(content.TOWNS)
        self.truth[path] = {"street": street, "postcode": postcode.replace(" ", ""), "town": town}
        return f"{street}, {postcode} {town}"

    def _people(self, name: str, heading: str, *, current: bool) -> Part:
        rng, truth = self._rng, self.truth
        count = rng.choice([1, 1, 2, 2, 3]) if current else rng.choice([0, 0, 1, 2])
        truth[name] = "there" if count else "empty"
        part = Part(heading)
        if not count:
            part.blocks.append(Lines(["-"]))
        for number in range(count):
            share = f"1/{count}"
            part.blocks += self._owner(f"{name}.{number}", share if current else "", current=current)
        return part

    def _owner(self, path: str, share: str, *, current: bool) -> list[Grid | Table | Lines]:
        truth = self.truth
        day = self._day(1975, 2013) if not current else self._day(1990, 2024)
        act = self._act(day, 3)
        who = self._person(path, with_address=current)
        truth |= {f"{path}.document_kind": "Lagfart", f"{path}.registered_on": day, f"{path}.act": act}
        row = ["Lagfart", who, share, day, act] if current else ["Lagfart", who, day, act]
        if current:
            truth[f"{path}.share"] = plain_share(share)
        header = ["Typ", "Ägare", "Andel", "Inskrivning", "Akt"]
        head = header if current else [word for word in header if word != "Andel"]
        edges = _OWNER_EDGES if current else _FORMER_EDGES
        titles = [
            self._title(f"{path}.acquisitions.{n}", day, act) for n in range(self._rng.choice([1, 1, 2]))
        ]
        columns = ["Fång", "Belopp", "Andel", "Art", "Beslut", "Inskrivning", "Akt"]
        return [Table(head, [row], edges), Table(columns, titles, _TITLE_EDGES)]

    def _person(self, path: str, *, with_address: bool) -> str:
        rng, truth = self._rng, self.truth
        chance = rng.random()
        if chance < 0.06:
            truth[f"{path}.protected"] = True
            return "SKYDDAD PERSONUPPGIFT"
        if chance < 0.16:
            name, number = rng.choice(content.ORGANISATIONS)
        else:
            name, number = (
                f"{rng.choice(content.FIRST_NAMES)} {rng.choice(content.LAST_NAMES)}",
                rng.choice(content.NUMBERS),
            )
        truth |= {f"{path}.name": name, f"{path}.identity": number}
        where = f", {self._address(f'{path}.address')}" if with_address else ""
        return f"{name}, {number}{where}"

    def _title(self, path: str, registered: str, act: str) -> list[str]:
        rng, truth = self._rng, self.truth
        bought = rng.random() < 0.6
        kind = rng.choice(content.PURCHASES if bought else content.OTHER_TITLES)
        amount = grouped(rng.randrange(100, 9000) * 1000) if bought else ""
        day = str(date.fromisoformat(registered) - timedelta(days=rng.randrange(10, 90)))
        truth |= {
            f"{path}.acquired_on": day,
            f"{path}.share": {"numerator": 1, "denominator": 2},
            f"{path}.kind": kind,
            f"{path}.decision": "Beviljad",
            f"{path}.registered_on": registered,
            f"{path}.act": act,
        }
        if bought:
            truth[f"{path}.amount_kr"] = int(amount.replace(" ", ""))
        if "annan" in kind:
            truth[f"{path}.concerns_other_property"] = True
        return [day, amount, "1/2", kind, "Beviljad", registered, act]

    def _lease(self) -> Part:
        self.truth["leaseholds"] = "empty"
        return Part("Tomträttsupplåtelse", [Lines(["-"])])

    def _mortgages(self) -> Part:
        rng, truth = self._rng, self.truth
        count = rng.choice([0, 1, 2, 4, 9])
        truth["mortgages"] = "there" if count else "empty"
        header = ["Nr", "Likarätt", "Belopp", "Inomläge", "Typ", "Anmärkning", "Inskrivning", "Akt"]
        table = Table(header, [], _MORTGAGE_EDGES, linear="row")
        total, day = 0, "1985-01-01"
        for number in range(1, count + 1):
            amount = rng.randrange(20, 3000) * 1000
            total += amount
            day = max(day, self._day(1990, 2024))
            self._mortgage(table, number, (amount, total), day)
        return Part("Inteckningar", [table] if count else [Lines(["-"])])

    def _mortgage(self, table: Table, number: int, figures: tuple[int, int], day: str) -> None:
        path, act = f"mortgages.{number - 1}", self._act(day, number)
        joint = self._rng.random() < 0.2
        self.truth |= {
            f"{path}.number": number,
            f"{path}.amount_kr": figures[0],
            f"{path}.running_total_kr": figures[1],
            f"{path}.kind": "Digitalt",
            f"{path}.registered_on": day,
            f"{path}.act": act,
        }
        remark = "Belastar även" if joint else ""
        table.rows.append(
            [str(number), "", grouped(figures[0]), grouped(figures[1]), "Digitalt", remark, day, act]
        )
        if joint:
            other = self._designation()
            table.behind[len(table.rows) - 1] = other
            self.truth |= {f"{path}.remark": remark, f"{path}.joint": True, f"{path}.joint_with.0": other}

    def _rights(self) -> Part:
        rng, truth = self._rng, self.truth
        count = rng.choice([0, 1, 2, 3])
        truth["contract_rights"] = "there" if count else "empty"
        table = Table(["Nr", "Typ", "Ändamål", "Inskrivning", "Akt"], [], _RIGHT_EDGES, linear="row")
        for number in range(1, count + 1):
            day, purpose = self._day(1950, 2012), rng.choice(content.PURPOSES)
            act = f"{day[2:4]}/{rng.randrange(100, 9999)}"
            path = f"contract_rights.{number - 1}"
            truth |= {f"{path}.number": number, f"{path}.kind": "Avtalsservitut", f"{path}.purpose": purpose}
            truth |= {f"{path}.registered_on": day, f"{path}.act": act}
            table.rows.append([str(number), "Avtalsservitut", purpose, day, act])
        return Part("Avtalsrättigheter*", [table] if count else [Lines(["-"])])


def grouped(number: int) -> str:
    """`1 440`."""
    return f"{number:,}".replace(",", " ")


def plain_share(text: str) -> dict[str, int]:
    """`1/2` as plain data."""
    numerator, denominator = text.split("/")
    return {"numerator": int(numerator), "denominator": int(denominator)}
