"""The shapes of the search answer (CONTRACT.md §1). Undocumented: members come and go."""

from __future__ import annotations

from typing import Any, Final

import msgspec

KNOWN: Final = frozenset(
    {
        "maeklarObjektId", "bildUrl", "bildUrlLista", "litenRubrik", "storRubrik", "metaData",
        "xKoordinat", "yKoordinat", "paaGang", "budgivningPagaar", "aerNyproduktion", "aerProjekt",
        "aerReferensobjekt", "harDigitalLiveVisning", "maeklarId", "avtalsdag",
        "senasteTidObjektetBlevTillSalu",
        "senasteTidpunktSomObjektetBlevIntagetOchSkallAnnoserasFastStatusBaraIntaget",
        "bostadsTyp", "boendeform", "delomraaden", "tidFoerNaestaAktuellaVisning",
        "naestaVisningAerDigitalLiveVisning", "url",
    }
)  # fmt: skip  # one list
"""Members of an item that answers of 2021 to 2025 had."""


class SearchAnswer(msgspec.Struct, kw_only=True, rename="camel"):
    """One page of a search."""

    results: list[dict[str, Any]]
    current_page: int
    page_count: int
    row_count: int | None = None
    page_size: int | None = None


def request_body(
    *, municipalities: list[str], neighbourhoods: list[int], home_types: list[int]
) -> dict[str, Any]:
    """The body of a search; all members were seen, and all may be empty."""
    return {
        "valdaMaeklarObjektTyper": home_types,
        "valdaNyckelord": [],
        "valdaLaen": [],
        "valdaKontor": [],
        "valdaKommuner": municipalities,
        "valdaNaeromraaden": neighbourhoods,
        "valdaPostorter": [],
        "inkluderaNyproduktion": True,
        "inkluderaPaaGaang": True,
        "positioner": [],
    }
