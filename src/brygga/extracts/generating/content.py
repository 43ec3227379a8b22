"""Invented people and places, and the words that registers use."""

from __future__ import annotations

# Numbers from the tax agency's published series of test numbers.
NUMBERS = (
    "19921021-2396", "19821224-2393", "20000909-2396", "19920119-2391", "19771008-2384", "20020212-2388",
    "20000621-2385", "19930911-2390", "19840810-2393", "19910809-2397", "20000406-2394", "19971017-2389",
    "19890324-2389", "19540126-3826", "19950323-2382", "19890126-2389", "19800626-2391", "19550205-2656",
)  # fmt: skip  # a block of numbers
FIRST_NAMES = (
    "Testa", "Prov", "Exempla", "Anna-Lena", "Björn", "Åsa", "Östen", "Örjan", "Märta", "Sofia", "Göran",
    "Filippa",
)  # fmt: skip  # a block of names
LAST_NAMES = (
    "Exempelsson", "Provsson", "Testberg", "Påhittad", "Fiktivsson", "Låtsaslund", "Övningsmark", "Åsnebäck",
    "Attrappström", "Fifflagård",
)  # fmt: skip  # the same
ORGANISATIONS = (("Brf Exempel i Testkommun", "769000-0000"), ("Provbolaget Fastigheter AB", "769000-0018"))
MUNICIPALITIES = (("Testkommun", "0000"), ("Provköping", "0001"), ("Övningsås", "0002"))
TRACTS = ("EKLUNDA", "ÅKERSBY", "FIFFLAGÅRDEN", "ÖSTRA PROVTOMTEN", "KVARNTORP", "LÄTTAMÅLA", "STORA HAMMAR")
STREETS = (
    "Testvägen",
    "Provgatan",
    "Stora Exempelgatan",
    "Lättingstigen",
    "Åkerfiffelvägen",
    "Östra Övningsgränd",
)
TOWNS = (("114 18", "Stockholm"), ("411 01", "Göteborg"), ("903 25", "Umeå"), ("271 42", "Ystad"))
DISTRICTS = ("Testdistrikt", "Provsocken", "Södra Övning")
PURPOSES = ("Ledning mm.", "Väg", "Vattentäkt", "Avlopp", "Utfart", "Kraftledning")
PURCHASES = ("Köp, avser hela fastigheten", "Köp, avser även annan fastighet")
OTHER_TITLES = ("Gåva", "Arv", "Bouppteckning", "Bodelning")
