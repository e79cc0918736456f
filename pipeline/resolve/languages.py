"""How languages write quotations, spaces and apostrophes: a row a language.

The rows follow the Unicode CLDR's quotation marks, but for Arabic and its neighbours:
angle marks turn round in text from right to left, and so are right in all of it.
"""

from __future__ import annotations

from typing import NamedTuple

NARROW = "\u202f"  # narrow no-break space


class Rules(NamedTuple):
    """``double`` and ``single`` stand for pairs of `"` and `'`: what opens, what closes.

    ``toggles``: marks may touch letters on both sides, so that only their order tells
    which open. ``elisions``: words that begin with an apostrophe. ``spaced``: a space
    before ; : ! ? % is never broken. ``units``: further words that stay with their number.
    ``joins``: a line end between two of the script's characters is no space.
    """

    double: tuple[str, str]
    single: tuple[str, str]
    toggles: bool = False
    elisions: tuple[str, ...] = ()
    spaced: bool = False
    units: tuple[str, ...] = ()
    joins: bool = False


ENGLISH_PAIRS = (("“", "”"), ("‘", "’"))
GERMAN_PAIRS = (("„", "“"), ("‚", "‘"))
SWISS_PAIRS = (("«", "»"), ("‹", "›"))
ROMANCE_PAIRS = (("«", "»"), ("“", "”"))
POLISH_PAIRS = (("„", "”"), ("«", "»"))
NORDIC_PAIRS = (("”", "”"), ("’", "’"))
CORNER_PAIRS = (("「", "」"), ("『", "』"))
FRENCH_DOUBLE = (f"«{NARROW}", f"{NARROW}»")

ENGLISH = Rules(
    *ENGLISH_PAIRS,
    elisions=("tis", "tisn", "twas", "twasn", "twere", "twill", "twould", "til", "em", "neath"),
    units=("thousand", "million", "billion", "trillion"),
)
FRENCH = Rules(
    FRENCH_DOUBLE,
    ("“", "”"),
    spaced=True,
    units=("mille", "million", "millions", "milliard", "milliards"),
)

LANGUAGES: dict[str, Rules] = {
    "en": ENGLISH,
    "ar": Rules(*ROMANCE_PAIRS, toggles=True),
    "bg": Rules(*GERMAN_PAIRS),
    "ca": Rules(*ROMANCE_PAIRS),
    "cs": Rules(*GERMAN_PAIRS),
    "da": Rules(*ENGLISH_PAIRS, units=("millioner", "milliarder")),
    "de": Rules(*GERMAN_PAIRS, units=("Millionen", "Milliarden", "Mio.", "Mrd.", "Prozent")),
    "de-ch": Rules(*SWISS_PAIRS, units=("Millionen", "Milliarden", "Mio.", "Mrd.", "Prozent")),
    "de-li": Rules(*SWISS_PAIRS),
    "el": Rules(*ROMANCE_PAIRS),
    "es": Rules(*ROMANCE_PAIRS, units=("mil", "millones")),
    "es-419": Rules(*ENGLISH_PAIRS, units=("mil", "millones")),
    "es-mx": Rules(*ENGLISH_PAIRS, units=("mil", "millones")),
    "es-us": Rules(*ENGLISH_PAIRS, units=("mil", "millones")),
    "et": Rules(*GERMAN_PAIRS),
    "fa": Rules(*SWISS_PAIRS, toggles=True),
    "fi": Rules(*NORDIC_PAIRS),
    "fr": FRENCH,
    "fr-ch": FRENCH._replace(single=(f"‹{NARROW}", f"{NARROW}›")),
    "he": Rules(*NORDIC_PAIRS),
    "hr": Rules(("„", "”"), ("‚", "’")),
    "hu": Rules(("„", "”"), ("»", "«")),
    "it": Rules(*ROMANCE_PAIRS, units=("mila", "milioni", "miliardi")),
    "it-ch": Rules(*SWISS_PAIRS),
    "ja": Rules(*CORNER_PAIRS, toggles=True, joins=True),
    "ko": Rules(*ENGLISH_PAIRS, toggles=True),
    "lt": Rules(*GERMAN_PAIRS),
    "nb": Rules(("«", "»"), ("‘", "’")),
    "nl": Rules(
        *ENGLISH_PAIRS, elisions=("s", "t", "n", "k", "m", "r"), units=("miljoen", "miljard")
    ),
    "nn": Rules(("«", "»"), ("‘", "’")),
    "no": Rules(("«", "»"), ("‘", "’")),
    "pl": Rules(*POLISH_PAIRS, units=("tys.", "mln", "mld")),
    "pt": Rules(*ENGLISH_PAIRS, units=("mil", "milhões")),
    "pt-pt": Rules(*ROMANCE_PAIRS, units=("mil", "milhões")),
    "ro": Rules(*POLISH_PAIRS),
    "ru": Rules(("«", "»"), ("„", "“"), units=("тыс.", "млн", "млрд")),
    "sk": Rules(*GERMAN_PAIRS),
    "sl": Rules(*GERMAN_PAIRS),
    "sv": Rules(*NORDIC_PAIRS, units=("miljoner", "miljarder")),
    "uk": Rules(("«", "»"), ("„", "“"), units=("тис.", "млн", "млрд")),
    "zh": Rules(*ENGLISH_PAIRS, toggles=True, joins=True),
    "zh-hant": Rules(*CORNER_PAIRS, toggles=True, joins=True),
    "zh-hk": Rules(*CORNER_PAIRS, toggles=True, joins=True),
    "zh-mo": Rules(*CORNER_PAIRS, toggles=True, joins=True),
    "zh-tw": Rules(*CORNER_PAIRS, toggles=True, joins=True),
}

UNITS = tuple(
    "km m cm mm µm nm km² m² cm² km³ m³ ha kg g mg µg t l ml hl °C °F min ms Hz kHz MHz GHz"
    " kB KB MB GB TB kW MW GW kWh px pt dpi % ‰ € £ $ ¥".split()
)
"""What stays with the number before it in every language."""


def rules_for(tag: str) -> Rules:
    """The rules of a BCP 47 tag, or of the nearest tag above; English for the rest."""
    tag = tag.lower().replace("_", "-")
    while tag:
        if tag in LANGUAGES:
            return LANGUAGES[tag]
        tag = tag.rpartition("-")[0]
    return ENGLISH
