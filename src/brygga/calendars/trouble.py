"""The one error of this room: a calendar file or event that cannot be used."""

from __future__ import annotations

from brygga.model.errors import Fault, Invalid


def unusable(message: str, *, code: str, sv: str = "", fault: Fault = Fault.NOBODY) -> Invalid:
    """An Invalid with a Swedish text. `code` is stable."""
    return Invalid(message, code=code, sv=sv or _SV.get(code, _ANY_SV), fault=fault)


_ANY_SV = "Kalenderfilen går inte att läsa. Inget har ändrats."
_SV = {
    "too_large": "Kalenderfilen är orimligt stor och lästes inte. Inget har ändrats.",
    "too_many": "Händelsen upprepas orimligt många gånger. Den lästes inte; inget har ändrats.",
    "no_time": "Visningen eller mötet saknar tid. Ange en tid och försök igen.",
    "ends_before_start": "Sluttiden ligger före starttiden. Rätta tiden och försök igen.",
    "bad_address": "E-postadressen går inte att använda. Rätta den och försök igen.",
    "no_organiser": "Inbjudan saknar avsändare. Ange ansvarig mäklare med e-postadress.",
    "odd_characters": "En uppgift innehåller radbrytningar eller styrtecken där det inte får finnas några.",
}
