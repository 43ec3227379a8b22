"""What an `Intake` says of a value: finding code → Swedish sentence and how much was lost."""

from __future__ import annotations

from typing import Final

from brygga.model.findings import Severity

_TABLE: Final[dict[str, tuple[Severity, str]]] = {
    "bad_reference": (Severity.REFUSED, "Hänvisningen till en annan uppgift gick inte att använda."),
    "bad_row": (Severity.REFUSED, "En rad i listan gick inte att läsa och togs inte med."),
    "broken_characters": (Severity.CHANGED, "Trasiga tecken togs bort ur texten."),
    "flag_as_text": (Severity.CHANGED, "Ja eller nej kom som text. Vi läste det ändå."),
    "hidden_characters": (Severity.CHANGED, "Osynliga tecken togs bort ur texten."),
    "line_breaks": (Severity.CHANGED, "Radbrytningar gjordes om till mellanslag."),
    "more": (Severity.NOTED, "Det finns fler anmärkningar än de som visas."),
    "nested": (Severity.REFUSED, "En hel grupp uppgifter stod där ett värde skulle stå. Den togs inte med."),
    "no_time": (Severity.NOTED, "Tidpunkten var ett utfyllnadsvärde och räknas som tom."),
    "not_a_list": (Severity.REFUSED, "Uppgiften skulle vara en lista och togs inte med."),
    "not_a_number": (Severity.REFUSED, "Uppgiften är inte ett tal och togs inte med."),
    "not_a_phone": (Severity.NOTED, "Telefonnumret gick inte att läsa. Vi behåller det som det skrevs."),
    "not_a_postcode": (Severity.NOTED, "Postnumret gick inte att läsa. Vi behåller det som det skrevs."),
    "not_a_section": (Severity.REFUSED, "Uppgiften skulle vara en grupp av värden och togs inte med."),
    "not_a_time": (Severity.REFUSED, "Uppgiften är inte en tidpunkt och togs inte med."),
    "not_an_email": (Severity.NOTED, "E-postadressen ser inte ut som en sådan. Vi behåller den."),
    "not_an_object": (Severity.PARKED, "Svaret innehöll inga uppgifter som går att läsa."),
    "not_a_personnummer": (Severity.NOTED, "Personnumret gick inte att läsa."),
    "not_an_orgnr": (
        Severity.NOTED,
        "Organisationsnumret gick inte att läsa. Vi behåller det som det skrevs.",
    ),
    "not_an_outline": (Severity.REFUSED, "Områdets gränser gick inte att läsa och togs inte med."),
    "not_finite": (Severity.REFUSED, "Talet är oändligt eller saknar värde och togs inte med."),
    "not_json": (Severity.PARKED, "Svaret gick inte att läsa. Det är sparat och kan läsas om."),
    "not_whole": (Severity.REFUSED, "Talet skulle vara ett heltal och togs inte med."),
    "number_as_text": (Severity.CHANGED, "Talet kom som text. Vi läste det som ett tal."),
    "odd_json": (Severity.CHANGED, "Svaret hade skrivfel. Vi läste det så gott det gick."),
    "no_position": (Severity.NOTED, "Kartläget var noll och räknas som tomt."),
    "other_currency": (Severity.NOTED, "Beloppet är inte i kronor. Vi behåller det vid sidan om."),
    "other": (Severity.NOTED, "Uppgiften avviker från det vi väntade oss."),
    "out_of_range": (Severity.REFUSED, "Talet är orimligt och togs inte med."),
    "rounded": (Severity.CHANGED, "Beloppet avrundades till hela kronor."),
    "scheme_added": (Severity.CHANGED, "Länken saknade https och fick det."),
    "text_as_number": (Severity.CHANGED, "Texten kom som ett tal. Vi läste siffrorna som text."),
    "too_deep": (Severity.REFUSED, "Uppgiften var inbäddad för djupt och togs inte med."),
    "too_long": (Severity.CHANGED, "Texten var för lång och kortades."),
    "too_many_rows": (Severity.CHANGED, "Listan var för lång och kortades."),
    "unknown_member": (Severity.NOTED, "En uppgift som är ny för oss. Vi behåller den."),
    "unknown_value": (Severity.NOTED, "Värdet är nytt för oss. Vi behåller det som det kom."),
    "unsafe_html": (Severity.CHANGED, "Otillåten formatering togs bort ur texten."),
    "unsafe_url": (Severity.REFUSED, "Länken är inte en vanlig webbadress och togs inte med."),
    "wrong_type": (Severity.REFUSED, "Uppgiften hade fel slag och togs inte med."),
}

SENTENCES: Final = {code: sv for code, (_, sv) in _TABLE.items()}
"""Finding code → sentence for the broker."""

SEVERITIES: Final = {code: severity for code, (severity, _) in _TABLE.items()}
"""Finding code → what became of the value."""
