"""Swedish ad texts made from small templates, so that no two homes read quite the same."""

from __future__ import annotations

import random
from typing import Final

ROOM_WORDS: Final = {1: "etta", 2: "tvåa", 3: "trea", 4: "fyra", 5: "femma", 6: "sexa"}

FLAT_OPENINGS: Final = (
    "Välkommen till en {ljus} {rum} om {yta} kvm på {gata}.",
    "På {gata} i {stadsdel} ligger denna {ljus}a {rum} med genomtänkt planlösning.",
    "{Ljus} {rum} i {stadsdel} med fönster åt två håll.",
    "Här bor du {lugnt} och ändå nära allt som {stad} har att ge.",
)
HOUSE_OPENINGS: Final = (
    "Välkomna till {gata}, ett {ljus}t hem om {yta} kvm i {stadsdel}.",
    "I {stadsdel}, {lugnt} i kvarteret, ligger detta hus med {rumantal} rum.",
    "Ett {ljus}t och välskött hus med trädgård i söderläge.",
)
PLOT_OPENINGS: Final = (
    "Tomt om {yta} kvm i {stadsdel} med fritt läge och kvällssol.",
    "Nu finns möjligheten att bygga sitt hus i {stadsdel}.",
)
WORK_OPENINGS: Final = (
    "Lokaler om {yta} kvm i {stadsdel} med bra skyltläge.",
    "Väl underhållna ytor nära kommunikationer i {stad}.",
)
KITCHENS: Final = (
    "Köket har plats för matbord vid fönstret och gott om skåp.",
    "Kök och vardagsrum ligger i öppen planlösning, med spis från induktion och ny fläkt.",
    "Platsbyggt kök med bänkskiva i ek och vitvaror från {vitvaror}.",
)
ROOMS: Final = (
    "Vardagsrummet rymmer en stor soffa och har dörr mot {ute}.",
    "Sovrummet vetter mot den tysta gården.",
    "Golven är av slipad furu och taken höga, {takhojd} meter.",
    "Badrummet är helkaklat och renoverat {renoverat}.",
    "Förvaringen räcker till både skidor och cyklar.",
)
AREAS: Final = (
    "Härifrån är det {minuter} minuter till fots till butik, skola och buss.",
    "Området är grönt och barnvänligt, med lekplats runt hörnet.",
    "Runt knuten finns caféer, bibliotek och ett torg med handel.",
    "Pendeltåg och buss går var tionde minut.",
)
ENDINGS: Final = (
    "Varmt välkommen på visning!",
    "Ring för en egen visning.",
    "Se även planritning och bilder.",
)
HEADINGS: Final = (
    "{Rum} med {ute} i {stadsdel}", "{Ljus} {rum} nära grönska", "{Rum} med gott ljus", "Hem i {stadsdel}",
)  # fmt: skip  # one list
PHRASES: Final = ("Lugnt läge", "Nyrenoverat", "Sjönära", "Högt i tak", "Sällan till salu", "Kvällssol", "")
SERVICE: Final = (
    "Livsmedel, apotek och vårdcentral inom en kilometer.",
    "Köpcentrum och bibliotek i närheten.",
)
TRAVEL: Final = (
    "Buss 200 meter, tåg 1,2 kilometer.",
    "Spårvagn precis utanför porten.",
    "Bil är bra att ha.",
)
PARKING: Final = (
    "Boendeparkering enligt kommunens taxa.",
    "Carport på tomten.",
    "Kö till föreningens garage.",
)

CHANGED_SENTENCES: Final = (
    "Ny visningstid är inlagd, hör av dig!",
    "Takfläkten och diskmaskinen är bytta i år.",
    "Säljaren lämnar kvar alla vitvaror.",
    "Föreningen har beslutat om nya cykelrum.",
)


def words(
    rng: random.Random, *, street: str, district: str, town: str, rooms: float, size: float
) -> dict[str, str]:
    """The words that the templates of one home share."""
    kind = ROOM_WORDS.get(int(rooms), "stor bostad")
    light = rng.choice(("ljus", "trivsam", "rymlig", "vältänkt"))
    return {
        "ljus": light,
        "Ljus": light.capitalize(),
        "rum": kind,
        "Rum": kind.capitalize(),
        "rumantal": f"{rooms:g}".replace(".", ","),
        "yta": f"{size:g}".replace(".", ","),
        "gata": street,
        "stadsdel": district,
        "stad": town,
        "lugnt": rng.choice(("lugnt", "högt och fritt", "tyst")),
        "ute": rng.choice(("balkongen", "uteplatsen", "gården")),
        "vitvaror": rng.choice(("2019", "2021", "2023")),
        "takhojd": rng.choice(("2,6", "2,8", "3,1")),
        "renoverat": str(rng.randint(2008, 2025)),
        "minuter": str(rng.randint(2, 12)),
    }


def long_text(rng: random.Random, openings: tuple[str, ...], w: dict[str, str], *, indoors: bool) -> str:
    """Five to eight sentences in two paragraphs."""
    inside = [rng.choice(KITCHENS), *rng.sample(ROOMS, rng.randint(2, 4))] if indoors else []
    first = " ".join([rng.choice(openings), *inside])
    second = " ".join([*rng.sample(AREAS, 2), rng.choice(ENDINGS)])
    return f"{first}\n\n{second}".format_map(w)


def one(rng: random.Random, choices: tuple[str, ...], w: dict[str, str]) -> str:
    """One template filled in."""
    return rng.choice(choices).format_map(w)
