"""A flat, a house and the people around them, all made up, and small pictures."""

from datetime import UTC, datetime, timedelta

import pytest
import pyvips

from brygga.documents import Picture
from brygga.model import Agent, Association, Estate, Office, Viewing
from brygga.model.parts import (
    Address,
    Areas,
    Building,
    Cost,
    Costs,
    Described,
    Energy,
    Fee,
    Price,
    Share,
    Taxation,
    Texts,
)

AT = datetime(2026, 11, 23, 13, 5, tzinfo=UTC)


@pytest.fixture
def made_at() -> datetime:
    return AT


@pytest.fixture
def flat() -> Estate:
    return Estate(
        id="vitec:OBJ1",
        type="apartment",
        tenure="tenant_ownership",
        status="for_sale",
        address=Address(street="Storgatan 14 B", postcode="211 42", town="Malmö", area="Gamla Väster"),
        price=Price(asking_kr=4_050_000),
        areas=Areas(living_m2=76, other_m2=4.5, source="Föreningen"),
        rooms=3,
        fee=Fee(amount_kr=4391, frequency="Monthly"),
        texts=Texts(
            heading="Ljus trea",
            short="Två minuter från parken.",
            long="<p>Välkommen <b>hem</b>.</p><ul><li>Hiss</li></ul>",
        ),
        share=Share(apartment_number="23", share_percent=2.3471, net_debt_kr=-12_000, pledged=False),
        buildings=[
            Building(
                year_built=1909, energy=Energy(rating="D", consumption_kwh_m2=112.4), floor=2, floors_total=5
            )
        ],
        costs=Costs(rows=[Cost(name="El", year_kr=5400), Cost(name="Försäkring", year_kr=2160)], household=2),
    )


@pytest.fixture
def house() -> Estate:
    return Estate(
        id="vitec:OBJ2",
        type="house",
        tenure="freehold",
        address=Address(street="Kärravägen 3"),
        areas=Areas(living_m2=142, plot_m2=1204),
        taxation=Taxation(designations=["Uddevalla Kärra 3:14"], total_kr=2_874_000, land_kr=974_000),
        pledges_kr=[500_000, 1_200_000],
        rights_text="Servitut: väg, förmån.",
        buildings=[Building(year_text="1936/1978", construction=[Described(name="Stomme", text="Trä")])],
    )


@pytest.fixture
def people() -> dict[str, object]:
    return {
        "agent": Agent(
            id="a", name="Anna Berg", title="Mäklare", email="anna@example.com", mobile="+46701740605"
        ),
        "office": Office(id="o", name="Bryggans byrå", address=Address(street="Lilla Torg 3")),
        "association": Association(id="b", name="Brf Kastanjen"),
        "viewings": [
            Viewing(id="past", starts_at=AT - timedelta(days=1)),
            Viewing(id="late", starts_at=AT + timedelta(days=8), digital=True, comment="Via länk"),
            Viewing(id="soon", starts_at=AT + timedelta(days=6), ends_at=AT + timedelta(days=6, minutes=45)),
        ],
    }


def jpeg(width_px: int, height_px: int) -> bytes:
    noise = pyvips.Image.gaussnoise(width_px, height_px, mean=128, sigma=40, seed=1).cast("uchar")
    return noise.bandjoin([noise, noise]).copy(interpretation="srgb").jpegsave_buffer()


@pytest.fixture
def pictures() -> list[Picture]:
    sizes = [(400, 300, False), (400, 300, False), (300, 400, False), (400, 300, False), (400, 300, True)]
    return [
        Picture(data=jpeg(w, h), width_px=w, height_px=h, alt=f"Vad bild {n} visar", floor_plan=plan)
        for n, (w, h, plan) in enumerate(sizes)
    ]
