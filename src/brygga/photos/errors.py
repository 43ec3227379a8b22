"""What can be wrong with a picture, by what the caller should do about it.

    BryggaError
    ├── Invalid    ├── NotAPicture   no format we read, or one that broke its reader
    │              ├── TooLarge      more points, bytes, memory or computing than we allow
    │              └── Truncated     the file ends before the picture does
    └── Retryable  └── NotDeveloped  our own trouble (time ran out, a worker fell): try again

The Swedish texts are made to stand after the picture's name: "Bild 4: …".
"""

from __future__ import annotations

from brygga.model.errors import BryggaError, Fault, Invalid, Retryable


class NotAPicture(Invalid):
    """No picture format that we read, or bytes that no reader could make a picture of."""


class TooLarge(Invalid):
    """More points, bytes, memory or computing than a picture may take."""


class Truncated(Invalid):
    """The file ends before the picture does: an upload that broke off."""


class NotDeveloped(Retryable):
    """The picture may be sound, but we did not get it done."""


_AGAIN = "Spara den som JPEG och lägg till den igen."

_TEXTS: dict[str, tuple[type[BryggaError], str]] = {
    "not_a_picture": (NotAPicture, f"Filen är trasig eller inte en bild. {_AGAIN}"),
    "heic": (NotAPicture, f"Bilden är i formatet HEIC. {_AGAIN}"),
    "format_not_read": (NotAPicture, f"Bilden är i ett format som vi inte läser. {_AGAIN}"),
    "reader_fell": (NotAPicture, f"Filen gick inte att läsa som bild. {_AGAIN}"),
    "too_many_pixels": (TooLarge, "Bilden har för många bildpunkter. Minska den till högst 150 megapixel."),
    "too_many_bytes": (TooLarge, "Bildfilen är för stor. Spara den som JPEG på högst 64 MB."),
    "too_costly": (TooLarge, f"Bilden kräver för mycket minne eller tid att läsa. {_AGAIN}"),
    "truncated": (Truncated, "Bilden är avbruten mitt i. Hämta eller ladda upp filen på nytt."),
    "out_of_time": (NotDeveloped, "Bilden hann inte bli klar. Vi försöker igen."),
    "worker_fell": (NotDeveloped, "Bilden blev inte klar. Vi försöker igen."),
}

CODES = frozenset(_TEXTS)


def picture_error(code: str, why: str) -> BryggaError:
    """The error of that code; `why` is for the log and never holds bytes of the picture."""
    kind, sv = _TEXTS[code]
    fault = Fault.OURS if kind is NotDeveloped else Fault.OFFICE
    after_s = 30.0 if kind is NotDeveloped else None
    return kind(f"picture: {why}", code=f"picture_{code}", sv=sv, fault=fault, after_s=after_s)
