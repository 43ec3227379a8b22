"""The one error of this room: a text that could not be understood, and why.

The text itself is never kept in the error, because it may be somebody's personal number and
errors end up in logs.
"""

from __future__ import annotations

_NOUNS = {
    "area": "Ytan",
    "date": "Datumet",
    "orgnr": "Organisationsnumret",
    "personnummer": "Personnumret",
    "phone": "Telefonnumret",
    "postcode": "Postnumret",
    "price": "Priset",
    "rooms": "Antalet rum",
    "size": "Storleken",
    "time": "Tidpunkten",
}

_REASONS = {
    "ambiguous": "uppgiften kan läsas på flera sätt",
    "birth_number_000": "födelsenumret är 000",
    "checksum": "kontrollsiffran stämmer inte",
    "empty": "fältet är tomt",
    "format": "antalet siffror eller tecken stämmer inte",
    "future": "datumet ligger i framtiden",
    "interim_number": "det är ett tillfälligt nummer",
    "looks_like_personnummer": "det ser ut som ett personnummer",
    "negative": "värdet är negativt",
    "no_such_day": "dagen finns inte",
    "no_year": "året saknas",
    "not_a_person": "det är inte ett nummer för en person",
    "not_an_amount": "det är inte ett belopp",
    "not_area": "det är inte en yta",
    "not_date": "det är inte ett datum",
    "not_dialable_e164": "numret går inte att ringa från utlandet",
    "not_postcode": "det är inte ett svenskt postnummer",
    "not_rooms": "det är inte ett antal rum",
    "not_size": "det är inte en storlek",
    "not_time": "det är inte en tidpunkt",
    "on_request": "priset lämnas på förfrågan",
    "out_of_range": "värdet är orimligt",
    "placeholder": "det är ett utfyllnadsvärde",
    "placeholder_zeros": "det är bara nollor",
    "protected": "uppgiften är skyddad",
    "range": "numret finns inte i Sverige",
    "repeated": "samma slags uppgift står två gånger",
    "reversed": "från är större än till",
    "several_numbers": "fältet innehåller flera nummer",
    "too_long": "texten är för lång",
    "unknown_unit": "enheten är okänd",
}


class NotUnderstood(ValueError):
    """A text that is not a `kind`. `code` is stable and says why; `position` is where.

    `position` counts characters in `clean(text)`, from 0; None when no single place is at fault.
    """

    def __init__(self, kind: str, code: str, *, position: int | None = None) -> None:
        where = "" if position is None else f" at {position}"
        super().__init__(f"{kind} not understood: {code}{where}")
        self.kind = kind
        self.code = code
        self.position = position

    def __reduce__(self) -> tuple[object, ...]:
        """Cross process borders as the three facts."""
        return (_rebuild, (self.kind, self.code, self.position))

    @property
    def sv(self) -> str:
        """One Swedish sentence for the broker, without the value."""
        noun = _NOUNS.get(self.kind, "Uppgiften")
        return f"{noun} gick inte att läsa: {_REASONS.get(self.code, 'skälet är okänt')}."


def _rebuild(kind: str, code: str, position: int | None) -> NotUnderstood:
    return NotUnderstood(kind, code, position=position)
