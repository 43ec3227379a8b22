"""The one error of this room: a text that could not be understood, and why.

The text itself is never kept in the error, because it may be somebody's personal number and
errors end up in logs.
"""

from __future__ import annotations

_NOUNS = {
    "apartment": "Lägenhetsnumret",
    "area": "Ytan",
    "coordinates": "Läget",
    "county": "Länet",
    "date": "Datumet",
    "designation": "Fastighetsbeteckningen",
    "energy": "Energiklassen",
    "floor": "Våningen",
    "municipality": "Kommunen",
    "orgnr": "Organisationsnumret",
    "personnummer": "Personnumret",
    "phone": "Telefonnumret",
    "postcode": "Postnumret",
    "price": "Priset",
    "rooms": "Antalet rum",
    "share": "Andelen",
    "size": "Storleken",
    "sms": "Sms-texten",
    "time": "Tidpunkten",
    "typkod": "Typkoden",
}

_REASONS = {
    "ambiguous": "uppgiften kan läsas på flera sätt",
    "bad_share": "det är inte en andel mellan noll och ett",
    "birth_number_000": "födelsenumret är 000",
    "checksum": "kontrollsiffran stämmer inte",
    "empty": "fältet är tomt",
    "format": "antalet siffror eller tecken stämmer inte",
    "future": "datumet ligger i framtiden",
    "interim_number": "det är ett tillfälligt nummer",
    "looks_like_personnummer": "det ser ut som ett personnummer",
    "negative": "värdet är negativt",
    "no_such_day": "dagen finns inte",
    "no_tract": "trakten eller kvarteret saknas",
    "no_unit": "block och enhet saknas",
    "no_year": "året saknas",
    "not_a_person": "det är inte ett nummer för en person",
    "not_an_amount": "det är inte ett belopp",
    "not_area": "det är inte en yta",
    "not_class": "det är inte en energiklass A–G",
    "not_coordinates": "det är inte ett par koordinater",
    "not_date": "det är inte ett datum",
    "not_dialable_e164": "numret går inte att ringa från utlandet",
    "not_floor": "det är inte en våning",
    "not_lgh": "det är inte ett lägenhetsnummer",
    "not_postcode": "det är inte ett svenskt postnummer",
    "not_rooms": "det är inte ett antal rum",
    "not_size": "det är inte en storlek",
    "not_time": "det är inte en tidpunkt",
    "not_tract": "traktnamnet innehåller siffror eller otillåtna tecken",
    "not_typkod": "det är inte tre siffror som börjar på 1–8",
    "not_unit": "block eller enhet stämmer inte",
    "not_utf8": "tecknen är inte kodade i UTF-8",
    "on_request": "priset lämnas på förfrågan",
    "other_municipality": "texten nämner en annan kommun",
    "outside_sweden": "läget ligger utanför Sverige",
    "out_of_range": "värdet är orimligt",
    "placeholder": "det är ett utfyllnadsvärde",
    "placeholder_zeros": "det är bara nollor",
    "protected": "uppgiften är skyddad",
    "range": "numret finns inte i Sverige",
    "repeated": "samma slags uppgift står två gånger",
    "reversed": "från är större än till",
    "several_numbers": "fältet innehåller flera nummer",
    "swapped_axes": "nord och öst har bytt plats",
    "too_long": "texten är för lång",
    "unit_zero": "enheten är noll",
    "unknown_county": "länet är okänt",
    "unknown_municipality": "kommunen saknas eller är okänd",
    "unknown_system": "koordinatsystemet är okänt",
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
