"""What can be wrong with a file, by what the caller should do about it. The file stays for a person.

    BryggaError
    ├── Invalid    └── NotReadable   the file itself: encrypted, damaged, too large, …
    └── Retryable  └── NotRead       our own trouble (a worker fell by accident): try again

The Swedish texts are made to stand after the file's name: "utdrag.pdf: …".
"""

from __future__ import annotations

from brygga.model.errors import BryggaError, Fault, Invalid, Retryable


class NotReadable(Invalid):
    """The file cannot be read as it is; `code` says why, as `extract_<code>`."""


class NotRead(Retryable):
    """The file may be sound, but we did not get it read."""


_PERSON = "Filen ligger kvar så att någon kan öppna den för hand."

_TEXTS: dict[str, tuple[type[BryggaError], str]] = {
    "encrypted": (NotReadable, f"Filen är skyddad med lösenord. Be om en öppen kopia. {_PERSON}"),
    "not_a_pdf": (NotReadable, f"Filen är varken en PDF eller en text. {_PERSON}"),
    "not_opened": (NotReadable, "Filen gick inte att öppna. Finns den, och får den läsas?"),
    "empty_file": (NotReadable, "Filen är tom. Hämta den på nytt."),
    "damaged": (NotReadable, f"Filen är trasig eller avbruten mitt i. Hämta den på nytt. {_PERSON}"),
    "form": (NotReadable, f"Filen är ett ifyllbart formulär och inte ett utdrag. {_PERSON}"),
    "too_many_pages": (NotReadable, f"Filen har för många sidor för att vara ett utdrag. {_PERSON}"),
    "too_large": (NotReadable, f"Filen är för stor eller kräver för mycket minne. {_PERSON}"),
    "took_too_long": (NotReadable, f"Filen tog för lång tid att läsa. {_PERSON}"),
    "reader_fell": (NotReadable, f"Filen gick inte att läsa. {_PERSON}"),
    "worker_fell": (NotRead, "Filen blev inte läst. Vi försöker igen."),
}

CODES = frozenset(_TEXTS)


class FileFault(Exception):
    """A named fault found while reading, inside the child; the reader makes it one of ours."""

    def __init__(self, code: str, why: str = "") -> None:
        super().__init__(f"{code}: {why}")
        self.code = code
        self.why = why


def extract_error(code: str, why: str) -> BryggaError:
    """The error of that code; `why` is for the log and never holds text of the file."""
    kind, sv = _TEXTS[code]
    again = kind is NotRead
    return kind(
        f"extract: {why or code}",
        code=f"extract_{code}",
        sv=sv,
        fault=Fault.OURS if again else Fault.OFFICE,
        after_s=30.0 if again else None,
    )
