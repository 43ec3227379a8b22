"""Deals as the interface shows them: the published shape, the sold one, and the rows of both lists."""

from __future__ import annotations

import copy
from typing import Final

from brygga.sandbox.mspecs import people
from brygga.sandbox.mspecs.idents import Json, ident, offset, word
from brygga.sandbox.mspecs.world import Deal, World

ROOT_MEMBERS: Final = (
    "id", "shortId", "objectType", "isInternational", "isNewDevelopment", "country", "marketingTags",
)  # fmt: skip  # one list
LIST_MEMBERS: Final = (
    "displayName",
    "currency",
    "saleInformation",
    "location",
    "rooms",
    "viewings",
    "bidding",
)
MOTIFS: Final = ("facade", "room", "kitchen", "plan")
CATEGORIES: Final = ("EXTERIOR", "INTERNAL", "INTERNAL", "FLOOR_PLAN")
GRANTS: Final = {
    "READ_BASIC": {"share", "firstName", "lastName", "name", "streetAddress", "postalCode", "city"},
    "READ_COMMUNICATION": {"email", "phoneNumber"},
    "READ_SENSITIVE": {"identifier"},
}
"""Grant → the members of a seller that it opens."""


class Answers:
    """Makes answers. `root` is the address that files lie under, without a slash at the end."""

    def __init__(self, world: World) -> None:
        self._world = world

    def deal(self, deal: Deal, root: str) -> Json:
        """One deal, in the sold shape when it is sold."""
        return self.sold(deal, root) if deal.sold else self.published(deal, root)

    def published(self, deal: Deal, root: str) -> Json:
        """The whole published shape."""
        seed = self._world.seed
        made = copy.deepcopy(deal.facts)
        made |= {
            "publishingInformation": self.publishing(deal),
            "office": self._office(deal),
            "users": [people.broker(seed, n, root, main=place == 0) for place, n in enumerate(deal.brokers)],
            "images": [self.image(deal, n, root) for n in range(deal.images)],
            "files": [self._file(deal, root)],
        }
        return made | self._sellers(deal)

    def sold(self, deal: Deal, root: str) -> Json:
        """A subset of what was published, with both prices and the contract day."""
        whole = self.published(deal, root)
        made = {name: whole[name] for name in (*ROOT_MEMBERS, "publishingInformation") if name in whole}
        facts, costs = deal.facts["estate"], deal.facts["economy"]["costs"]
        return made | {
            "objectSubType": whole["objectSubType"],
            "saleInformation": {
                "startingPrice": whole["saleInformation"]["price"],
                "finalPrice": deal.final_price,
                "currency": "SEK",
                "contractDate": deal.contract,
            },
            "location": whole["location"],
            "currency": "SEK",
            "office": whole["office"],
            "users": whole["users"],
            "sellingTexts": whole["sellingTexts"],
            "estate": {
                n: facts[n] for n in ("plotArea", "livingArea", "otherLivingArea", "buildYear") if n in facts
            },
            "rooms": {n: whole["rooms"][n] for n in ("numberOfRooms", "numberOfBedrooms")},
            "economy": {"rent": costs["rent"]} if "rent" in costs else {},
            "images": whole["images"],
            **self._sellers(deal),
        }

    def row(self, deal: Deal, root: str) -> Json:
        """A row of the list of published deals: one picture, the current bid, no documents."""
        whole = self.published(deal, root)
        made: Json = {name: whole[name] for name in (*ROOT_MEMBERS, *LIST_MEMBERS) if name in whole}
        made |= {"publishingInformation": whole["publishingInformation"], "images": whole["images"][:1]}
        if "estate" in whole:
            areas = ("livingArea", "otherLivingArea")
            made["estate"] = {name: whole["estate"][name] for name in areas if name in whole["estate"]}
        if "bidding" in made:
            made["bidding"]["bids"] = made["bidding"]["bids"][-1:]
        return made

    def publishing(self, deal: Deal) -> Json:
        """How the deal stands at the provider."""
        made: Json = {
            "webPageUrl": f"https://makleri.example.com/deals/{deal.index}",
            "status": deal.status,
            "updated": offset(deal.updated),
            "saleStatus": f"ENUMS_SALE_STATUS_{deal.sale_status}",
            "isPreview": deal.preview,
        }
        if deal.first_published is not None:
            made["published"] = offset(deal.first_published)
        return made

    def image(self, deal: Deal, number: int, root: str) -> Json:
        """A picture's entry; its address carries a token that changes with time, its path does not."""
        return {
            "id": ident("image", deal.index * 100 + number),
            "originalUrl": f"{root}/files/image/{deal.index}/{number}.jpg?token={self.token}",
            "originalResolution": "1600x1067",
            "extension": "jpg",
            "isPublished": True,
            "displayOrder": number + 1,
            "isMainImage": number == 0,
            "category": word(f"ENUMS_IMAGES_IN_ESTATES_CATEGORY_{CATEGORIES[number % 4]}"),
            "title": "",
        }

    token = "t1"  # noqa: S105 - part of an address, opens nothing

    def _file(self, deal: Deal, root: str) -> Json:
        return {
            "title": "Energideklaration",
            "extension": "pdf",
            "url": f"{root}/files/document/{deal.index}/1.pdf?token={self.token}",
            "category": word("FILES_CATEGORY_ENERGY_PERFORMANCE", "Energideklaration"),
        }

    def _office(self, deal: Deal) -> Json:
        whole = people.office(self._world.seed, deal.office)
        dropped = {"status", "legalName", "isPublished", "updatedDate"}
        return {name: value for name, value in whole.items() if name not in dropped}

    def _sellers(self, deal: Deal) -> Json:
        """The sellers as far as granted, or, when the imitation leaks, all of them."""
        opened = {
            member
            for grant in self._world.granted
            if grant.startswith("READ_SELLER.")
            for member in GRANTS.get(grant.partition(".")[2], set())
        }
        if self._world.leaks:
            opened = set().union(*GRANTS.values())
        rows = [{n: v for n, v in row.items() if n == "type" or n in opened} for row in deal.sellers]
        return {"sellers": rows} if opened and rows else {}
