"""What all records of the canonical model share."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from brygga.model.marks import DataClass as D
from brygga.model.marks import mark
from brygga.model.parts import JsonObject


class Record(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """What all records share. `id` is `<connection>:<source id>`; never parse the second half."""

    id: Annotated[str, mark("id", D.TECHNICAL)]
    changed_at: Annotated[datetime | None, mark("ändrad i källan", D.TECHNICAL)] = None
    extra: Annotated[JsonObject, mark("okända uppgifter", D.RAW, personal=True)] = {}
