"""What the tests of this room share: bad files, and documents typed by hand."""

import importlib.util
import random
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from brygga.extracts.generating import Noise
from brygga.extracts.generating.drawing import linear_drawn
from brygga.extracts.generating.pdfwriter import pdf_of


@pytest.fixture(scope="session")
def bad() -> ModuleType:
    """`bad_files.py`, since test files are not a package."""
    spec = importlib.util.spec_from_file_location("bad_files", Path(__file__).with_name("bad_files.py"))
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def printed() -> Callable[[str], bytes]:
    """Text put on pages line by line, as a PDF."""

    def make(text: str) -> bytes:
        lines = text.splitlines()
        pages = [lines[n : n + 60] for n in range(0, len(lines), 60)]
        return pdf_of(linear_drawn(pages, Noise(), random.Random(1)))

    return make


REPORT = """Fastighetsrapport
Plus R
Fastighet
Beteckning
Senaste ändring allmänna delen
Totalareal
Provköping LILLA ÅKERN 2:14
2018-04-05
2 310
Distrikt
Senaste ändring inskrivning
Varav landareal
Provdistrikt (111111)
2021-01-02
2 300
Kommunkod
Aktualitetsdatum inskrivning
Varav vattenareal
0001
2026-05-30
10
Fastighetsattribut
Registerenhetsanmärkning
Socken: provsocken
Adress
Provgatan 7, 411 01 Göteborg
.
.
Ägare
Typ
Ägare
Andel Inskrivning
Akt
Lagfart
Prov Provsson, 19821224-2393, Provgatan 7, 411 01
Göteborg
1/2
2021-01-02
D-2021-00000009:1
Fång
Belopp Andel Art
Beslut
Inskrivning
Akt
2020-12-01
1 100 000 1/2
Köp, avser även annan fastighet
Beviljad 2021-01-02
D-2021-00000009:1
Lagfart
SKYDDAD PERSONUPPGIFT
1/2
2021-01-02
D-2021-00000009:1
Fång
Belopp Andel Art
Beslut
Inskrivning
Akt
2020-12-01
1/2
Gåva
Beviljad 2021-01-02
D-2021-00000009:1
Tidigare ägare
-
Tomträttsupplåtelse
-
Inteckningar
Nr Likarätt Belopp Inomläge Typ Anmärkning Inskrivning Akt
1 400 000 400 000 Digitalt 2001-02-03 01/1234
UC Bostad
Sida 1 av 2
2026-05-31 10:00
Fastighetsrapport
Plus R
Inteckningar
2 1 250 000 1 650 000 Digitalt Belastar även 2021-01-02 D-2021-00000010:2
Provköping LILLA ÅKERN 2:15
UC Bostad
Sida 2 av 2
2026-05-31 10:00
"""

FLAT = """Utskriftsdatum: 2026-05-31
Brf Prov
Lägenhetsuppgifter
Lgh-nr
7
Skatteverkets lgh-nr
1103
Antal rum
3
Lägenhetsyta
71.5 kvm
Våning
1
Adress
Provgatan 2
41101 GÖTEBORG
Förvärvsdatum
2020-10-01
Bostadsrättsförening och fastighet
Förening
Brf Prov
Fastighetsbeteckning
Provtomten 3 2
Organisationsnummer
7690000018
Registrerad ekonomisk plan
1999-12-01
Bostadsrättsinnehavare
Prov Provsson
198212242393
Andel idag
60 %
Testa Exempelsson
199210212396
Andel idag
40 %
Ekonomisk Information
Inre fond
Avsättning
Saldo
0 kr
1 250 kr
Andelstal
Fördelningsgrundande andel
Kapitalandel
Driftandel
1,25 %
0,0 %
1,25 %
Överlåtelseavgift
1 433,00 kr betalas av köparen
Pantsättningsavgift
573,00 kr
Pantnoteringar
2026-05-31 20:19
Sida 1 av 1
"""


@pytest.fixture
def report() -> str:
    """A report in UC's layout, typed by hand."""
    return REPORT


@pytest.fixture
def flat() -> str:
    """An extract in HSB's layout, typed by hand."""
    return FLAT
