"""What an agency and a contact do with each other: meetings and search profiles."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from brygga.model.marks import DataClass as D
from brygga.model.marks import mark
from brygga.model.record import Record


class Meeting(Record):
    """A meeting (*möte*). `kind`: intake (*intagsmöte*) · assignment · comeback (*återbesök*) · contract ·
    possession · other; an unknown word is kept as it came."""

    kind: Annotated[str, mark("mötestyp", D.CALENDAR)] = ""
    subject: Annotated[str, mark("rubrik", D.CALENDAR, personal=True)] = ""
    estate_id: Annotated[str, mark("objekt", D.CALENDAR)] = ""
    contact_ids: Annotated[list[str], mark("deltagare", D.CALENDAR, personal=True)] = []
    agent_id: Annotated[str, mark("mäklare", D.STAFF)] = ""
    starts_at: Annotated[datetime | None, mark("mötet börjar", D.CALENDAR)] = None
    ends_at: Annotated[datetime | None, mark("mötet slutar", D.CALENDAR)] = None
    place: Annotated[str, mark("plats", D.CALENDAR, personal=True)] = ""
    note: Annotated[str, mark("anteckning", D.JOURNAL, personal=True)] = ""
    cancelled: Annotated[bool, mark("inställt", D.CALENDAR)] = False


class SearchProfile(Record):
    """What a contact is looking for (*sökprofil*). Types as in `vocabulary.ESTATE_TYPES`."""

    contact_id: Annotated[str, mark("kontakt", D.PROFILE, personal=True)] = ""
    name: Annotated[str, mark("profilens namn", D.PROFILE)] = ""
    types: Annotated[list[str], mark("objekttyper", D.PROFILE)] = []
    areas: Annotated[list[str], mark("områden", D.PROFILE)] = []
    price_from_kr: Annotated[int | None, mark("pris från", D.PROFILE, unit="kr")] = None
    price_to_kr: Annotated[int | None, mark("pris till", D.PROFILE, unit="kr")] = None
    fee_to_kr: Annotated[int | None, mark("avgift till", D.PROFILE, unit="kr/month")] = None
    living_from_m2: Annotated[float | None, mark("boarea från", D.PROFILE, unit="m2")] = None
    living_to_m2: Annotated[float | None, mark("boarea till", D.PROFILE, unit="m2")] = None
    plot_from_m2: Annotated[float | None, mark("tomt från", D.PROFILE, unit="m2")] = None
    rooms_from: Annotated[float | None, mark("rum från", D.PROFILE)] = None
    rooms_to: Annotated[float | None, mark("rum till", D.PROFILE)] = None
    valid_until: Annotated[datetime | None, mark("gäller till", D.PROFILE)] = None
    active: Annotated[bool | None, mark("aktiv", D.PROFILE)] = None
